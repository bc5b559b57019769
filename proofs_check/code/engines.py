"""Both engines of `sim` against drawn data: every scheme, margin law, exact noise, spectra, rounds."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import numpy as np

from relabel_lab.proofs_check.code.common import SCHEMES, problem_of
from relabel_lab.proofs_check.formulas import Array, Formulas
from relabel_lab.proofs_check.reference import Path, Setup, draw
from relabel_lab.proofs_check.registry import DERIVED, Claim, Evidence, Setting, Test
from relabel_lab.proofs_check.sampling import two_means
from relabel_lab.sim import parse_scheme, simulate

TOLERANCE = 0.09  # relative, of means; twice that of second moments
PAIRS = dict[str, tuple[Path, Path]]


@dataclass(frozen=True)
class Trial:
    """An engine at one problem: which schemes, how many rounds, how many seeds."""

    engine: str
    at: Setup
    schemes: tuple[str, ...]
    rounds: int
    seeds: int

    @property
    def label(self) -> str:
        """What the trial is called in the record."""
        return f"{self.engine}, {self.at}"


SMALL = Setup(32, 10, 1.5, "uniform:0.15")
ONCE = (
    Trial("dice", SMALL, SCHEMES, 1, 20_000),
    Trial(
        "dice",
        Setup(32, 10, 1.3, "margin:0.3,0.8", "half-normal:1"),
        ("full", "consensus", "crossfit:3", "fresh"),
        1,
        20_000,
    ),
)
ROUNDS = (
    Trial("dice", SMALL, ("full", "consensus", "leave-one-out", "confident:0.4"), 2, 20_000),
    Trial(
        "dice",
        Setup(24, 12, 2.0, "classes:0.3,0.4,0.7", "gaussian"),
        ("interpolate:0.5", "soft:0.7", "optimal", "optimal-uncorrected"),
        2,
        20_000,
    ),
)
FOLDS = (
    Trial("dice", Setup(24, 6, 1.4, "uniform:0.15"), ("crossfit:3", "fresh"), 2, 20_000),
    Trial(
        "dice",
        Setup(24, 6, 1.4, "uniform:0.15", "constant", 0.5),
        ("full", "consensus", "crossfit:3", "fresh"),
        1,
        20_000,
    ),
)
DIRECT = (
    Trial("direct", SMALL, ("full", "consensus", "crossfit:3", "fresh"), 2, 10_000),
    Trial("direct", Setup(24, 12, 1.2, "uniform:0.3"), ("optimal",), 2, 10_000),
    Trial(
        "direct", Setup(24, 6, 1.4, "margin:0.3,0.8", "half-normal:1", 0.5), ("full",), 1, 10_000
    ),
)
MARGINS = tuple(
    Trial("dice", Setup(32, 10, 1.3, noise, margin), ("full",), 1, 20_000)
    for noise, margin in (
        ("annotators:0.1,0.3,0.2", "uniform:1"),
        ("margin:0.35,1", "gaussian"),
        ("margin:0.4,1.5", "uniform:2"),
    )
)


def measured(trials: tuple[Trial, ...]) -> Callable[[Setting], dict[Trial, PAIRS]]:
    """Draws both by the engine and by the reference."""

    def measure(setting: Setting) -> dict[Trial, PAIRS]:
        return {trial: _both(trial, setting) for trial in trials}

    return measure


def _both(trial: Trial, setting: Setting) -> PAIRS:
    seeds = trial.seeds * setting.scale(1, 10)
    key = jax.random.fold_in(jax.random.key(setting.root), zlib.crc32(repr(trial).encode()))
    rules = [parse_scheme(name) for name in trial.schemes]
    problem = problem_of(trial.at)
    found = simulate(problem, rules, trial.rounds, key=key, seeds=seeds, engine=trial.engine)
    known = draw(trial.at, trial.schemes, trial.rounds, seeds, setting.root)
    return {
        name: (
            Path(*(np.asarray(getattr(found[rule.name], field)) for field in Path._fields)),
            known[name],
        )
        for name, rule in zip(trial.schemes, rules, strict=True)
    }


def judge(drawn: dict[Trial, PAIRS], f: Formulas, setting: Setting) -> Evidence:
    """One law for both: means of every statistic of every round."""
    tests = [
        _compared(f"{what} of {name}, {trial.label}", pick(found), pick(known), what)
        for trial, pairs in drawn.items()
        for name, (found, known) in pairs.items()
        for what, pick in statistics(trial.rounds).items()
    ]
    return Evidence(tests=tuple(tests))


def _compared(name: str, found: Array, known: Array, what: str) -> Test:
    """Two means; a share, whose size is arbitrary, promises no resolution."""
    test = two_means(name, found, known, TOLERANCE * (2 if " " in what or "^" in what else 1))
    return replace(test, needed=float("inf")) if what == "improved" else test


def _kappa(t: int, path: Path) -> Array:
    return path.kappa[:, t]


def statistics(rounds: int) -> dict[str, Callable[[Path], Array]]:
    """Statistics [seeds] that pin down the joint law of a path."""
    last = rounds
    return {
        "kappa_0": lambda p: p.kappa[:, 0],
        "kappa_0^2": lambda p: p.kappa[:, 0] ** 2,
        **{f"kappa_{t}": partial(_kappa, t) for t in range(1, rounds + 1)},
        f"kappa_{last}^2": lambda p: p.kappa[:, last] ** 2,
        f"kappa_{last - 1} kappa_{last}": lambda p: p.kappa[:, last] * p.kappa[:, last - 1],
        "label accuracy": lambda p: _of_some(p.label_accuracy[:, last]),
        "label accuracy, given": lambda p: p.label_accuracy[:, 0],
        "coverage": lambda p: p.coverage[:, last],
        "improved": lambda p: 1.0 * (p.kappa[:, last] > p.kappa[:, 0] * (1 + 1e-9)),
    }


def _of_some(share: Array) -> Array:
    """Without the seeds in which no label was trained on."""
    return share[~np.isnan(share)]


Judge = Callable[[Any, Formulas, Setting], Evidence]


def _claim(name: str, text: str, trials: tuple[Trial, ...]) -> Claim:
    return Claim(
        name,
        "sampled",
        DERIVED,
        text
        + r" Moments up to the second of every round, against drawn data in NumPy; held to 9 % (second moments to 18 %).",
        {"trials": [f"{t.label}, rounds {t.rounds}: {', '.join(t.schemes)}" for t in trials]},
        judge,
        measured(trials),
    )


CLAIMS = (
    _claim(
        "code-dice", r"`sim.dice` has the law of the model for one round of every scheme.", ONCE
    ),
    _claim(
        "code-dice-noise",
        r"The same under other margin laws, annotators and flips by margin.",
        MARGINS,
    ),
    _claim(
        "code-dice-rounds",
        r"`sim.dice` has the law of the model for two rounds of eight schemes (R19), with classes "
        r"flipped apart.",
        ROUNDS,
    ),
    _claim(
        "code-direct",
        r"`sim.direct` has the law of the model for two rounds of five schemes (R19), and for a "
        r"spectrum with flips by margin.",
        DIRECT,
    ),
    _claim(
        "code-dice-folds",
        r"`sim.dice` has the law of the model for two rounds of cross-fitting and of new samples, "
        r"and for a spectrum (R3, R10).",
        FOLDS,
    ),
)
