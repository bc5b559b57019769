"""Separations, combinations and the population limit of `theory`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import mpmath as mp
import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ndtr

from relabel_lab.proofs_check.code.common import near, problem_of
from relabel_lab.proofs_check.code.limit import ratio_at_maximal_noise
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.reference import Setup, kappa, moments, prediction
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting
from relabel_lab.sim import parse_margin, parse_scheme
from relabel_lab.theory import (
    advantage_at_maximal_noise,
    anisotropic_advantage,
    best_combination,
    critical_rho,
    critical_separation,
    fixed_point,
    helps_at_maximal_noise,
    limit_of,
    population_map,
    population_threshold,
)

ALPHAS = (1e-2, 0.5, 4.0, 300.0)
RANDOM = Setup(800, 300, 1.3, "uniform:0.49999", "half-normal:0.5", 0.15)
COMBINED = (
    Setup(900, 300, 1.1, "uniform:0.2", "uniform:1"),
    Setup(700, 300, 1.5, "margin:0.3,0.8", "half-normal:0.5", 0.15),
)


def _crossing(alpha: float, scheme: str) -> float:
    """The rho at which kappa_1 = kappa_0 for p -> 1/2, m = 1, from R3's averages in 40 digits."""
    with mp.workdps(40):
        k, tiny = 1 / mp.sqrt(mp.mpf(alpha)), mp.mpf(10) ** -14

        def gain(rho: Any) -> Any:
            e, p = 2 * tiny, mp.mpf(1) / 2 - tiny
            a = rho * e / k
            up, down = 2 * mp.ncdf(a + k) - 1, 2 * mp.ncdf(a - k) - 1
            a1, c = (1 - p) * up + p * down, (1 - p) * up - p * down
            b = 2 * ((1 - p) * mp.npdf(a + k) + p * mp.npdf(a - k))
            mix = 1 if scheme == "consensus" else 0
            along, fresh = (c + mix) * k + b, (1 - c * c) * k * k
            return (a1 + mix * e) / e - mp.sqrt(along**2 + fresh) / k

        return float(mp.findroot(gain, (1.0, 2.0), solver="anderson", tol=1e-26))


