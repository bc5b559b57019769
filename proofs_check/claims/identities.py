r"""R4 (consensus is the midpoint), R8 (clean labels) and R9 (the best combination): algebra."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import sympy as sp
from scipy.special import ndtr

from relabel_lab.proofs_check.formulas import Formulas, law, normal_density
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting

CLEAN_MARGINS = ("constant", "half-normal:0.5", "uniform:1")
BEST_MARGINS = ("constant", "half-normal:0.5", "uniform:1")


def judge_clean(_: Any, formulas: Formulas, setting: Setting) -> Evidence:
    r"""Positive margins: \(a_1\le Em\), as \(t\le1\), and \(D-k^2 > 0\).  Gaussian ones: an identity.

    With \(m = 1+g/\sqrt\rho\) a symmetrised score over its deviation has the mean
    \(h = k\sqrt{1+\rho/k^2}\), so that \(c = 2\Phi(h)-1\), \(b = 2\varphi(h)k/h\), \(a_1 = c+2\varphi(h)/h\).
    """
    k, c, b = sp.symbols("k c b", positive=True)
    excess = sp.factor(formulas.full_square(k, c, b) - k**2)
    positive = sp.ask(sp.Q.positive(excess))
    checks = [Check("D - k^2 > 0", "b (2ck + b)", str(excess), positive)]
    h, phi = sp.symbols("h phi", positive=True)
    square = formulas.full_square(k, c, 2 * phi * k / h)
    rest = sp.simplify((c + 2 * phi / h) ** 2 * k**2 - square + k**2 * (1 - c**2))
    checks.append(Check("gaussian: a_1^2 k^2 - D = -k^2 (1 - c^2)", "0", str(rest), rest == 0))
    return Evidence((*checks, *_clean_table(formulas)))


def _clean_table(f: Formulas) -> list[Check]:
    """The table at p = 0: no gain for positive margins, the identity's ratio for gaussian ones."""
    checks = []
    for rho, alpha in product(np.geomspace(0.05, 20, 7), np.geomspace(0.02, 200, 7)):
        place = f"rho={rho:.3g}, alpha={alpha:.3g}"
        for margin in CLEAN_MARGINS:
            at = (0.0, rho, alpha, law(margin))
            ratio = f.full(*at) / f.initial(*at)
            checks.append(Check(f"ratio at {place}, margin {margin}", "<= 1", ratio, ratio <= 1.0))
        at, k = (0.0, rho, alpha, law(f"normal:{rho**-0.5}")), alpha**-0.5
        h = np.sqrt(k * k + rho)
        c, b = 2 * ndtr(h) - 1, 2 * normal_density(h) * k / h
        wanted = np.sqrt(1 - k * k * (1 - c * c) / f.full_square(k, c, b))
        ratio = f.full(*at) / f.initial(*at)
        ok = abs(ratio - wanted) < 1e-8  # quadrature of the table
        checks.append(Check(f"ratio at {place}, gaussian", float(wanted), ratio, ok))
    return checks


def judge_midpoint(_: Any, formulas: Formulas, setting: Setting) -> Evidence:
    """The identity t 1[t = s] = (t + s)/2 on all four label pairs, and its vectors in integers."""
    pairs = [(t, s) for t in (-1, 1) for s in (-1, 1)]
    checks = [
        Check(f"t={t}, s={s}", t + s, 2 * t * (t == s), t + s == 2 * t * (t == s)) for t, s in pairs
    ]
    rng = np.random.default_rng(setting.root)
    x = rng.integers(-(2**20), 2**20, size=(501, 40))
    given = rng.choice([-1, 1], size=501)
    predicted = np.where(x @ (given @ x) >= 0, 1, -1)
    kept = predicted == given
    consensus = 2 * (predicted[kept] @ x[kept])
    midpoint = given @ x + predicted @ x
    same = bool((consensus == midpoint).all())
    gap = int(abs(consensus - midpoint).max())
    checks.append(Check("largest difference of the two vectors, n = 501, d = 40", 0, gap, same))
    k, c, b, a = sp.symbols("k c b a_0", positive=True)
    cross = c * k**2 + k * b
    direct = k**2 + 2 * cross + formulas.full_square(k, c, b)
    gap_of_squares = sp.expand(direct - formulas.consensus_square(k, c, b))
    checks.append(Check("|v_0 + v_1|^2 expanded", "0", str(gap_of_squares), gap_of_squares == 0))
    return Evidence(tuple(checks))


