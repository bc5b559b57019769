"""The package `theory` computes what the table says, so that verdicts on the table bind it."""

from __future__ import annotations

from typing import Any

import numpy as np

from relabel_lab.proofs_check.formulas import Formulas, law
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting
from relabel_lab.sim import Consensus, Full, Problem
from relabel_lab.theory import critical_separation, predict

LAWS = {
    "constant": ("constant", 1.7),
    "half-normal:0.5": ("half-normal:0.5", 1.7),
    "uniform:1": ("uniform:1", 1.7),
    "gaussian": ("normal:0.5", 4.0),
}
P, N, R = 0.3, 1000, 400
ALPHAS = (1e-3, 0.1, 1.0, 10.0, 1e4)
NEAR = 1e-11


def judge(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """Kappas, label accuracies and coverage under all margin laws; critical separations."""
    checks = []
    for name, (margin, rho) in LAWS.items():
        problem, at = Problem(N, R + 1, P, np.sqrt(rho), margin=name), (P, rho, N / R, law(margin))
        full, consensus = predict(problem, Full()), predict(problem, Consensus())
        for quantity, found, expected in (
            ("kappa_0", full.kappa[..., 0], f.initial(*at)),
            ("kappa_1", full.kappa[..., 1], f.full(*at)),
            ("kappa_cons", consensus.kappa[..., 1], f.consensus(*at)),
            ("predicted accuracy", full.label_accuracy[..., 1], f.predicted_accuracy(*at)),
            ("consensus accuracy", consensus.label_accuracy[..., 1], f.consensus_accuracy(*at)),
            ("coverage", consensus.coverage[..., 1], f.coverage(*at)),
        ):
            checks.append(_near(f"{quantity}, {name}", found, expected))
    for alpha in ALPHAS:
        for scheme, expected in (
            (Full(), f.critical_full(alpha)),
            (Consensus(), f.critical_consensus(alpha)),
        ):
            name = f"critical separation of {scheme.name} at {alpha:g}"
            checks.append(_near(name, critical_separation(alpha, scheme), expected))
    return Evidence(tuple(checks))


def _near(name: str, found: Any, expected: Any) -> Check:
    value, wanted = float(found), float(expected)
    return Check(name, wanted, value, abs(value / wanted - 1) < NEAR)


CLAIMS = (
    Claim(
        "theory-code",
        "numerical",
        DERIVED,
        r"The package `theory` and the table of formulas, written independently, agree to $10^{-11}$: "
        r"kappas and labels of full and consensus retraining at one problem for each of four margin laws "
        r"(R5), critical separations at five $\alpha$ (R7).",
        {"margins": list(LAWS), "p": P, "n": N, "r": R, "alpha": ALPHAS},
        judge,
    ),
)