def judge_critical(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """Critical separations against the crossing itself."""
    checks = []
    for name in ("full", "consensus"):
        scheme = parse_scheme(name)
        for alpha in ALPHAS:
            found = critical_separation(alpha, scheme)
            checks.append(near(f"rho of {name} at {alpha:g}", found, _crossing(alpha, name)))
        margin = parse_margin("uniform:1")
        found = critical_rho(0.5, scheme, margin)
        checks.append(near(f"with E m^2 = 7/3, {name}", found, _crossing(0.5, name) / (7 / 3)))
        problem = problem_of(RANDOM)
        excess = float(advantage_at_maximal_noise(limit_of(problem), scheme))
        there = replace(RANDOM, gamma=RANDOM.gamma / excess**0.5)
        ratio = ratio_at_maximal_noise(there, name)
        checks.append(near(f"kappa_1/kappa_0 at the threshold of {name}", ratio, 1.0, 1e-5))
        helps = bool(helps_at_maximal_noise(problem, scheme))
        truth = ratio_at_maximal_noise(RANDOM, name) > 1
        checks.append(Check(f"{name} helps, {RANDOM}", truth, helps, helps == truth))
    return Evidence(tuple(checks))


def _pencil(at: Setup) -> tuple[float, float]:
    """Largest kappa over all combinations of both models, and its beta (R9)."""
    full, t, n, width = moments("full", at), at.trace, at.n, at.width
    cross = full.c * width**2 + full.b * t[3] / (n * width)
    last = width**2 + 2 * full.c * full.b * t[3] / (n * width) + full.b**2 * t[4] / t[2]
    weights = np.linalg.solve([[width**2, cross], [cross, last]], [at.signal, full.a])
    value = at.gamma**2 * np.sqrt(np.dot(weights, [at.signal, full.a]))
    return float(value), float(weights[0] / weights[1])


def judge_combination(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """The best combination, and that the scheme interpolate:beta* attains it."""
    checks = []
    for at in COMBINED:
        found, (value, beta) = best_combination(problem_of(at)), _pencil(at)
        checks.append(near(f"kappa, {at}", found.kappa, value))
        checks.append(near(f"beta, {at}", found.beta, beta, 1e-6))
        weights = np.asarray(found.weights)
        sign = float(np.sign(weights[1]))
        attained = sign * kappa(moments(f"interpolate:{beta!r}", at), at)
        checks.append(near(f"interpolate:beta* attains it, {at}", attained, value))
    return Evidence(tuple(checks))


def _population(value: float, rho: float, law: str) -> float:
    """F(kappa) by adaptive quadrature, uniform:1 or half-normal:1."""
    pdf = (
        (lambda u: 1.0)
        if law == "uniform:1"
        else (lambda u: 2 * np.exp(-u * u / 2) / np.sqrt(2 * np.pi))
    )
    end = 1.0 if law == "uniform:1" else 12.0
    top = quad(lambda u: pdf(u) * (1 + u) * (2 * ndtr((1 + u) * value) - 1), 0, end, epsabs=1e-13)[
        0
    ]
    density = quad(lambda u: pdf(u) * np.exp(-(((1 + u) * value) ** 2) / 2), 0, end, epsabs=1e-13)[
        0
    ] / np.sqrt(2 * np.pi)
    return rho * top / (2 * density)


def _above(value: float, rho: float, law: str) -> float:
    """F(kappa) - kappa."""
    return _population(value, rho, law) - value


def judge_population(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """The map of R6, its slope at 0, its fixed point, the first step with a spectrum."""
    checks = []
    for law, second in (("uniform:1", 7 / 3), ("half-normal:1", 2 + 2 * np.sqrt(2 / np.pi))):
        margin, rho = parse_margin(law), 0.3
        for value in (0.05, 0.8, 2.0):
            expected = _population(value, rho, law)
            checks.append(near(f"F({value}), {law}", population_map(value, rho, margin), expected))
        checks.append(near(f"slope at 0, {law}", population_threshold(rho, margin), rho * second))
        low = 0.15
        star = brentq(_above, 0.05, 8, args=(low, law), xtol=1e-13)
        checks.append(near(f"fixed point, {law}", fixed_point(low, margin), star))
    for power, n in ((0.25, 10**9), (0.5, 10**9)):
        at = Setup(n, 200, 1.0, "uniform:0.4999999", "uniform:1", power)
        excess = float(anisotropic_advantage(problem_of(at)))
        there = replace(at, gamma=at.gamma / excess**0.25)
        ratio = ratio_at_maximal_noise(there, "full")
        checks.append(near(f"kappa_1/kappa_0 where the advantage is 1, {at}", ratio, 1.0, 1e-3))
    return Evidence(tuple(checks))


def judge_moments(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """The public pieces behind `predict`: limits by their own parameters, moments, kappa."""
    from relabel_lab.theory import isotropic, predict_limit, rule_moments
    from relabel_lab.theory import kappa as kappa_of
    from relabel_lab.theory import moments as moments_of

    at = Setup(600, 300, 1.3, "uniform:0.25", "uniform:1")
    limit = isotropic(at.gamma**2, at.n / at.r, 0.25, parse_margin("uniform:1"))
    checks = []
    for name in ("full", "crossfit:4"):
        expected, scheme = prediction(name, at), parse_scheme(name)
        checks.append(
            near(
                f"predict_limit, {name}",
                predict_limit(limit, scheme).kappa[..., 1],
                expected["kappa"],
            )
        )
        checks.append(near(f"kappa, {name}", kappa_of(limit, scheme), expected["kappa"]))
        for field, wanted in zip("acbv", moments(name, at), strict=False):
            checks.append(
                near(f"{field} of {name}", getattr(moments_of(scheme, limit), field), wanted)
            )
    ruled, closed = rule_moments(parse_scheme("full"), limit), moments("full", at)
    checks += [
        near(f"rule_moments {x}", getattr(ruled, x), y)
        for x, y in zip("acbv", closed, strict=False)
    ]
    return Evidence(tuple(checks))


def _claim(name: str, statement: str, domain: dict[str, Any], judge: Any) -> Claim:
    return Claim(name, "numerical", DERIVED, statement, domain, judge)


CLAIMS = (
    _claim(
        "code-critical",
        r"`critical_separation`, `critical_rho`, `advantage_at_maximal_noise` and "
        r"`helps_at_maximal_noise` are where $\kappa_1=\kappa_0$ as $p\to1/2$ (R7), to $10^{-8}$ of "
        r"40-digit arithmetic, with a spectrum to $10^{-5}$.",
        {"alpha": ALPHAS, "with a spectrum": str(RANDOM)},
        judge_critical,
    ),
    _claim(
        "code-combination",
        r"`best_combination` solves R9's eigenproblem, to $10^{-8}$, and interpolate:$\beta^*$ attains it.",
        {"problems": [str(at) for at in COMBINED]},
        judge_combination,
    ),
    _claim(
        "code-population",
        r"`population_map`, `population_threshold`, `fixed_point` and `anisotropic_advantage` agree "
        r"with adaptive quadrature of R6 and with the first step at $n/d = 5\cdot10^6$.",
        {"margins": ["uniform:1", "half-normal:1"], "powers": [0.25, 0.5]},
        judge_population,
    ),
    _claim(
        "code-moments",
        r"`isotropic`, `predict_limit`, `kappa`, `moments` and `rule_moments` agree with the reference "
        r"quadrature at one problem.",
        {"schemes": ["full", "crossfit:4"]},
        judge_moments,
    ),
)