def judge_best(_: Any, formulas: Formulas, setting: Setting) -> Evidence:
    r"""\(\beta^*\) is the maximiser: stationarity by algebra, and the table on a grid of beta."""
    a0, a1, k, b, beta = sp.symbols("a_0 a_1 k b beta", positive=True)
    c = sp.symbols("c", real=True)
    cross = (c * k + b) * k
    square = formulas.full_square(k, c, b)
    gram = sp.Matrix([[k**2, cross], [cross, square]])
    weights = gram.adjugate() * sp.Matrix([a0, a1])
    norm = square + 2 * beta * cross + beta**2 * k**2
    slope = sp.numer(sp.together(sp.diff((a1 + beta * a0) ** 2 / norm, beta)))
    rest = sp.simplify(slope.subs(beta, weights[0] / weights[1]))
    checks = [Check("slope at beta*", "0", str(rest), rest == 0)]
    places = ((0.1, 1.0, 0.5, -1), (0.3, 2.0, 2.0, 1), (0.45, 2.0, 10.0, 1))
    for (p, rho, alpha, sign), margin in product(places, BEST_MARGINS):
        at = (p, rho, alpha, law(margin))
        best, kappa = formulas.best(*at)
        tried = max(abs(formulas.interpolated(x, *at)) for x in best + np.linspace(-3, 3, 61))
        attained = formulas.interpolated(best, *at)
        name = f"p={p}, rho={rho}, alpha={alpha}, {margin}"
        largest = abs(abs(attained) / kappa - 1) < 1e-12 and tried <= kappa * (1 + 1e-12)
        checks.append(Check(f"|kappa| at beta*, {name}", kappa, attained, largest))
        if margin == "constant":
            right = sign * attained > 0
            checks.append(Check(f"weight of the retrained model, {name}", sign, attained, right))
        for value, scheme in ((0.0, formulas.full), (1.0, formulas.consensus)):
            gap = float(formulas.interpolated(value, *at) / scheme(*at) - 1)
            checks.append(
                Check(f"beta = {value:g} is the scheme, {name}", 0, gap, abs(gap) < 1e-12)
            )
    return Evidence(tuple(checks))


CLAIMS = (
    Claim(
        "R4-midpoint",
        "symbolic",
        DERIVED,
        r"The consensus-retrained averaging classifier is $(\hat\theta_0+\hat\theta_1)/2$, exactly.",
        {"n": ">= 1", "d": ">= 1", "labels": "any"},
        judge_midpoint,
    ),
    Claim(
        "R8-clean",
        "symbolic",
        DERIVED,
        r"At $p=0$ full retraining never helps in the limit formulas of R5: $\kappa_1<\kappa_0$, for every "
        r"law of positive margins, and for gaussian margins of variance $1/\rho$, where "
        r"$a_1^2k^2-\lVert v_1\rVert^2=-k^2(1-c^2)$.",
        {"p": "0", "rho": "(0, inf)", "alpha": "(0, inf)", "margin": "positive, or N(1, 1/rho)"},
        judge_clean,
    ),
    Claim(
        "R9-best",
        "symbolic",
        DERIVED,
        r"Among all $w_1\hat\theta_1+w_0\hat\theta_0$ the best has $\kappa=\rho\sqrt{a^TG^{-1}a}$, "
        r"$\beta^*=w_0/w_1$; $\beta=0$ is full, $\beta=1$ consensus retraining. Where $w_1<0$ no "
        r"$\hat\theta_1+\beta\hat\theta_0$ attains it.",
        {"beta": "real", "margin": "any: a, k, c, b are free", "table tried with": BEST_MARGINS},
        judge_best,
    ),
)
