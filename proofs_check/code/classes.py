"""Many classes (R22) in `theory`: known values, two classes, drawn data."""

from __future__ import annotations

import numpy as np

from relabel_lab.proofs_check.code.common import near
from relabel_lab.proofs_check.code.within import within
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.reference import ClassSetup, Path, draw_classes, even
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting, Test
from relabel_lab.sim import ClassProblem, Problem, parse_scheme
from relabel_lab.theory import predict

SCHEMES = ("full", "consensus")
TWO = (2000, 400, 0.3, 1.3, 1.1)
# K, h, rho~, alpha and R22's kappas of initial, full, consensus, found independently.
KNOWN = (
    (4, 0.5, 4.0, 2, 0.9428, 0.9328, 0.9638),
    (10, 0.4, 8.0, 3, 1.4606, 1.6907, 1.6072),
    (10, 0.3, 20.0, 3, 2.4343, 6.3327, 3.7746),
)
DRAWN = (
    even(1500, 500, 1.6**2, 2, 0.35),
    even(1500, 500, 2.2**2, 3, 0.5),
    even(1500, 500, 7.2, 10, 0.6),
)
SLACK = 0.02  # what n = 1500 adds

Drawn = dict[ClassSetup, dict[str, Path]]


def problem_of(at: ClassSetup) -> ClassProblem:
    """The same problem for the code that users run; even flips."""
    wrong = 1 - at.flips[0][0]
    return ClassProblem(at.n, at.r + at.classes - 1, wrong, at.rho**0.5, classes=at.classes)


def measure(setting: Setting) -> Drawn:
    """One round on data drawn in NumPy."""
    seeds = setting.scale(24, 400)
    return {at: draw_classes(at, SCHEMES, 1, seeds, setting.root) for at in DRAWN}


def judge(drawn: Drawn, f: Formulas, setting: Setting) -> Evidence:
    """Known values, the binary code, and drawn data."""
    tests = [test for at, paths in drawn.items() for test in _against(at, paths, SLACK)]
    return Evidence((*_known(), *_two()), tuple(tests))


def _against(at: ClassSetup, paths: dict[str, Path], slack: float) -> list[Test]:
    tests = []
    for name, path in paths.items():
        limit = predict(problem_of(at), parse_scheme(name))
        label = f"of {name}, K = {at.classes}"
        kappa, right = (float(np.asarray(x)[1]) for x in (limit.kappa, limit.label_accuracy))
        tests.append(within(f"kappa {label}", path.kappa[:, 1], kappa, slack * kappa))
        tests.append(within(f"labels {label}", path.label_accuracy[:, 1], right, slack / 2))
    return tests


def _known() -> list[Check]:
    checks = []
    for classes, keep, rho, alpha, *values in KNOWN:
        gamma = (rho * (classes - 1) / classes) ** 0.5
        problem = ClassProblem(alpha * 600, 599 + classes, 1 - keep, gamma, classes=classes)
        full, consensus = (predict(problem, parse_scheme(name)).kappa for name in SCHEMES)
        found = (full[0], full[1], consensus[1])
        checks += [
            near(f"kappa {i}, K = {classes}, h = {keep}", 2**0.5 * float(x), value, 1e-4)
            for i, (x, value) in enumerate(zip(found, values, strict=True))
        ]
    return checks


def _two() -> list[Check]:
    checks = []
    for name in SCHEMES:
        many = predict(ClassProblem(*TWO, classes=2), parse_scheme(name))
        two = predict(Problem(*TWO), parse_scheme(name))
        for quantity in ("kappa", "log_error", "label_accuracy"):
            found, known = (np.asarray(getattr(x, quantity))[1] for x in (many, two))
            checks.append(near(f"{quantity} of {name}, two classes", found, known, 1e-11))
    return checks


CLAIMS = (
    Claim(
        "code-classes",
        "sampled",
        DERIVED,
        r"`theory.predict` for K classes (R22) gives independently found values at K = 4 and 10 to four "
        r"digits, the binary code at K = 2 to $10^{-11}$, and at K = 2, 3, 10 the mean of data drawn in "
        r"NumPy at n = 1500 (kappa to 2 %, labels to 0.01).",
        {"problems": [(at.classes, at.n, at.r, at.rho, at.flips[0][0]) for at in DRAWN]},
        judge,
        measure,
    ),
)
