"""A small task for tests of training: a class is told by which tokens a text holds."""

import os
import signal
import sys
from pathlib import Path

import equinox as eqx
import jax
import numpy as np

from relabel_lab.experiments.models.convolution import BatchNorm, Moments
from relabel_lab.experiments.models.layers import Dense, normal
from relabel_lab.experiments.training import Recipe, Task, Tokens, Training, plan_of, targets_of

CLASSES, LENGTH, SAMPLES = 3, 6, 96
RECIPE = Recipe(epochs=4, batch=16, rate=3e-2, decay=0.01, optimiser="adamw", schedule="linear")


class Bag(eqx.Module):
    """Scores from the normalised mean of a text's token vectors; small, so it compiles at once."""

    tokens: jax.Array
    norm: BatchNorm
    head: Dense

    def initial(self) -> Moments:
        """Moving averages before the first batch."""
        return self.norm.initial()

    def __call__(self, x, moving, *, train, key):
        """Scores and moving averages, as every model of the experiments."""
        del key
        mean, moving = self.norm(self.tokens[x].mean(1)[:, None, None], moving, train=train)
        return self.head(mean[:, 0, 0]), moving


def make(key: jax.Array) -> Bag:
    """A fresh model."""
    one, two = jax.random.split(key)
    return Bag(normal(one, (20, 8), 1.0), BatchNorm(8), Dense(8, CLASSES, key=two))


TASK = Task(make, Tokens(), "toy")


def texts(samples: int = SAMPLES, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Token numbers [samples, LENGTH], four of six from the class's own, and clean labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(CLASSES, size=samples)
    own = 2 + 6 * labels[:, None] + rng.integers(6, size=(samples, LENGTH))
    other = rng.integers(2, 20, size=(samples, LENGTH))
    return np.where(np.arange(LENGTH) < 4, own, other).astype(np.int32), labels


def training(seeds: int = 1, *, path: Path | None = None, recipe: Recipe = RECIPE) -> Training:
    """Replicates 0 … seeds - 1 on the clean labels of the toy texts."""
    features, labels = texts()
    keys = jax.vmap(lambda seed: jax.random.fold_in(jax.random.key(7), seed))(np.arange(seeds))
    targets = targets_of(np.tile(labels, (seeds, 1)), np.ones((seeds, SAMPLES)))
    plan = plan_of(recipe, seeds)
    return Training(TASK, recipe, plan, features, targets, key=keys, path=path)


def finish(run: Training) -> Training:
    """Train to the end, saving after every epoch."""
    while not run.finished:
        run.advance()
        run.save()
    return run


def killed(path: Path, epoch: int, step: int) -> None:
    """Train until ``step`` of the epoch after ``epoch``, then die at once."""
    run = training(path=path)
    while run.epoch < epoch:
        run.advance()
        run.save()
    seen = iter(range(step))
    run.advance(lambda: None if next(seen, None) is not None else _die())


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    killed(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
