"""One round by evaluating the label rules at every sample: any margin law, rule and flips (R11, R18).

Two passes draw the same numbers twice: the first finds the means that the second needs.
"""

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.dice.stream.blocks import GROUP, LEAVES, Stream
from relabel_lab.sim.dice.stream.once import SeedScalars, StreamPass, Sums
from relabel_lab.sim.kit import DTypeLike
from relabel_lab.sim.noise import UniformFlips
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import Scheme
from relabel_lab.sim.seeds import threefry, uniform


class Means(eqx.Module):
    """Totals [S] of the uncentred normals, of s m and of s > 0, needed before labels are known."""

    normals: jax.Array
    sm: jax.Array
    right: jax.Array


class Labelled(eqx.Module):
    """What the second pass adds up: the total [S] of epsilon, and `Sums` of every scheme."""

    epsilon: jax.Array
    sums: tuple[Sums, ...]


def first_pass(
    problem: Problem,
    scalars: SeedScalars,
    lanes: int,
    dtype: DTypeLike,
    start: jax.Array,
    stop: jax.Array,
) -> Means:
    """Totals over the blocks start <= i < stop."""
    stream = Stream(scalars.normals, lanes, dtype)

    def block(index: jax.Array, sum_: Means) -> Means:
        whole = (index + 1) * stream.block <= problem.n
        means = stream.call(index, 0)
        normals = jax.lax.cond(
            whole,
            lambda: GROUP * total(means[0] + means[1]),
            lambda: total(jnp.where(_inside(problem, lanes, index), stream.stacked(index), 0)),
        )
        s, m = _signs_and_margins(problem, scalars, lanes, dtype, index)
        here = Means(normals, total(s * m), total(s > 0))
        return jax.tree.map(jnp.add, sum_, here)

    zero = jnp.zeros(scalars.radius.shape)
    return jax.lax.fori_loop(start, stop, block, Means(zero, zero, zero))


def second_pass(
    problem: Problem,
    scalars: SeedScalars,
    means: Means,
    schemes: tuple[Scheme, ...],
    lanes: int,
    dtype: DTypeLike,
    start: jax.Array,
    stop: jax.Array,
) -> Labelled:
    """Sums over the blocks start <= i < stop."""
    stream = Stream(scalars.normals, lanes, dtype)
    centre = (means.normals / problem.n)[:, None].astype(dtype)
    radius = scalars.radius[:, None].astype(dtype)
    pull = (problem.gamma**2 * means.sm / problem.n)[:, None].astype(dtype)
    variance = jnp.asarray(problem.sigma**2, dtype)

    def block(index: jax.Array, sum_: Labelled) -> Labelled:
        epsilon = stream.stacked(index) - centre
        s, m = _signs_and_margins(problem, scalars, lanes, dtype, index)
        score = m * pull + s * (variance * radius) * (radius + epsilon)
        parts = tuple(_sums(scheme, score, s, m, epsilon) for scheme in schemes)
        here = Labelled(total(jnp.where(s == 0, 0, epsilon)), parts)
        return jax.tree.map(jnp.add, sum_, here)

    def _sums(
        scheme: Scheme, score: jax.Array, s: jax.Array, m: jax.Array, epsilon: jax.Array
    ) -> Sums:
        f = jnp.where(s == 0, 0, scheme.precise(score, s))
        kept = (s * f == whole_label(scheme, f.dtype)) & (s != 0)
        # Products in float64: rounded, they would move kappa where few labels change.
        f, s, m, epsilon = (each.astype(jnp.float64) for each in (f, s, m, epsilon))
        parts = (m * f, s * f, s * f * epsilon, f * f, f > 0, f != 0, kept)
        return Sums(*(total(part) for part in parts))

    zero = jnp.zeros(scalars.radius.shape)
    start_sums = tuple(Sums(zero, zero, zero, zero, zero, zero, zero) for _ in schemes)
    return jax.lax.fori_loop(start, stop, block, Labelled(zero, start_sums))


