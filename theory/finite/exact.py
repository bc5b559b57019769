"""R25 as an answer: two rules of different fineness, whose difference is the estimated error."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq

from relabel_lab.sim import Problem
from relabel_lab.sim.margins import Constant
from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory.finite.answer import QUANTILES, Chance, Errors, FiniteLaw
from relabel_lab.theory.finite.hard_labels import (
    COARSE,
    FINE,
    FINEST,
    Fineness,
    HardLaw,
    Setting,
    hard_law,
)
from relabel_lab.theory.limit import weights

METHOD = "R25: sums over flips, changed labels and noise, derived here"
DOUBT = 0.003  # estimated error from which a finer rule is asked
DEFECT = 0.2  # share of the defect that counts as error
RESOLUTION = 1e-6  # of P; the rules resolve no smaller chance


def mix_of(scheme: Scheme) -> float | None:
    r"""The \(\beta\) of \(\hat\theta_1 + \beta\hat\theta_0\) (R9), or None for other schemes."""
    if not scheme.hard or scheme.scores != "in-sample":
        return None
    predicted, given = map(float, weights(scheme))
    return given / predicted if predicted else None


def setting_of(problem: Problem) -> Setting | None:
    """The problem as R25 sees it; None where it does not apply."""
    if problem.spectrum is not None or not isinstance(problem.law, Constant):
        return None
    return Setting(int(problem.n), int(problem.r), float(problem.p), float(problem.rho))


def exact_law(setting: Setting, mix: float, level: float | None, quantiles: bool) -> FiniteLaw:
    r"""Law of \(\hat\theta_1 + \beta\hat\theta_0\).

    Args:
        setting: the problem.
        mix: \(\beta\).
        level: the kappa to exceed; None for kappa0.
        quantiles: whether to compute them.
    """
    coarse, fine = (_numbers(setting, rule, mix, level) for rule in (COARSE, FINE))
    if abs(fine[2] - coarse[2]) > DOUBT:
        coarse, fine = fine, _numbers(setting, FINEST, mix, level)
    with np.errstate(invalid="ignore"):  # infinite moments have no error
        apart = np.abs(fine - coarse)
    apart[2] += DEFECT * fine[3] * min(fine[2], 1 - fine[2]) * 2 + RESOLUTION
    found = _quantiles(hard_law(setting, COARSE), mix) if quantiles else None
    mean, spread, chance, _ = map(float, fine)
    return FiniteLaw(mean, spread, chance, Errors(*map(float, apart[:3])), METHOD, quantiles=found)


def exact_chance(setting: Setting, mix: float, level: float | None, rough: bool) -> Chance:
    """P alone; ``rough`` is three times as fast and has no error estimate of its own."""
    coarse = exceedance(hard_law(setting, COARSE), mix, level)
    if rough:
        return Chance(coarse, DOUBT, METHOD)
    fine = exceedance(hard_law(setting, FINE), mix, level)
    if abs(fine - coarse) > DOUBT:
        coarse, fine = fine, exceedance(hard_law(setting, FINEST), mix, level)
    return Chance(fine, abs(fine - coarse) + RESOLUTION, METHOD)


def _numbers(setting: Setting, rule: Fineness, mix: float, level: float | None) -> np.ndarray:
    """Mean, spread, P and defect."""
    law = hard_law(setting, rule)
    chance = exceedance(law, mix, level)
    if setting.r == 1:
        return np.array([math.inf, math.inf, chance, law.defect])
    first, second, _ = law.moments(mix)
    mean, square = setting.rho * first, setting.rho**2 * second
    spread = math.sqrt(max(square - mean**2, 0.0)) if setting.r > 2 else math.inf
    return np.array([mean, spread, chance, law.defect])


def exceedance(law: HardLaw, mix: float, level: float | None) -> float:
    """P(kappa > level), the level being kappa0 where it is None."""
    if level is None:
        return law.improves(mix)
    return law.exceeds(mix, np.asarray(level / law.outer.setting.rho))


def _quantiles(law: HardLaw, mix: float) -> tuple[float, ...]:
    """Quantiles of kappa by bisection in asinh(kappa), in which heavy tails are short."""
    return tuple(_quantile(law, mix, q) for q in QUANTILES)


def _quantile(law: HardLaw, mix: float, q: float) -> float:
    scale = law.outer.setting.rho * float(np.median(np.abs(law.initial)))

    def above(x: float) -> float:
        return exceedance(law, mix, scale * math.sinh(x)) - (1 - q)

    ends = -1.0, 1.0
    while above(ends[0]) < 0:
        ends = 2 * ends[0], ends[1]
    while above(ends[1]) > 0:
        ends = ends[0], 2 * ends[1]
    return scale * math.sinh(brentq(above, *ends, xtol=1e-5, rtol=1e-6))
