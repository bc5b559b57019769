r"""R7: the critical separations at maximal noise.

With \(x = \rho-1\), \(Q = bM/2\) and \(c = 1-bM\), squaring the definitions gives
\(bx^2 + 2(b+kc)x = k^2M(1+c)\) for full and the same with \(k(1+c)\) for \(kc\) for
consensus retraining.  Both claims follow; paper_notes.md has the derivation.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb

from relabel_lab.proofs_check.balls import (
    ball,
    central,
    density,
    hull,
    mills,
    precision,
    prove_negative,
)
from relabel_lab.proofs_check.enclosure import saved_pieces, verify_pieces
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting
from relabel_lab.proofs_check.verifiers import separation_rises

ALPHAS = tuple(Fraction(10) ** j * lead for j in range(-4, 7) for lead in (1, 3))
LAST = Fraction(8)
K, B, M, X = sp.symbols("k b M x", positive=True)
C = 1 - B * M


def _along(expression: sp.Expr) -> sp.Expr:
    """d/dk at fixed x: b' = -kb and M' = kM - 1."""
    return (
        sp.diff(expression, K)
        - K * B * sp.diff(expression, B)
        + (K * M - 1) * sp.diff(expression, M)
    )


def _quadratic(weight: sp.Expr) -> sp.Expr:
    return B * X**2 + 2 * (B + K * weight) * X - K**2 * M * (1 + C)


def _zero(name: str, expression: sp.Expr) -> Check:
    rest = sp.expand(expression)
    return Check(name, "0", str(rest), rest == 0)


def identities() -> list[Check]:
    """The polynomial identities that the proof of R7 rests on."""
    full, rho = _quadratic(C), 1 + X
    square = K**2 + 2 * C * K * B + B**2
    consensus_square = 2 * (1 + C) * K * (K + B) + B**2
    slope = _along(full)
    # with 2xc/k <= M(1+c), which the quadratic gives, the slope is at most k times this
    bound = (1 + C) * (K - M * (1 + K**2)) - B * X**2 - K * M * B
    return [
        _zero("squared definition of rho_full", (rho * B + K * C) ** 2 - square - B * full),
        _zero(
            "squared definition of rho_cons",
            (rho * B + K * (1 + C)) ** 2 - consensus_square - B * _quadratic(1 + C),
        ),
        _zero("slope of the quadratic", slope - K * bound - 2 * X * C + K * M * (1 + C)),
        _zero("consensus minus full", _quadratic(1 + C) - full - 2 * K * X),
        _zero(
            "Gordon: d/dk (M - k/(1+k^2)) phi = -2 phi/(1+k^2)^2",
            sp.simplify(
                (_along((M - K / (1 + K**2)) * B) + 2 * B / (1 + K**2) ** 2) * (1 + K**2) ** 2
            ),
        ),
    ]


def _b_c_m(k: arb) -> tuple[arb, arb, arb]:
    b, c = 2 * density(k), central(k)
    return hull(2 * density(k.lower()), 2 * density(k.upper())) if k > 0 else b, c, mills(k)


def excess(k: arb, extra: int) -> arb:
    r"""Enclosure of \(x = \rho-1\): full (extra = 0) or consensus (extra = 1)."""
    b, c, m = _b_c_m(k)
    weight, right = b + k * (c + extra), k * k * m * (1 + c)
    return right / (weight + (weight * weight + b * right).sqrt())


def slope(k: arb) -> arb:
    r"""Enclosure of \((\partial_k H)/k\); \(\rho_{full}\) rises with k where it is negative."""
    b, c, m = _b_c_m(k)
    x = excess(k, 0)
    ratio = hull(2 * density(arb(0)), b)  # c/k is a mean of b over [0, k]
    return (
        -b * x * x
        + 2 * x * ratio.min(c / k if k > 0 else ratio)
        - (2 * m + k * (k * m - 1)) * (1 + c)
        - k * m * b
    )


def table_checks(found: Any, extra: int) -> list[Check]:
    """The table's closed form solves the quadratic, at every tabulated alpha."""
    checks = []
    for alpha in ALPHAS:
        with precision(200):
            exact = 1 + excess((1 / ball(alpha)).sqrt(), extra)
            value = float(found(float(alpha)))
            ok = bool(abs(arb(value) - exact) < 1e-10)
        checks.append(Check(f"alpha = {float(alpha):g}", float(exact.mid()), value, ok))
    return checks


def judge_monotone(_: Any, formulas: Formulas, setting: Setting) -> Evidence:
    """Proof by identities for all k, and an independent enclosure of the slope up to `LAST`."""
    with precision():
        pieces, open_piece = prove_negative(slope, Fraction(0), LAST)
        saved = {"k_pieces.json": saved_pieces(pieces)}
        wrong = verify_pieces(saved["k_pieces.json"], separation_rises, (Fraction(0), LAST))
        small, large = excess(ball(Fraction(1, 10**6)), 0), excess(ball(Fraction(100)), 0)
    checks = identities() + table_checks(formulas.critical_full, 0)
    checks += [
        Check(f"slope < 0 on 0 <= k <= {LAST}", "proved", str(open_piece), open_piece is None),
        Check("rho_full -> 1 for n >> d", 1, 1 + float(small.mid()), bool(small < 1e-9)),
        Check("rho_full -> 2 for n << d", 2, 1 + float(large.mid()), bool(abs(1 - large) < 2e-4)),
    ]
    checks.append(Check("certificate", "tiles and is proved again", str(wrong), wrong is None))
    return Evidence(tuple(checks), notes={"pieces": len(pieces)}, certificates=saved)


def judge_order(_: Any, formulas: Formulas, setting: Setting) -> Evidence:
    """The difference of the quadratics is 2kx > 0; the numbers at k = 1 as a cross-check."""
    checks = identities()[1:4:2] + table_checks(formulas.critical_consensus, 1)
    pairs = [
        (formulas.critical_consensus(float(a)), formulas.critical_full(float(a))) for a in ALPHAS
    ]
    checks += [
        Check(f"rho_cons <= rho_full at {float(a):g}", "<= 0", float(low - high), low <= high)
        for a, (low, high) in zip(ALPHAS, pairs, strict=True)
    ]
    return Evidence(
        tuple(checks), notes={"k=1": [float(v) for v in pairs[ALPHAS.index(Fraction(1))]]}
    )


CLAIMS = (
    Claim(
        "R7-monotone",
        "enclosure",
        DERIVED,
        r"For constant margin and $p\to1/2$ the critical separation $\rho_{full}(\alpha)$ falls "
        r"strictly from 2 ($\alpha\to0$) to 1 ($\alpha\to\infty$), over all $\alpha$.",
        {"alpha": "(0, inf)", "p": "-> 1/2", "margin": "constant"},
        judge_monotone,
    ),
    Claim(
        "R7-consensus",
        "symbolic",
        DERIVED,
        r"$\rho_{cons}(\alpha) < \rho_{full}(\alpha)$ for every $\alpha$: at maximal noise "
        r"consensus retraining starts to help before full retraining does.",
        {"alpha": "(0, inf)", "p": "-> 1/2", "margin": "constant"},
        judge_order,
    ),
)
