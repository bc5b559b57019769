"""`scheme_law` and `sample_size` (R20) against draws of the model written in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from relabel_lab.proofs_check.code.common import problem_of
from relabel_lab.proofs_check.code.within import within
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.reference import Path, Setup, draw
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting, Test
from relabel_lab.sim import parse_scheme
from relabel_lab.theory import sample_size, scheme_law

PLACES = {
    Setup(200, 100, 1.5, "uniform:0.3"): ("full", "consensus", "crossfit:2", "fresh"),
    Setup(200, 80, 1.2, "margin:0.35,0.8", "uniform:1"): ("full", "soft:0.7", "interpolate:-0.3"),
}
SLACK = {"mean": 0.02, "spread": 0.06, "improves": 0.02}
SIZED, TARGET = Setup(200, 60, 1.3, "uniform:0.3"), 0.9

Drawn = dict[Setup, dict[str, Path]]


def measure(setting: Setting) -> Drawn:
    """Drawn data."""
    seeds = setting.scale(3000, 60_000)
    return {at: draw(at, names, 1, seeds, setting.root) for at, names in PLACES.items()}


def judge(drawn: Drawn, f: Formulas, setting: Setting) -> Evidence:
    """Means, variances, covariance and the chance of an improvement, within the slack."""
    tests: list[Test] = []
    for at, paths in drawn.items():
        for name, path in paths.items():
            law = scheme_law(problem_of(at), parse_scheme(name))
            tests += _one(f"{name}, {at}", law, path.kappa)
    return Evidence(tests=tuple(tests))


def _one(label: str, law: Any, kappa: Any) -> list[Test]:
    mean, covariance = np.asarray(law.mean), np.asarray(law.covariance)
    away = kappa - kappa.mean(axis=0)
    lift = len(kappa) / (len(kappa) - 1)
    tests = []
    for i in (0, 1):
        slack = SLACK["mean"] * abs(mean[i])
        tests.append(within(f"mean of kappa_{i}, {label}", kappa[:, i], mean[i], slack))
    for i, j in ((0, 0), (1, 1), (0, 1)):
        size = 2 * SLACK["spread"] * np.sqrt(covariance[i, i] * covariance[j, j])
        product = away[:, i] * away[:, j] * lift
        name = f"covariance of kappa_{i} and kappa_{j}, {label}"
        tests.append(within(name, product, covariance[i, j], size))
    better = 1.0 * (kappa[:, 1] > kappa[:, 0])
    tests.append(within(f"share improved, {label}", better, float(law.improves), SLACK["improves"]))
    return tests


def measure_size(setting: Setting) -> tuple[int, float, Path, Path]:
    """The size that the package names, and draws at it and well below it."""
    found = sample_size(problem_of(SIZED), TARGET)
    n = int(found.n or 0)
    if n < 20:  # no answer where there is one, or far too small a one: left to `judge_size`
        n = 20
    seeds = setting.scale(3000, 30_000)
    at, below = (Setup(k, SIZED.r, SIZED.gamma, SIZED.noise) for k in (n, max(4, n * 3 // 4)))
    root = setting.root
    paths = [draw(x, ("full",), 1, seeds, root)["full"] for x in (at, below)]
    return int(found.n or 0), float(found.probability), paths[0], paths[1]


def judge_size(found: Any, f: Formulas, setting: Setting) -> Evidence:
    """The chance at n is as promised, at 3/4 n below the target."""
    n, chance, at, below = found
    better, worse = (1.0 * (p.kappa[:, 1] > p.kappa[:, 0]) for p in (at, below))
    checks = (
        Check("reaches its target", f">= {TARGET}", chance, chance >= TARGET),
        Check("a size is named", ">= 20", n, n >= 20),
    )
    share = float(worse.mean())
    low = within("share improved at 3/4 n is below the target", worse, min(share, TARGET), 0.0)
    return Evidence(checks, (within("share improved at n", better, chance, 0.02), low))


CLAIMS = (
    Claim(
        "code-fluctuations",
        "sampled",
        DERIVED,
        r"`theory.scheme_law` gives means (to 2 %), variances and covariance (to 12 %) of "
        r"$\kappa_0,\kappa_1$ and the chance of an improvement (to 0.02) at n = 200.",
        {"problems": {str(at): names for at, names in PLACES.items()}},
        judge,
        measure,
    ),
    Claim(
        "code-sample-size",
        "sampled",
        DERIVED,
        r"`theory.sample_size` names an n at which the chance of an improvement is as it says (to "
        r"0.02), and 3/4 of which is too few.",
        {"problem": str(SIZED), "target": TARGET},
        judge_size,
        measure_size,
    ),
)
