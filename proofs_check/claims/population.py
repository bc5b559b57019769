r"""R6 (population limit), R8 (clean labels) and R4 (consensus is the midpoint): exact identities."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from flint import arb

from relabel_lab.proofs_check.balls import (
    ball,
    central,
    density,
    precision,
    prove_negative,
    tail,
)
from relabel_lab.proofs_check.enclosure import saved_pieces, verify_pieces
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.formulas import law as margin_law
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting
from relabel_lab.proofs_check.verifiers import growth_falls

CLEAN_MARGINS = ("constant", "half-normal:0.5", "uniform:1", "normal:{}")  # the last: isotropic
KAPPAS = tuple(Fraction(j, 20) for j in range(1, 160))


def boundary(kappa: arb) -> arb:
    r"""\(2\kappa\varphi(\kappa)/(2\Phi(\kappa)-1)\)."""
    return 2 * kappa * density(kappa) / central(kappa)


def monotone_identities() -> list[Check]:
    r"""The sign of the slope is that of \(-(2\kappa\varphi-(1-\kappa^2)(2\Phi-1))\), which falls from 0."""
    k = sp.symbols("kappa", positive=True)
    phi, inner = sp.exp(-(k**2) / 2) / sp.sqrt(2 * sp.pi), sp.erf(k / sp.sqrt(2))
    bracket = 2 * k * phi - (1 - k**2) * inner
    slope = sp.diff(2 * k * phi / inner, k) + 2 * phi * bracket / inner**2
    growth = sp.diff(bracket, k) - 2 * k * inner
    start = sp.limit(bracket, k, 0)
    first, last = sp.limit(2 * k * phi / inner, k, 0), sp.limit(2 * k * phi / inner, k, sp.oo)
    names = ("slope", "bracket grows", "bracket starts at 0", "limit at 0", "limit at infinity")
    expected = (0, 0, 0, 1, 0)
    found = (*(sp.simplify(x) for x in (slope, growth)), start, first, last)
    return [
        Check(name, want, str(have), have == want)
        for name, want, have in zip(names, expected, found, strict=True)
    ]


def judge_boundary(_: Any, formulas: Formulas, setting: Setting) -> Evidence:
    """Identities for all kappa, and the table's closed form against Arb."""
    checks = monotone_identities()
    with precision():
        for kappa in KAPPAS:
            exact, value = boundary(ball(kappa)), float(formulas.population_boundary(float(kappa)))
            ok = bool(abs(arb(value) / exact - 1) < 1e-11)
            checks.append(Check(f"kappa = {float(kappa):g}", float(exact.mid()), value, ok))
    return Evidence(tuple(checks))


Law = tuple[str, Fraction]
LAWS: tuple[Law, ...] = tuple(
    (kind, size)
    for kind in ("half-normal", "uniform")
    for size in (Fraction(1, 10), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(5))
)


def moments(law: Law) -> tuple[arb, arb]:
    r"""\(E m^2\) and \(E m^4\)."""
    kind, exact = law
    s = ball(exact)
    if kind == "uniform":
        return ((1 + s) ** 3 - 1) / (3 * s), ((1 + s) ** 5 - 1) / (5 * s)
    root = (2 / arb.pi()).sqrt()
    return 1 + 2 * s * root + s**2, 1 + 4 * s * root + 6 * s**2 + 8 * s**3 * root + 3 * s**4


def log_slope(law: Law, kappa: arb) -> arb:
    r"""\(-g'/(\kappa g)\) for \(g(\kappa) = E\varphi(m\kappa)\), in closed form."""
    kind, exact = law
    s = ball(exact)
    if kind == "uniform":
        top = 1 + s
        mass = (central(top * kappa) - central(kappa)) / (2 * s)  # kappa g
        edge = (top * density(top * kappa) - density(kappa)) / s  # g + kappa g'
        return (1 - edge * kappa / mass) / kappa**2
    spread = 1 + (kappa * s) ** 2
    cut = kappa**2 * s / spread.sqrt()
    # log g = const - kappa^2/(2 spread) - log(spread)/2 + log Q(cut)
    inner = s * (2 + (kappa * s) ** 2) / (spread * spread.sqrt()) * density(cut) / tail(cut)
    return 1 / spread**2 + s**2 / spread + inner


def growth_check(law: Law) -> tuple[Check, bytes]:
    r"""\(g\sqrt{1+s\kappa^2}\), \(s = E m^2\), never rises, so \(F(\kappa)\ge\rho s\kappa\).

    For \(\kappa\ge1\) because \(m\ge1\); for small \(\kappa\) by the alternating series of
    \(e^{-x}\) as \(E m^4 < 3s^2\); in between by enclosure,
    whose certificate comes second.
    """
    (kind, exact), (second, fourth) = law, moments(law)
    reach = 4 * (3 * second**2 - fourth) / (5 * second * fourth)
    name = f"F(kappa) >= rho E m^2 kappa, {law[0]}:{float(law[1]):g}"
    if not reach > 0:
        return Check(name, "E m^4 < 3 (E m^2)^2", str(reach), None), saved_pieces([])
    low = min(Fraction(int(float(reach.lower().sqrt().lower()) * 1000), 1000), Fraction(1))

    def rise(k: arb) -> arb:
        return second / (1 + second * k * k) - log_slope(law, k)

    pieces, left = prove_negative(rise, low, Fraction(1)) if low < 1 else ([], None)
    saved = saved_pieces(pieces)
    wrong = verify_pieces(saved, lambda x: growth_falls(kind, exact, x), (low, Fraction(1)))
    found = f"{len(pieces)} pieces, open: {left}, proved again: {wrong or 'all'}"
    return Check(name, "proved", found, left is None and wrong is None), saved


