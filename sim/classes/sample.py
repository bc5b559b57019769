"""Classes and given labels of a seed, the same law for every engine."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from relabel_lab.sim.classes.flips import drawn_label
from relabel_lab.sim.classes.problem import ClassProblem
from relabel_lab.sim.classes.summary import Sample
from relabel_lab.sim.seeds import threefry, uniform, words

LABELS, NOISE, DIRECTIONS, LEFT, RIGHT = range(5)  # sub-streams of a seed


def draw_sample(key: jax.Array, problem: ClassProblem, classes: int, samples: int) -> Sample:
    """Uniform classes and their flips, padded to ``samples``; 32 bits decide each."""
    place = jnp.arange(samples, dtype=jnp.uint32)
    first, second = threefry(words(jax.random.fold_in(key, LABELS)), jnp.uint32(0), place)
    true, rest = _below(first, classes)
    inside = jnp.arange(samples) < problem.n
    if problem.flips is not None:
        return Sample(inside, true, drawn_label(problem.flips, true, uniform(second)))
    wrong = uniform(second) < problem.p
    shift = 1 + _below(rest, classes - 1)[0]
    given = jnp.where(wrong, (true + shift) % classes, true)
    return Sample(inside, true, given)


def _below(bits: jax.Array, size: int) -> tuple[jax.Array, jax.Array]:
    """A uniform integer below ``size``, and the bits that are left of the draw."""
    product = bits.astype(jnp.uint64) * jnp.uint64(size)
    return (product >> jnp.uint64(32)).astype(jnp.int32), product.astype(jnp.uint32)
