"""Running an engine from the command line: seeds in batches, means over seeds."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from tqdm import tqdm

from relabel_lab.relabel.bounds import check_work
from relabel_lab.relabel.errors import bad_value
from relabel_lab.sim import ClassProblem, Outcome, Problem, classes, improved
from relabel_lab.sim.direct import LearnedOutcome
from relabel_lab.sim.learners import Learner
from relabel_lab.sim.noise import ClassFlips
from relabel_lab.sim.schemes import Scheme

BATCH = 256  # seeds between two steps of the progress bar
BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed} so far, {remaining} left"


def run(
    problem: Problem | ClassProblem,
    schemes: Sequence[Scheme],
    *,
    engine: str,
    rounds: int,
    seeds: int,
    seed: int,
    learner: Learner | None = None,
    progress: bool = False,
) -> dict[str, Outcome]:
    """All schemes on the same seeds; with ``progress`` in batches under a bar on standard error.

    Returns:
        An `Outcome` with arrays [seeds, rounds + 1] for each scheme's name.
    """
    for option, value, least in (("rounds", rounds, 0), ("seeds", seeds, 1), ("seed", seed, 0)):
        if value < least:
            raise bad_value(f"--{option}", value, f"a whole number >= {least}")
    check_work(problem, schemes, engine=engine, rounds=rounds, seeds=seeds)
    run_many: Any = importlib.import_module(f"relabel_lab.sim.{engine}").run_many
    many = isinstance(problem, ClassProblem)
    if many:
        run_many = partial(classes.run_many, engine=engine)
    if learner is not None:
        run_many = partial(run_many, learner=learner, throw=False)
    if (
        engine == "direct"
        and isinstance(problem, Problem)
        and isinstance(problem.noise, ClassFlips)
    ):
        run_many = partial(run_many, positive=problem.noise.positive)
    key = jax.random.key(seed)
    if not progress:
        return run_many(problem, schemes, rounds, key=key, seeds=seeds)
    batch, parts = min(seeds, BATCH), []
    with tqdm(total=1.0, desc=engine, bar_format=BAR, file=sys.stderr) as bar:
        for start in range(0, seeds, batch):

            def share(done: float, start: int = start) -> None:
                bar.update(min(1.0, (start + done * batch) / seeds) - bar.n)

            # Every batch has the same shape, so that one compiled program serves them all.
            numbers = start + jnp.arange(batch)
            told = {"progress": share} if engine == "dice" and not many else {}
            parts.append(run_many(problem, schemes, rounds, key=key, seeds=numbers, **told))
            share(1.0)
    return {
        scheme.name: _joined([part[scheme.name] for part in parts], seeds) for scheme in schemes
    }


def kept(outcome: Outcome) -> Outcome:
    """The initial model in every round, from round 0 of a scheme on the same data."""
    return jax.tree.map(lambda leaf: jnp.repeat(leaf[:, :1], leaf.shape[1], axis=1), outcome)


def warn_unconverged(name: str, outcome: Outcome) -> None:
    """Say on standard error how many fits stopped before the learner's tolerance."""
    if isinstance(outcome, LearnedOutcome):
        lost = int(np.sum(~np.asarray(outcome.converged)))
        if lost:
            total = outcome.converged.size
            print(f"warning: {name}: {lost} of {total} fits did not converge", file=sys.stderr)


def _joined(parts: Sequence[Outcome], seeds: int) -> Outcome:
    return jax.tree.map(lambda *leaves: jnp.concatenate(leaves)[:seeds], *parts)


def summarise(outcome: Outcome) -> dict[str, Any]:
    """Mean and standard error over seeds, lists over rounds; share with kappa above round 0."""
    values = {
        "kappa": outcome.kappa,
        "accuracy": outcome.accuracy,
        "label_accuracy": outcome.label_accuracy,
        "coverage": outcome.coverage,
    }
    told: dict[str, Any] = {name: mean_and_error(value) for name, value in values.items()}
    told["improved"] = np.mean(improved(np.asarray(outcome.kappa)), axis=0)
    if isinstance(outcome, LearnedOutcome):
        told["converged"] = np.mean(np.asarray(outcome.converged), axis=0)
    return told


def mean_and_error(values: Any) -> dict[str, np.ndarray]:
    """Mean over the first axis and its standard error (NaN for a single seed).

    Seeds without a value, as the accuracy of labels of which there are none, do not count.
    """
    array = np.asarray(values)
    known = ~np.isnan(array)
    count = known.sum(axis=0)
    mean = np.divide(np.where(known, array, 0).sum(axis=0), count, where=count > 0, out=_nan(count))
    square = np.where(known, (array - mean) ** 2, 0).sum(axis=0)
    several = count > 1
    spread = np.sqrt(np.divide(square, count - 1, where=several, out=_nan(count)))
    return {"mean": mean, "se": np.divide(spread, np.sqrt(count), where=several, out=_nan(count))}


def _nan(like: np.ndarray) -> np.ndarray:
    return np.full(like.shape, np.nan)