def initial(problem: Problem, scalars: SeedScalars, means: Means) -> Sums:
    """f = s."""
    n = jnp.full_like(means.sm, problem.n)
    return Sums(means.sm, n, jnp.zeros_like(n), n, means.right, n, n)


def sums(
    problem: Problem,
    scalars: SeedScalars,
    means: Means,
    found: Labelled,
    schemes: tuple[Scheme, ...],
) -> tuple[Sums, ...]:
    """`Sums` with the mean of epsilon exactly zero, as R3 wants it.

    In float32 the leaves of a group do not sum to the group's mean that the first pass used;
    the remainder, 2e-8 a normal, would move kappa by more than ties allow at large n.
    """
    left = found.epsilon / problem.n
    return tuple(
        eqx.tree_at(lambda part: part.sfe, part, part.sfe - left * part.sf) for part in found.sums
    )


def whole_label(scheme: Scheme, dtype: DTypeLike) -> jax.Array:
    """The label times the given one of a sample whose labels agree, where the rule is hard; or 1.

    Where every sample has it, and it is > 0, the labels are the given ones but for their scale;
    NaN, which no label equals, where it is not.
    """
    one = jnp.ones((), dtype)
    label = scheme.label(one, one).astype(dtype) if scheme.hard else one
    return jnp.where(label > 0, label, jnp.nan)


def total(values: jax.Array) -> jax.Array:
    """Sum [..., S, L] over all but the seeds, in float64."""
    axes = (*range(values.ndim - 2), values.ndim - 1)
    return jnp.sum(values.astype(jnp.float64), axis=axes)


def positions(lanes: int, index: jax.Array) -> jax.Array:
    """Sample numbers in block ``index`` (scalar or [S]), shape [LEAVES, 1 or S, L], int64."""
    shape = (LEAVES, 1, lanes)
    leaf = jax.lax.broadcasted_iota(jnp.int64, shape, 0)
    lane = jax.lax.broadcasted_iota(jnp.int64, shape, 2)
    return (jnp.asarray(index, jnp.int64) * (LEAVES * lanes)).reshape(-1, 1) + leaf * lanes + lane


def _inside(problem: Problem, lanes: int, index: jax.Array) -> jax.Array:
    return positions(lanes, index) < problem.n


def _signs_and_margins(
    problem: Problem, scalars: SeedScalars, lanes: int, dtype: DTypeLike, index: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """s and m of a block, [LEAVES, S, L]; both zero beyond the last sample."""
    place = positions(lanes, index)
    m = _margins(problem, scalars, lanes, dtype, index)
    if isinstance(problem.noise, UniformFlips):
        flipped = place < scalars.minus[:, None]
    else:
        flipped = uniform(
            _bits(scalars.flips, lanes, index)
        ) < problem.exact_noise.flip_given_margin(m)
    inside = place < problem.n
    s = jnp.where(flipped, -1, 1).astype(dtype)
    return jnp.where(inside, s, 0), jnp.where(inside, m, 0)


def _margins(
    problem: Problem, scalars: SeedScalars, lanes: int, dtype: DTypeLike, index: jax.Array
) -> jax.Array:
    law = problem.law
    shape = (LEAVES, scalars.radius.shape[0], lanes)
    if law.source == "none":
        return jnp.ones(shape, dtype)
    if law.source == "normal":
        base = Stream(scalars.margins, lanes, dtype).stacked(index)
    else:
        base = uniform(_bits(scalars.margins, lanes, index)).astype(dtype)
    return law.push(base).astype(dtype)


def _bits(key: tuple[jax.Array, jax.Array], lanes: int, index: jax.Array) -> jax.Array:
    shape = (LEAVES // 2, key[0].shape[0], lanes)
    call = jax.lax.broadcasted_iota(jnp.uint32, shape, 0)
    low = call * jnp.uint32(lanes) + jax.lax.broadcasted_iota(jnp.uint32, shape, 2)
    high = jnp.broadcast_to(jnp.asarray(index).astype(jnp.uint32), shape)
    pair = threefry((key[0][:, None], key[1][:, None]), high, low)
    return jnp.concatenate(pair)


ELEMENTWISE = StreamPass(first_pass, second_pass, initial, sums)
