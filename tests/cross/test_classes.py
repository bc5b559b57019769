"""The limit of K classes against its exact law at a large size (R22)."""

import jax
import numpy as np
import pytest

from relabel_lab.sim import ClassProblem, parse_scheme, simulate
from relabel_lab.theory import predict

ONE = (jax.local_devices()[0],)  # one program, compiled once
EVERY = ("full", "consensus", "crossfit:3", "confident:0.5")


@pytest.mark.parametrize(
    ("classes", "p", "schemes", "rounds"),
    [(3, 0.5, EVERY, 1), (4, 0.5, EVERY[:2], 2), (10, 0.5, EVERY[:2], 1)],
)
def test_dice_approach_the_limit(classes, p, schemes, rounds):
    problem = ClassProblem(4500, 1499 + classes, p, gamma=2.2, classes=classes)
    found = simulate(problem, schemes, rounds, key=jax.random.key(3), seeds=24, devices=ONE)
    for name in schemes:
        limit = predict(problem, parse_scheme(name), rounds)
        for quantity in ("kappa", "label_accuracy", "coverage"):
            drawn = np.asarray(getattr(found[name], quantity))
            error = drawn.std(0, ddof=1) / len(drawn) ** 0.5
            told = np.asarray(getattr(limit, quantity))
            off = np.abs(drawn.mean(0) - told)
            # 1/n: what finite sizes add, a few times over (binary laws: R20).
            assert np.all(off <= 4.5 * error + 20 / problem.n), (name, quantity, off, error)
