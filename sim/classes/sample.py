"""Classes and given labels of a seed, the same law for every engine."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from relabel_lab.sim.classes.problem import ClassProblem
from relabel_lab.sim.classes.summary import Sample

TRUE, WRONG, WHICH, NOISE, DIRECTIONS, LEFT, RIGHT = range(7)  # sub-streams of a seed


def draw_sample(key: jax.Array, problem: ClassProblem, classes: int, samples: int) -> Sample:
    """Uniform classes and K-ary flips, padded to ``samples``."""
    true = jax.random.randint(jax.random.fold_in(key, TRUE), (samples,), 0, classes)
    wrong = jax.random.uniform(jax.random.fold_in(key, WRONG), (samples,)) < problem.p
    shift = jax.random.randint(jax.random.fold_in(key, WHICH), (samples,), 1, classes)
    given = jnp.where(wrong, (true + shift) % classes, true)
    return Sample(jnp.arange(samples) < problem.n, true, given)
