"""Wrong formulas, one at a time, and the claims that must reject each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import gammaln, ndtr

from relabel_lab.proofs_check.formulas import Formulas, normal_density
from relabel_lab.proofs_check.power.mutant import Mutant

RIGHT = Formulas()
PHASE = ("phase-full-initial", "R5-limit")
CONSENSUS = ("phase-consensus-initial", "R5-limit")


def _signal(power: float, e_power: int, mean_power: int) -> Callable[..., Any]:
    """A(m) with wrong powers of alpha, 1 - 2p or E m."""

    def wrong(m: Any, p: Any, rho: Any, alpha: Any, law: Any) -> Any:
        slope = rho * alpha**power * (1 - 2 * np.asarray(p)) ** e_power
        return m * (slope * law.expect(lambda x: x) ** mean_power)[..., None]

    return wrong


def _centred_label(score: Any, k: Any) -> Any:
    """Mean of the predicted label where the given one is right (k > 0) or wrong, m = 1."""
    return 2 * ndtr(score + k) - 1


def _swapped(right: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """A mean over groups with the shares p and 1-p of the groups exchanged."""

    def wrong(p: Any, rho: Any, alpha: Any, law: Any) -> Any:
        q = np.asarray(p)[..., None]
        k = np.asarray(RIGHT.noise_scale(alpha))[..., None]
        score = RIGHT.signal(law.m, p, rho, alpha, law)
        return np.sum(law.w * (q * right(score, k) + (1 - q) * right(score, -k)), axis=-1)

    return wrong


def _averaged(p: Any, law: Any) -> Any:
    """Flips of the average probability at every margin."""
    return law.expect(p)[..., None] if callable(p) else RIGHT.flips(p, law)


def _inverse_mean(n: int, r: int, p: float, rho: float, mean: float = 1.0) -> float:
    inverse = np.sqrt(n / 2) * np.exp(gammaln(r / 2) - gammaln((r + 1) / 2))
    return rho * (1 - 2 * p) * mean * inverse


def _no_variance(
    n: int, r: int, p: float, rho: float, mean: float = 1.0, second: float = 1.0
) -> float:
    return rho**2 * ((1 - 2 * p) * mean) ** 2 * n / (r - 2)


MUTANTS = (
    Mutant(
        "no memorisation term",
        "memory",
        lambda k: 0 * k,
        (*PHASE, "labels-consensus-dirtier", "noisier-gains-more"),
    ),
    Mutant(
        "half the memorisation term",
        "memory",
        lambda k: k / 2,
        (*PHASE, "figure-1", "R5-rate"),
    ),
    Mutant("memorisation 1 % too strong", "memory", lambda k: 1.01 * k, PHASE),
    Mutant(
        "b halved",
        "b",
        lambda *a: RIGHT.b(*a) / 2,
        (*PHASE, "noisier-gains-more", "window-lower-end"),
    ),
    Mutant(
        "b 1 % too large",
        "b",
        lambda *a: 1.01 * RIGHT.b(*a),
        ("phase-full-initial", "theory-code"),
    ),
    Mutant("b of the wrong sign", "b", lambda *a: -RIGHT.b(*a), (*PHASE, "R8-clean")),
    Mutant("shares p and 1-p swapped in a_1", "a1", _swapped(_centred_label), PHASE),
    Mutant(
        "shares p and 1-p swapped in c",
        "c",
        _swapped(lambda a, k: np.sign(k) * _centred_label(a, k)),
        PHASE,
    ),
    Mutant(
        "shares p and 1-p swapped in b",
        "b",
        _swapped(lambda a, k: 2 * normal_density(a + k)),
        PHASE,
    ),
    Mutant("a_1 1 % too large", "a1", lambda *a: 1.01 * RIGHT.a1(*a), PHASE),
    Mutant("c 1 % too small", "c", lambda *a: 0.99 * RIGHT.c(*a), PHASE),
    Mutant("k without its root", "noise_scale", lambda alpha: 1 / alpha, ("R7-monotone", *PHASE)),
    Mutant("cross term forgotten", "full_square", lambda k, c, b: k**2 + b**2, PHASE),
    Mutant("cross term not doubled", "full_square", lambda k, c, b: k**2 + c * k * b + b**2, PHASE),
    Mutant("square forgotten", "full_square", lambda k, c, b: k + 2 * c * k * b + b, PHASE),
    Mutant(
        "sign of the cross term",
        "full_square",
        lambda k, c, b: k**2 - 2 * c * k * b + b**2,
        ("R4-midpoint", *PHASE),
    ),
    Mutant(
        "consensus norm without the factor 2",
        "consensus_square",
        lambda k, c, b: (1 + c) * k * (k + b) + b**2,
        ("R4-midpoint", *CONSENSUS),
    ),
    Mutant(
        "consensus norm without b^2",
        "consensus_square",
        lambda k, c, b: 2 * (1 + c) * k * (k + b),
        ("R4-midpoint", *CONSENSUS, "phase-consensus-full"),
    ),
    Mutant("a_0 = 1 - p", "a0", lambda p, law: (1 - p) * law.expect(lambda m: m), PHASE),
    Mutant("signal with (1-2p)^2", "signal", _signal(0.5, 2, 1), PHASE),
    Mutant("signal with alpha for its root", "signal", _signal(1.0, 1, 1), PHASE),
    Mutant("signal without E m", "signal", _signal(0.5, 1, 0), ("labels-by-margin", "R5-limit")),
    Mutant(
        "rho_full 1 % too large",
        "critical_full",
        lambda alpha: 1.01 * RIGHT.critical_full(alpha),
        ("R7-monotone",),
    ),
    Mutant(
        "rho_cons 1 % too large",
        "critical_consensus",
        lambda alpha: 1.01 * RIGHT.critical_consensus(alpha),
        ("R7-consensus",),
    ),
    Mutant(
        "boundary 1 % too low",
        "population_boundary",
        lambda kappa: 0.99 * RIGHT.population_boundary(kappa),
        ("R6-boundary",),
    ),
    Mutant(
        "threshold without the square", "population_threshold", lambda s: s**-0.5, ("R6-threshold",)
    ),
    Mutant("r for r-1 degrees of freedom", "fresh_degrees", lambda r: r, ("R3-full-law",)),
    Mutant("r-2 for r-1 degrees of freedom", "fresh_degrees", lambda r: r - 2, ("R3-full-law",)),
    Mutant("1-c for 1-c^2", "fresh_share", lambda c: 1 - c, ("R3-full-law",)),
    Mutant("1 for 1-c^2", "fresh_share", lambda c: 1 + 0 * c, ("R3-full-law", "R3-engines")),
    Mutant("residuals not centred", "centred", lambda eps: eps, ("R3-full-law",)),
    Mutant("off by one in r in E(1/R)", "initial_mean", _inverse_mean, ("R2-initial-law",)),
    Mutant("variance of a_0 forgotten", "initial_square", _no_variance, ("R2-initial-law",)),
    Mutant(
        "labels right and wrong swapped",
        "correct",
        lambda *a: RIGHT.correct(*a)[::-1],
        ("phase-predicted-given", "labels-by-margin", "R5-limit", "labels-consensus-dirtier"),
    ),
    Mutant(
        "label error of the limit",
        "label_error",
        lambda n, r, p, rho: 1 - float(RIGHT.predicted_accuracy(p, rho, n / r)),
        ("quoted-q-prime",),
    ),
    Mutant(
        "coverage (1-c)/2",
        "coverage",
        lambda p, rho, alpha, law=None: 1 - RIGHT.coverage(p, rho, alpha),
        ("phase-consensus-predicted", "R5-limit"),
    ),
    Mutant(
        "cross-fitting without its factor g",
        "crossfit",
        lambda folds, *a: RIGHT.crossfit(1e12, *a),
        ("phase-crossfit-full",),
    ),
    Mutant(
        "cross-fitting with one fold too few",
        "crossfit",
        lambda folds, *a: RIGHT.crossfit(folds - 1, *a),
        ("phase-crossfit-full",),
    ),
    Mutant("p = exp(-epsilon)", "flip_from_epsilon", lambda e: np.exp(-e), ("R13-privacy",)),
    Mutant(
        "epsilon of the wrong sign",
        "epsilon_from_flip",
        lambda p: -RIGHT.epsilon_from_flip(p),
        ("R13-privacy",),
    ),
    Mutant(
        "classes swapped",
        "effective_flip",
        lambda share, plus, minus: RIGHT.effective_flip(share, minus, plus),
        ("R17-classes",),
    ),
    Mutant(
        "norm of Sigma^{1/2} v for that of Sigma v",
        "spread",
        lambda v, spectrum: np.sqrt(np.sum(spectrum * v * v, axis=-1)),
        ("R3-spectrum",),
    ),
    Mutant(
        "memorisation without the spectrum",
        "pull",
        lambda v, spectrum: np.sum(v * v, axis=-1),
        ("R3-spectrum",),
    ),
    Mutant(
        "anisotropic threshold with traces of half the powers",
        "anisotropic_threshold",
        lambda spectrum, second: np.sqrt(np.sum(spectrum**2) / np.sum(spectrum)) / second,
        ("R6-anisotropic",),
    ),
    Mutant(
        "anisotropic threshold 10 % too high",
        "anisotropic_threshold",
        lambda *a: 1.1 * RIGHT.anisotropic_threshold(*a),
        ("R6-anisotropic",),
    ),
    Mutant("flips averaged over the margin law", "flips", _averaged, ("R18-margin-flips",)),
    Mutant(
        "a_0 with the root of 1-2p",
        "a0",
        lambda p, law: np.sqrt(1 - 2 * p) * law.expect(lambda m: m),
        ("phase-full-initial", "error-exponents", "sample-complexity"),
    ),
    Mutant(
        "best combination of the wrong sign",
        "best",
        lambda *a: (-RIGHT.best(*a)[0], RIGHT.best(*a)[1]),
        ("R9-best",),
    ),
)
