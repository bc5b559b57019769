"""Every scheme that has a rule for K classes (R22), in `theory.predict` and on data drawn in NumPy."""

from __future__ import annotations

import numpy as np
from scipy.integrate import quad
from scipy.special import ndtr

from relabel_lab.proofs_check.code.classes import Drawn, problem_of
from relabel_lab.proofs_check.code.common import near
from relabel_lab.proofs_check.code.within import within
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.reference import draw_classes, even
from relabel_lab.proofs_check.registry import DERIVED, Claim, Evidence, Setting
from relabel_lab.sim import parse_scheme
from relabel_lab.theory import predict

PLACES = (even(400, 200, 1.7**2, 4, 0.5), even(400, 100, 1.2**2, 3, 0.4))
SCHEMES = ("initial", "full", "consensus", "crossfit:3", "confident:0.5")
SLACK = {"kappa": 0.02, "label_accuracy": 0.005, "coverage": 0.005}


def measure(setting: Setting) -> Drawn:
    """One round on data drawn in NumPy."""
    seeds = setting.scale(600, 20_000)
    return {at: draw_classes(at, SCHEMES, 1, seeds, setting.root) for at in PLACES}


def judge(drawn: Drawn, f: Formulas, setting: Setting) -> Evidence:
    """Every scheme at every place, and the accuracy that its kappa stands for."""
    tests, checks = [], []
    for at, paths in drawn.items():
        for name, path in paths.items():
            limit = predict(problem_of(at), parse_scheme(name))
            for what, slack in SLACK.items():
                value = float(np.asarray(getattr(limit, what))[1])
                values = getattr(path, what)[:, 1]
                if np.ptp(values) > 0:
                    allowed = slack * (abs(value) if what == "kappa" else 1)
                    label = f"{what} of {name}, K={at.classes}"
                    tests.append(within(label, values, value, allowed))
            kappa, error = (float(np.asarray(x)[1]) for x in (limit.kappa, limit.log_error))
            expected = _error(kappa, at.classes)
            checks.append(near(f"error of {name}, K={at.classes}", np.exp(error), expected))
    return Evidence(tuple(checks), tuple(tests))


def _error(kappa: float, k: int) -> float:
    """Probability that one of K - 1 rivals of independent noise beats the right class."""
    return quad(
        lambda t: np.exp(-t * t / 2) * (1 - ndtr(t + np.sqrt(2) * kappa) ** (k - 1)),
        -12,
        12,
        epsabs=1e-13,
        limit=200,
    )[0] / np.sqrt(2 * np.pi)


CLAIMS = (
    Claim(
        "code-class-schemes",
        "sampled",
        DERIVED,
        r"`theory.predict` with three and with four classes (R22) is the mean of drawn data at n = "
        r"400 for five schemes (kappa to 2 %, labels and coverage to 0.005), and the accuracy that it "
        r"gives is that of its kappa, to $10^{-8}$ of adaptive quadrature.",
        {
            "K, n, r, rho, p": [(a.classes, a.n, a.r, a.rho, 1 - a.flips[0][0]) for a in PLACES],
            "schemes": SCHEMES,
        },
        judge,
        measure,
    ),
)
