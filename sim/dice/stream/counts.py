r"""One round of hard label rules at constant margin and uniform flips: count, do not label (R3).

Flipped samples (s = -1) come first, so whole blocks share one threshold: \(\tau_i = +1\) iff the
uncentred normal exceeds \(\theta_s = \bar g - R - s\rho a_0/R\).  Only the block in which s
changes and the last one need a look at each position.
"""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.dice.stream.blocks import GROUP, Stream
from relabel_lab.sim.dice.stream.elementwise import positions, total, whole_label
from relabel_lab.sim.dice.stream.once import SeedScalars, StreamPass, Sums
from relabel_lab.sim.kit import DTypeLike, PyTree, Scalar
from relabel_lab.sim.margins import Constant
from relabel_lab.sim.noise import UniformFlips
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import Scheme

FLUSH = 64  # blocks between two flushes of a lane's short sum
PACK = 2.0**15  # a lane's count rides on multiples of this; 64 * 16 normals sum to less than half


class Means(eqx.Module):
    """Totals of the uncentred normals with s = -1 and s = +1: [2, S]."""

    normals: jax.Array


class Above(eqx.Module):
    """Numbers and totals of the uncentred normals above their threshold, by s: [2, S]."""

    count: jax.Array
    normals: jax.Array


def applies(problem: Problem, schemes: tuple[Scheme, ...]) -> bool:
    """Whether labels depend on the signs of score and given label alone, at one margin."""
    hard = all(scheme.hard for scheme in schemes)
    return hard and isinstance(problem.margin, Constant) and isinstance(problem.noise, UniformFlips)


def first_pass(
    problem: Problem,
    scalars: SeedScalars,
    lanes: int,
    dtype: DTypeLike,
    start: jax.Array,
    stop: jax.Array,
) -> Means:
    """Totals over the blocks start <= i < stop, from the group means alone where possible."""
    stream = Stream(scalars.normals, lanes, dtype)

    def group(plus: jax.Array) -> jax.Array:
        low, high = _range(problem, scalars, stream, plus, start, stop)

        def block(index: jax.Array, sum_: jax.Array) -> jax.Array:
            one, two = stream.call(index, 0)
            mine = _mine(scalars, stream, plus, index)[:, None]
            return sum_ + jnp.where(mine, one + two, 0).astype(jnp.float64)

        zero = jnp.zeros((scalars.radius.shape[0], lanes))
        return GROUP * jnp.sum(jax.lax.fori_loop(low, high, block, zero), axis=-1)

    whole = jax.lax.map(group, jnp.asarray([False, True]))
    return Means(whole + _over_edges(problem, scalars, stream, start, stop, _normals_in))


