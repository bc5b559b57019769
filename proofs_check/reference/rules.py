r"""Label rules: what is trained on, given a sample's score and given label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from relabel_lab.proofs_check.reference.setting import Array, Setup

Label = Callable[[int, Array, Array, Array, Array], Array]


@dataclass(frozen=True)
class Rule:
    """A scheme for one problem.

    Attributes:
        name: as on the command line.
        believe: (turn, score, given, trained before, believed before) -> labels before correction.
        turns: scores at which the first round's label jumps or changes sign.
        omega: share of the labels trained on before that is taken off, one number a round.
        scores: in-sample, out-of-fold or new.
        folds: how many, where out-of-fold.
    """

    name: str
    believe: Label
    turns: tuple[float, ...] = (0.0,)
    omega: tuple[float, ...] = ()
    scores: str = "in-sample"
    folds: int = 1

    def trained(self, turn: int, believed: Array, before: Array) -> Array:
        """Labels that the next model is trained on."""
        return believed - self.omega[turn] * before if self.omega else believed


def rule(name: str, at: Setup, rounds: int = 1) -> Rule:
    """The scheme called ``name`` with its constants filled in."""
    kind, _, text = name.partition(":")
    if kind == "full":
        return Rule(name, lambda i, h, g, f, e: np.sign(h))
    if kind == "initial":
        return Rule(name, lambda i, h, g, f, e: g)
    if kind == "consensus":
        return Rule(name, lambda i, h, g, f, e: np.where(h * g > 0, g, 0.0))
    if kind == "interpolate":
        beta = float(text)
        return Rule(name, lambda i, h, g, f, e: (np.sign(h) + beta * g) / (1 + abs(beta)))
    if kind == "soft":
        width = float(text)
        return Rule(name, lambda i, h, g, f, e: np.tanh(h / width))
    if kind == "leave-one-out":
        own = at.memory
        return Rule(name, lambda i, h, g, f, e: np.sign(h - own * f), (own, -own))
    if kind == "confident":
        return _confident(name, float(text), at, rounds)
    if kind == "crossfit":
        return Rule(name, lambda i, h, g, f, e: np.sign(h), scores="out-of-fold", folds=int(text))
    if kind == "fresh":
        return Rule(name, lambda i, h, g, f, e: np.sign(h), scores="new")
    if kind in ("optimal", "optimal-uncorrected"):
        return _optimal(name, at, rounds)
    raise ValueError(f"no rule is called {name}")


def _confident(name: str, share: float, at: Setup, rounds: int) -> Rule:
    """One round: the threshold of the limit; several: exactly the share of every sample."""
    if rounds == 1:
        t = threshold(at, share)
        return Rule(name, lambda i, h, g, f, e: np.where(np.abs(h) >= t, np.sign(h), 0.0), (t, -t))

    def largest(i: int, h: Array, g: Array, f: Array, e: Array) -> Array:
        size = np.abs(h)
        count = int(np.ceil(share * h.shape[-1]))
        least = np.partition(size, h.shape[-1] - count, axis=-1)[..., -count:].min(-1)
        return np.where(size >= least[..., None], np.sign(h), 0.0)

    return Rule(name, largest)


def threshold(at: Setup, share: float) -> float:
    """The size that a share of the training scores exceeds."""
    m, w = at.nodes()
    centre, width, p = at.gamma**2 * at.signal * m, at.width, at.flip(m)

    def excess(t: float) -> float:
        beyond = [
            ndtr((c - t) / width) + ndtr((-t - c) / width)
            for c in (centre + at.memory, centre - at.memory)
        ]
        return float(np.sum(w * ((1 - p) * beyond[0] + p * beyond[1]))) - share

    top = float(centre.max()) + at.memory + 12 * width
    return brentq(excess, 0.0, top, xtol=1e-14) if share < 1 else 0.0


def _optimal(name: str, at: Setup, rounds: int) -> Rule:
    r"""R12: \(\tanh(\lambda h + \hat y\,\ell/2)\), its slopes and corrections round by round."""
    m, w = at.nodes()
    mean = float(np.sum(w * m))
    wide = float(np.sum(w * m * m)) - mean**2
    p = float(np.sum(w * at.flip(m)))
    odds, eps = np.log((1 - p) / p), np.linspace(-10, 10, 2001)
    weight = np.exp(-(eps**2) / 2) / np.exp(-(eps**2) / 2).sum()
    pull, variance, first = at.gamma**2 * at.signal, at.width**2, at.width**2
    slopes, omegas = [], []
    for _ in range(rounds):
        spread = variance + pull**2 * wide
        slope = mean * pull / spread
        argument = slope * (mean * pull + np.sqrt(spread) * eps)
        square = sum(
            q * np.sum(weight * np.tanh(argument + s * odds / 2) ** 2)
            for q, s in ((1 - p, 1), (p, -1))
        )
        steep = slope * (1 - square)
        slopes.append(slope)
        omegas.append(steep)  # times the mean eigenvalue, 1
        pull, variance = (
            at.gamma**2 * mean * square + (wide * at.gamma**2 - 1) * steep * pull,
            (first * square),
        )
    corrected = name == "optimal"
    own = at.memory if corrected else 0.0

    def posterior(i: int, h: Array, g: Array, f: Array, e: Array) -> Array:
        return np.tanh(slopes[i] * (h - own * e) + odds * g / 2)

    zero = np.arctanh(omegas[0]) if corrected and omegas[0] < 1 else 0.0
    turn = own + (zero - odds / 2) / slopes[0]
    return Rule(name, posterior, (turn, -turn), tuple(omegas) if corrected else ())
