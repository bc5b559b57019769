"""Logistic regression over seeds, in one call, against a loop over scikit-learn fits."""

from functools import partial
from typing import Any

import jax
import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.timing import medians, rows, show
from relabel_lab import sim
from relabel_lab.sim import direct
from relabel_lab.sim.direct import LearnedOutcome
from relabel_lab.sim.learners import Logistic

N, D, PENALTY = 2000, 500, 0.1
SEEDS, LOOP_SEEDS = 1000, 10
SCHEMES = (sim.Full(), sim.Consensus())


def scikit_learn_loop(problem: sim.Problem, seeds: int) -> None:
    """The same draws in law and the same three fits a seed, at scikit-learn's own tolerance."""
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((problem.n, problem.d), dtype=np.float32)
        y = np.where(rng.random(problem.n) < 0.5, np.float32(1), np.float32(-1))
        given = np.where(rng.random(problem.n) < problem.p, -y, y)
        x[:, 0] = problem.gamma * y
        predicted = _fit(x, given).predict(x)
        _fit(x, predicted)
        agreed = predicted == given
        _fit(x[agreed], given[agreed])


def _fit(x: np.ndarray, labels: np.ndarray) -> LogisticRegression:
    model = LogisticRegression(C=1 / (PENALTY * len(x)), fit_intercept=False)
    return model.fit(x, labels)


def run() -> list[dict[str, Any]]:
    """Rows of name, value, unit, target."""
    problem = sim.Problem(N, D, 0.3, 1.7)
    learner, key = Logistic(PENALTY), jax.random.key(0)
    call = partial(direct.run_many, problem, SCHEMES, key=key, seeds=SEEDS, learner=learner)
    loop = partial(scikit_learn_loop, problem, LOOP_SEEDS)
    clocks = medians({"call": call, "loop": loop}, repeats=3)
    results = [result for result in call().values() if isinstance(result, LearnedOutcome)]
    converged = float(np.mean([result.converged for result in results]))
    where = f"n={N} d={D} L={PENALTY:g} seeds={SEEDS}"
    ratio = clocks["call"].wall / (clocks["loop"].wall * SEEDS / LOOP_SEEDS)
    values = (
        ("logistic", clocks["call"].wall, "s", None),
        ("logistic fits converged", converged, "share", "1"),
        ("logistic / scikit-learn loop", ratio, "ratio", "< 1"),
    )
    return rows(where, values)


if __name__ == "__main__":
    show(run())
