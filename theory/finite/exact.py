"""R25 as an answer: two rules of different fineness, whose difference is the estimated error."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri

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
DECADES, STEP = 6.0, 0.4  # of asinh(kappa) over its scale, where quantiles are looked for
FAR, FAR_STEP = 40.0, 1.0  # of the same, where they are looked for if they lie further out
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
    found = _quantiles(hard_law(setting, FINE), mix) if quantiles else None
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
    return law.exceeds(mix, level / law.outer.setting.rho)


def _quantiles(law: HardLaw, mix: float) -> tuple[float, ...]:
    """Quantiles of kappa, from its distribution at even points of asinh(kappa); inf beyond them."""
    from scipy.interpolate import PchipInterpolator  # slow to import

    n, r, p, rho = law.outer.setting
    scale = rho * math.sqrt(n / r) * max(1 - 2 * p, n**-0.5)
    for reach, step in ((DECADES, STEP), (FAR, FAR_STEP)):
        levels = np.arange(-reach, reach, step)
        below = _below(law, mix, scale * np.sinh(levels))
        if below[0] <= QUANTILES[0] and QUANTILES[-1] <= below[-1]:
            break
    rising = np.concatenate([[True], np.diff(below) > 0])
    found = PchipInterpolator(ndtri(below[rising]), levels[rising])(ndtri(QUANTILES))
    values = scale * np.sinh(np.clip(found, -reach, reach))
    values = np.where(np.asarray(QUANTILES) < below[0], -np.inf, values)
    return tuple(map(float, np.where(np.asarray(QUANTILES) > below[-1], np.inf, values)))


def _below(law: HardLaw, mix: float, levels: np.ndarray) -> np.ndarray:
    """P(kappa <= level) at rising levels, itself rising."""
    above = [exceedance(law, mix, float(level)) for level in levels]
    return np.clip(1 - np.maximum.accumulate(above[::-1])[::-1], 1e-9, 1 - 1e-9)
