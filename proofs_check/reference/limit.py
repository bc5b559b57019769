r"""One round in the proportional limit for any rule, margin, flips and spectrum (R5, R5s, R10, R11)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import log_ndtr, ndtr

from relabel_lab.proofs_check.reference.rules import Rule, rule
from relabel_lab.proofs_check.reference.setting import Array, Setup, composite

EDGES = np.linspace(-9.0, 9.0, 13)


class Moments(NamedTuple):
    """E m f, E s f, E s f eps, E f^2, P(f > 0 given f != 0), P(f != 0)."""

    a: float
    c: float
    b: float
    v: float
    label_accuracy: float
    coverage: float


def moments(name: str, at: Setup) -> Moments:
    """Moments of the labels of the scheme called ``name``, symmetrised."""
    chosen = rule(name, at)
    if chosen.scores != "in-sample":
        return _unseen(chosen, at)
    m, w = at.nodes()
    parts = [_given(chosen, at, m, w, s) for s in (1.0, -1.0)]
    a, c, b, v, right, used = (sum(column) for column in zip(*parts, strict=True))
    return Moments(a, c, b, v, right / used, used)


def _given(chosen: Rule, at: Setup, m: Array, w: Array, s: float) -> tuple[float, ...]:
    """The share of samples with sign s; the noise axis breaks where the label jumps."""
    width, own = at.width, at.memory
    centre = at.gamma**2 * at.signal * m + s * own
    p = at.flip(m)
    share = w * (1 - p if s > 0 else p)
    # the label jumps at score = +-turn, score = centre + s width eps
    jumps = [s * (turn - centre) / width for turn in chosen.turns]
    edges = np.concatenate(
        [np.broadcast_to(EDGES, (len(m), len(EDGES))), np.clip(np.stack(jumps, -1), -9, 9)], -1
    )
    eps, weight = composite(np.sort(edges, -1), 24)
    weight = weight * np.exp(-(eps**2) / 2) / np.sqrt(2 * np.pi)
    score = centre[:, None] + s * width * eps
    given = np.full(score.shape, s)
    f = chosen.trained(0, chosen.believe(0, score, given, given, given), given)

    def expect(x: Array) -> float:
        return float(np.sum(share[:, None] * weight * x))

    sign, used = expect(1.0 * (f > 0)), expect(1.0 * (f != 0))
    return (
        expect(m[:, None] * f),
        expect(s * f),
        expect(s * f * eps),
        expect(f * f),
        sign,
        used,
    )


def _unseen(chosen: Rule, at: Setup) -> Moments:
    """Scores of models that have not seen the sample."""
    m, w = at.nodes()
    g = np.sqrt(1 - 1 / chosen.folds) if chosen.scores == "out-of-fold" else 1.0
    score = g * at.gamma**2 * at.signal * m / at.width
    right = ndtr(score)
    label = 2 * right - 1
    b = 2 * g * np.sum(w * np.exp(-(score**2) / 2)) / np.sqrt(2 * np.pi)
    c = np.sum(w * (1 - 2 * at.flip(m)) * label) if chosen.scores == "out-of-fold" else 0.0
    return Moments(
        float(np.sum(w * m * label)), float(c), float(b), 1.0, float(np.sum(w * right)), 1.0
    )


def kappa(found: Moments, at: Setup) -> float:
    r"""\(\gamma^2 a/\lVert\Sigma v\rVert\) with the traces of Sigma (R5s)."""
    t, n, width = at.trace, at.n, at.width
    square = found.v * width**2 + 2 * found.c * found.b * t[3] / (n * width)
    return float(at.gamma**2 * found.a / np.sqrt(square + found.b**2 * t[4] / t[2]))


def log_error(value: float, at: Setup) -> float:
    r"""\(\log E\,\Phi(-m\kappa)\) (R1)."""
    m, w = at.nodes()
    terms = log_ndtr(-m * value)
    top = terms.max()
    return float(top + np.log(np.sum(w * np.exp(terms - top))))


def prediction(name: str, at: Setup) -> dict[str, float]:
    """What one round of a scheme gives in the limit."""
    found = moments(name, at)
    value = kappa(found, at)
    return {
        "kappa": value,
        "log_error": log_error(value, at),
        "label_accuracy": found.label_accuracy,
        "coverage": found.coverage,
    }
