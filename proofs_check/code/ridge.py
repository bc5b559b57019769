"""`predict_ridge` against closed forms of others (R24) and against ridge solved on drawn data."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from relabel_lab.proofs_check.code.common import near
from relabel_lab.proofs_check.code.within import within
from relabel_lab.proofs_check.formulas import Array, Formulas
from relabel_lab.proofs_check.registry import OTHER, Claim, Evidence, Setting
from relabel_lab.sim import Problem, parse_scheme
from relabel_lab.sim.learners import Ridge
from relabel_lab.sim.noise import ClassFlips
from relabel_lab.theory.limit import predict_ridge

# n, d, |mu|, flips, accuracy as the penalty grows: by the closed form of arXiv 2405.14088 (R24)
TABLE = (
    (1000, 500, 1.5, 0.3, 0.834100),
    (1600, 400, 2.0, 0.4, 0.894239),
    (400, 800, 2.0, 0.2, 0.902166),
)
SHARE = 1 / 3  # of positive labels, where flips depend on the class
# n, d, gamma, p, penalty: small, so that much of what is fitted is noise
SHAPE = (400, 200, 1.6, 0.2, 0.1)


def measure(setting: Setting) -> Array:
    """Accuracies [seeds, 2] of ridge before and after full retraining, m = 1."""
    n, d, gamma, p, penalty = SHAPE
    rng, seeds = np.random.default_rng((setting.root, 24)), setting.scale(120, 1000)
    found = np.empty((seeds, 2))
    for seed in range(seeds):
        y = rng.choice([-1.0, 1.0], n)
        x = rng.standard_normal((n, d))
        x[:, 0] = gamma * y
        f = np.where(rng.random(n) < p, -y, y)
        inverse = np.linalg.inv(x.T @ x / n + penalty * np.eye(d))
        for stage in (0, 1):
            theta = inverse @ (x.T @ f / n)
            found[seed, stage] = ndtr(gamma * theta[0] / np.linalg.norm(theta[1:]))
            f = np.sign(x @ theta)
    return found


def judge(drawn: Array, f: Formulas, setting: Setting) -> Evidence:
    """The large-penalty limit to six digits; finite penalty within 0.004 at n = 400."""
    checks = []
    for n, d, gamma, p, theirs in TABLE:
        value = gamma**2 * (1 - 2 * p) * np.sqrt(n / d)
        expected = ndtr(value / np.sqrt(1 + value**2 / gamma**2))
        checks.append(near(f"the source's six digits, n={n}, d={d}", expected, theirs, 6e-7))
        problem = Problem(n, d + 1, p, gamma, margin="gaussian")
        found = predict_ridge(problem, parse_scheme("initial"), Ridge(1e9))
        checks.append(
            near(f"accuracy at a large penalty, n={n}, d={d}", found.accuracy[0], expected, 1e-6)
        )
        by_class = Problem(n, d + 1, gamma=gamma, margin="gaussian", noise=_by_class(p))
        found = predict_ridge(by_class, parse_scheme("initial"), Ridge(1e9), positive=SHARE)
        checks.append(near(f"the same, flips by class, n={n}", found.accuracy[0], expected, 1e-6))
    n, d, gamma, p, penalty = SHAPE
    limit = predict_ridge(Problem(n, d, p, gamma), parse_scheme("full"), Ridge(penalty)).accuracy
    tests = [within(f"accuracy of round {t}", drawn[:, t], float(limit[t]), 0.004) for t in (0, 1)]
    return Evidence(tuple(checks), tuple(tests))


def _by_class(p: float) -> ClassFlips:
    """Flips of both classes that are p on average (R17)."""
    return ClassFlips(p / 2, 1.25 * p, positive=SHARE)


CLAIMS = (
    Claim(
        "code-ridge",
        "sampled",
        OTHER,
        r"`theory.limit.predict_ridge` has the closed form of arXiv 2405.14088 as the penalty grows "
        r"(R24), and is within 0.004 of the accuracy of ridge and its full retraining on drawn data at n = 400.",
        {"n, d, gamma, flips, accuracy": TABLE, "n, d, gamma, p, penalty": SHAPE},
        judge,
        measure,
    ),
)
