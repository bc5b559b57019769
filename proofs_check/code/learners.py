"""`predict_learner` (R26) against logistic regression fitted to drawn data by Newton's method in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, ndtr

from relabel_lab.proofs_check.code.within import within
from relabel_lab.proofs_check.formulas import Array, Formulas
from relabel_lab.proofs_check.registry import DERIVED, Claim, Evidence, Setting
from relabel_lab.sim import Problem, parse_scheme
from relabel_lab.sim.learners import Logistic
from relabel_lab.theory import predict_learner

# n, d, gamma, p, penalty: weak, so that training scores know much of their own labels
SHAPE = (600, 200, 1.4, 0.2, 0.02)
SCHEMES = ("full", "consensus")
NEWTON = 12
SLACK = {"accuracy": 0.004, "labels right": 0.004, "used": 0.004}


def fit(x: Array, labels: Array, penalty: float) -> Array:
    """Minimises the mean of log(1 + exp(-label score)) plus penalty/2 times the squared weights."""
    theta = np.zeros(x.shape[1])
    for _ in range(NEWTON):
        chance = expit(-labels * (x @ theta))
        gradient = -x.T @ (labels * chance) / len(x) + penalty * theta
        bend = (x * (chance * (1 - chance))[:, None]).T @ x / len(x)
        theta -= np.linalg.solve(bend + penalty * np.eye(len(theta)), gradient)
    return theta


def measure(setting: Setting) -> dict[str, Array]:
    """Accuracy, share of right labels and share used after one round, [seeds, 3] a scheme."""
    n, d, gamma, p, penalty = SHAPE
    rng, seeds = np.random.default_rng((setting.root, 26)), setting.scale(100, 1000)
    rows: dict[str, list[Any]] = {name: [] for name in SCHEMES}
    for _ in range(seeds):
        y = rng.choice([-1.0, 1.0], n)
        x = rng.standard_normal((n, d))
        x[:, 0] = gamma * y
        given = np.where(rng.random(n) < p, -y, y)
        label = np.sign(x @ fit(x, given, penalty))
        for name, used in zip(SCHEMES, (label != 0, label == given), strict=True):
            theta = fit(x[used], label[used], penalty)
            accuracy = ndtr(gamma * theta[0] / np.linalg.norm(theta[1:]))
            rows[name].append((accuracy, np.mean((label == y)[used]), np.mean(used)))
    return {name: np.array(each) for name, each in rows.items()}


def judge(drawn: dict[str, Array], f: Formulas, setting: Setting) -> Evidence:
    """Accuracy, labels and coverage of both schemes, to 0.004."""
    n, d, gamma, p, penalty = SHAPE
    tests = []
    for name, values in drawn.items():
        limit = predict_learner(Problem(n, d, p, gamma), parse_scheme(name), Logistic(penalty))
        numbers = (limit.accuracy, limit.label_accuracy, limit.coverage)
        for i, (what, number) in enumerate(zip(SLACK, numbers, strict=True)):
            if np.ptp(values[:, i]) > 0:
                label = f"{what}, {name}"
                tests.append(within(label, values[:, i], float(number[1]), SLACK[what]))
    return Evidence((), tuple(tests))


CLAIMS = (
    Claim(
        "code-learners",
        "sampled",
        DERIVED,
        r"`theory.predict_learner` (R26) is within 0.004 of the accuracy, the share of right labels and the "
        r"coverage of logistic regression retrained once on all predicted labels and on the consensus set, "
        r"on drawn data at n = 600.",
        {"n, d, gamma, p, penalty": SHAPE, "schemes": SCHEMES},
        judge,
        measure,
    ),
)