def judge_threshold(_: Any, formulas: Formulas, setting: Setting) -> Evidence:
    r"""The table's threshold is \(1/E m^2\), and above it every start grows."""
    checks, saved = [], {}
    with precision():
        for law in LAWS:
            second = moments(law)[0]
            value = float(formulas.population_threshold(float(second.mid())))
            ok = bool(abs(arb(value) * second - 1) < 1e-12)
            checks.append(
                Check(f"threshold, {law[0]}:{law[1]}", float((1 / second).mid()), value, ok)
            )
            growth, saved[f"{law[0]}_{float(law[1]):g}.json"] = growth_check(law)
            checks.append(growth)
    return Evidence(tuple(checks), certificates=saved)


def judge_clean(_: Any, formulas: Formulas, setting: Setting) -> Evidence:
    r"""At p = 0: \(a_1 \le E m\) and \(D - k^2 = b(2ck+b) > 0\), because \(c, b > 0\)."""
    k, c, b = sp.symbols("k c b", positive=True)
    excess = sp.factor(formulas.full_square(k, c, b) - k**2)
    positive = sp.ask(sp.Q.positive(excess))
    checks = [Check("D - k^2 > 0", "b (2ck + b)", str(excess), positive)]
    for margin in CLEAN_MARGINS:
        for rho in np.geomspace(0.05, 20, 15):
            for alpha in np.geomspace(0.02, 200, 15):
                at = (0.0, rho, alpha, margin_law(margin.format(rho**-0.5)))
                loss = formulas.full(*at) / formulas.initial(*at)
                name = f"ratio at rho={rho:.3g}, alpha={alpha:.3g}, margin {margin}"
                checks.append(Check(name, "<= 1", loss, loss <= 1.0))
    return Evidence(tuple(checks))


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
    for p, rho, alpha, sign in ((0.1, 1.0, 0.5, -1), (0.3, 2.0, 2.0, 1), (0.45, 2.0, 10.0, 1)):
        best, kappa = formulas.best(p, rho, alpha)
        near = best + np.linspace(-3, 3, 61)
        tried = max(abs(formulas.interpolated(x, p, rho, alpha)) for x in near)
        at = sign * formulas.interpolated(best, p, rho, alpha)
        name = f"p={p}, rho={rho}, alpha={alpha}, weight of the retrained model {sign:+d}"
        top = bool(abs(at / kappa - 1) < 1e-12 and tried <= kappa * (1 + 1e-12))
        checks.append(Check(f"|kappa| at beta* is the largest, {name}", kappa, at, top))
        for value, scheme in ((0.0, formulas.full), (1.0, formulas.consensus)):
            gap = float(formulas.interpolated(value, p, rho, alpha) / scheme(p, rho, alpha) - 1)
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
        "R6-boundary",
        "symbolic",
        DERIVED,
        r"For constant margin the population boundary $\rho = 2\kappa\varphi(\kappa)/"
        r"(2\Phi(\kappa)-1)$ falls strictly from 1 to 0 in $\kappa$.",
        {"kappa": "(0, inf)", "margin": "constant"},
        judge_boundary,
    ),
    Claim(
        "R6-threshold",
        "enclosure",
        DERIVED,
        r"In the population limit $F(\kappa)\ge\rho\,E[m^2]\,\kappa$, so every start grows once "
        r"$\rho\,E m^2 > 1$, the PCA threshold.",
        {"kappa": "(0, inf)", "margin": [f"{kind}:{float(size):g}" for kind, size in LAWS]},
        judge_threshold,
    ),
    Claim(
        "R8-clean",
        "symbolic",
        DERIVED,
        r"At $p=0$ full retraining never helps in the proportional limit, for positive margins and for "
        r"gaussian ones of variance $1/\rho$: $\kappa_1<\kappa_0$.",
        {"p": "0", "rho": "(0, inf)", "alpha": "(0, inf)", "margin, on a grid": CLEAN_MARGINS},
        judge_clean,
    ),
    Claim(
        "R9-best",
        "symbolic",
        DERIVED,
        r"Among all $w_1\hat\theta_1+w_0\hat\theta_0$ the best has $\kappa=\rho\sqrt{a^TG^{-1}a}$, "
        r"$\beta^*=w_0/w_1$; $\beta=0$ is full, $\beta=1$ consensus retraining. Where $w_1<0$ no "
        r"$\hat\theta_1+\beta\hat\theta_0$ attains it.",
        {"beta": "real", "margin": "any"},
        judge_best,
    ),
)