def second_pass(
    problem: Problem,
    scalars: SeedScalars,
    means: Means,
    schemes: tuple[Scheme, ...],
    lanes: int,
    dtype: DTypeLike,
    start: jax.Array,
    stop: jax.Array,
) -> Above:
    """What lies above the thresholds in the blocks start <= i < stop."""
    stream = Stream(scalars.normals, lanes, dtype)
    thresholds = _thresholds(problem, scalars, means).astype(dtype)

    def group(plus: jax.Array) -> Above:
        low, high = _range(problem, scalars, stream, plus, start, stop)

        def block(index: jax.Array, packed: jax.Array) -> jax.Array:
            mine = _mine(scalars, stream, plus, index)
            cut = jnp.where(mine, thresholds[plus.astype(int)], jnp.inf)[:, None]
            count = normals = jnp.zeros((), dtype)
            for x in stream.leaves(index):
                count = count + jnp.where(x > cut, 1, 0).astype(dtype)
                normals = normals + jnp.where(x > cut, x, 0)
            return packed + (normals.astype(jnp.float64) + PACK * count.astype(jnp.float64))

        def stretch(turn: jax.Array, above: Above) -> Above:
            first = low + turn * FLUSH
            zero = jnp.zeros((scalars.radius.shape[0], lanes))
            packed = jax.lax.fori_loop(first, jnp.minimum(first + FLUSH, high), block, zero)
            count = jnp.round(packed / PACK)
            return Above(
                above.count + jnp.sum(count, axis=-1),
                above.normals + jnp.sum(packed - PACK * count, axis=-1),
            )

        none = jnp.zeros(scalars.radius.shape)
        return jax.lax.fori_loop(0, -(-(high - low) // FLUSH), stretch, Above(none, none))

    above = jax.lax.map(group, jnp.asarray([False, True]))

    def beyond(x: jax.Array, inside: PyTree) -> Above:
        over = [side & (x > cut[:, None]) for side, cut in zip(inside, thresholds, strict=True)]
        return Above(jnp.stack([total(side) for side in over]), _normals_in(x, over))

    edges = _over_edges(problem, scalars, stream, start, stop, beyond)
    return jax.tree.map(jnp.add, above, edges)


def _normals_in(x: jax.Array, sides: PyTree) -> jax.Array:
    return jnp.stack([total(jnp.where(side, x, 0)) for side in sides])


def initial(problem: Problem, scalars: SeedScalars, means: Means) -> Sums:
    """f = s."""
    n = jnp.full(scalars.radius.shape, problem.n, jnp.float64)
    return Sums(n - 2 * scalars.minus, n, jnp.zeros_like(n), n, n - scalars.minus, n, n)


def sums(
    problem: Problem, scalars: SeedScalars, means: Means, above: Above, schemes: tuple[Scheme, ...]
) -> tuple[Sums, ...]:
    """`Sums` of every rule from the four cells (s, tau)."""
    centre = jnp.sum(means.normals, axis=0) / problem.n
    minus = scalars.minus.astype(jnp.float64)
    sizes = jnp.stack([minus, problem.n - minus])
    epsilon_above = above.normals - centre * above.count
    epsilon = means.normals - centre * sizes
    cells = [
        (s, tau, *parts)
        for i, s in enumerate((-1.0, 1.0))
        for tau, *parts in (
            (1.0, above.count[i], epsilon_above[i]),
            (-1.0, sizes[i] - above.count[i], epsilon[i] - epsilon_above[i]),
        )
    ]
    return tuple(_rule_sums(scheme, cells) for scheme in schemes)


def _rule_sums(scheme: Scheme, cells: list[tuple[Scalar, ...]]) -> Sums:
    parts = []
    for s, tau, number, epsilon in cells:
        f = scheme.label(jnp.asarray(s * tau), jnp.asarray(s))
        kept = s * f == whole_label(scheme, jnp.float64)
        parts.append(
            Sums(f * number, s * f * number, s * f * epsilon, f * f * number,
                 (f > 0) * number, (f != 0) * number, kept * number)
        )  # fmt: skip
    return jax.tree.map(lambda *leaves: sum(leaves), *parts)


def _thresholds(problem: Problem, scalars: SeedScalars, means: Means) -> jax.Array:
    centre = jnp.sum(means.normals, axis=0) / problem.n
    pull = problem.rho * (1 - 2 * scalars.minus / problem.n) / scalars.radius
    return jnp.stack([centre - scalars.radius + pull, centre - scalars.radius - pull])


def _change(scalars: SeedScalars, stream: Stream) -> jax.Array:
    """The block [S] in which s changes sign."""
    return scalars.minus // stream.block


def _last(problem: Problem, stream: Stream) -> jax.Array:
    return (problem.n - 1) // stream.block


def _range(
    problem: Problem,
    scalars: SeedScalars,
    stream: Stream,
    plus: jax.Array,
    start: jax.Array,
    stop: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """Blocks that hold one sign for some seed of the tile."""
    change = _change(scalars, stream)
    last = _last(problem, stream)
    low = jnp.where(plus, jnp.maximum(start, jnp.min(change) + 1), start)
    high = jnp.minimum(stop, jnp.where(plus, last, jnp.minimum(jnp.max(change), last)))
    return low, high


def _mine(scalars: SeedScalars, stream: Stream, plus: jax.Array, index: jax.Array) -> jax.Array:
    change = _change(scalars, stream)
    return jnp.where(plus, index > change, index < change)


def _over_edges(
    problem: Problem,
    scalars: SeedScalars,
    stream: Stream,
    start: jax.Array,
    stop: jax.Array,
    measure: Callable[[jax.Array, Any], Any],
) -> PyTree:
    """Sum of ``measure(normals, (where s = -1, where s = +1))`` over the two mixed blocks."""
    change = jnp.minimum(_change(scalars, stream), _last(problem, stream))
    last = jnp.broadcast_to(_last(problem, stream), change.shape)

    def edge(block: tuple[jax.Array, jax.Array]) -> PyTree:
        index, counts = block
        place = positions(stream.lanes, index)
        here = ((index >= start) & (index < stop) & counts)[:, None] & (place < problem.n)
        minus = place < scalars.minus[:, None]
        return measure(stream.stacked(index), (here & minus, here & ~minus))

    # A loop, so that the draws are compiled once.
    both = jax.lax.map(
        edge, (jnp.stack([change, last]), jnp.stack([jnp.ones_like(change, bool), last != change]))
    )
    return jax.tree.map(lambda leaf: jnp.sum(leaf, axis=0), both)


COUNTS = StreamPass(first_pass, second_pass, initial, sums)
