r"""Drawing the data themselves: \(x = y m \mu + \Sigma^{1/2} z\) with \(\mu = \gamma e_1\).

The rows come in equal blocks that fit in cache, so that an engine can use a block while it is
being drawn.  `sample` gives the same rows as plain arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from relabel_lab.sim.kit import DTypeLike, PyTree, Scalar, reject, require
from relabel_lab.sim.margins import Margin
from relabel_lab.sim.noise import ClassFlips, FeatureNoise
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.seeds import normals, one_of_pair, pair_bits, threefry, uniform, words

CACHE_BYTES = 1 << 18
GROUP_NORMALS = 1 << 21
Carry = TypeVar("Carry")


class Sample(eqx.Module):
    """Drawn data.

    Attributes:
        x: samples, shape [n, d]; the first coordinate is the one along mu.
        y: true labels +-1, shape [n].
        given: labels after flipping, +-1, shape [n].
        margin: margins m, shape [n].
    """

    x: jax.Array
    y: jax.Array
    given: jax.Array
    margin: jax.Array


class Layout(eqx.Module):
    """Static shapes: ``rows`` = ``blocks * height`` >= n rows, the last ones all zero.

    ``blocks`` is even: a counter gives two normals, one for each block of a pair.
    """

    n: int = eqx.field(static=True)
    d: int = eqx.field(static=True)
    blocks: int = eqx.field(static=True)
    height: int = eqx.field(static=True)
    dtype: str = eqx.field(static=True)

    @property
    def rows(self) -> int:
        """Rows drawn, padding included."""
        return self.blocks * self.height

    @property
    def bytes(self) -> int:
        """Memory that one seed needs: the samples and a few numbers a row and a feature."""
        size = jnp.dtype(self.dtype).itemsize
        return size * self.rows * self.d + 64 * (self.rows + self.d)

    @property
    def group(self) -> int:
        """Seeds in one call: enough that the call costs little beside drawing their samples."""
        return max(1, GROUP_NORMALS // (self.rows * self.d))


def layout(problem: Problem, dtype: DTypeLike = jnp.float32) -> Layout:
    """Equal blocks that fit in cache, as few as possible; a function of n, d and dtype."""
    n, d = int(problem.n), int(problem.d)
    require("d", d, lambda count: count < 2**31, "< 2^31 where samples are drawn")
    kind = jnp.dtype(dtype).name
    if kind not in ("float32", "float64"):
        raise reject("dtype", kind, "float32 or float64")
    most = max(1, CACHE_BYTES // (d * jnp.dtype(kind).itemsize))
    blocks = 2 * -(-n // (2 * most))
    return Layout(n, d, blocks, -(-n // blocks), kind)


def check_scalar(problem: Problem, positive: Scalar) -> None:
    """One problem at a time, a share of positive labels in [0, 1], and noise that fits both."""
    for name in ("n", "d", "gamma", "sigma"):
        if jnp.ndim(getattr(problem, name)):
            raise reject(name, getattr(problem, name), "a scalar: one problem at a time")
    require("positive", positive, lambda share: (share >= 0) & (share <= 1), "in [0, 1]")
    if isinstance(problem.noise, FeatureNoise):
        problem.noise.check_axis(int(problem.d))
    if isinstance(problem.noise, ClassFlips) and positive != problem.noise.positive:
        raise reject("positive", positive, f"{problem.noise.positive}, as the noise says")


class Labels(eqx.Module):
    """Margins, true and given labels of all rows [blocks, height]; zero in the padding."""

    margin: jax.Array
    y: jax.Array
    given: jax.Array


def draw_labels(
    plan: Layout, problem: Problem, key: jax.Array, for_features: jax.Array, positive: Scalar
) -> Labels:
    """Margins, labels and flips, before any feature is drawn (or, at most, the one that counts)."""
    secret = words(key)
    index = jnp.arange(plan.rows)
    low, high = index.astype(jnp.uint32) & jnp.uint32(2**31 - 1), (index >> 31) * 2
    coins = [uniform(bits) for bits in threefry(secret, high.astype(jnp.uint32), low)]
    margin = _margins(problem.law, secret, (high + 1).astype(jnp.uint32), low)
    y = jnp.where(coins[0] < positive, 1.0, -1.0)
    if isinstance(problem.noise, FeatureNoise):
        feature = _noise_feature(plan, for_features, problem.noise.axis)
        flip = problem.noise.flip_given_feature(y, feature)
    else:
        flip = problem.exact_noise.flip_given_class(margin, y)
    given = jnp.where(coins[1] < flip, -y, y)
    grid = (plan.blocks, plan.height)
    columns = [jnp.where(index < plan.n, column, 0.0) for column in (margin, y, given)]
    return Labels(*(column.astype(plan.dtype).reshape(grid) for column in columns))


def _noise_feature(plan: Layout, key: jax.Array, axis: Scalar) -> jax.Array:
    """Coordinate ``axis`` of z of all rows [rows]: what `fold_blocks` draws, drawn ahead of it."""
    pairs, row = jnp.arange(plan.blocks // 2), jnp.arange(plan.height)
    high, low = jnp.meshgrid(pairs, row * plan.d + 1 + axis, indexing="ij")
    counters = (high.astype(jnp.uint32), low.astype(jnp.uint32))
    z = normals(words(key), *counters, jnp.dtype(plan.dtype))
    return jnp.stack(z, axis=1).reshape(plan.rows).astype(jnp.float64)


def _margins(
    law: Margin, secret: tuple[jax.Array, jax.Array], high: jax.Array, low: jax.Array
) -> jax.Array:
    """Margins in float64, one a counter."""
    if law.source == "none":
        return jnp.ones(low.shape)
    if law.source == "normal":
        return law.push(normals(secret, high, low, jnp.float64)[0])
    return law.push(uniform(threefry(secret, high, low)[0]))


def fold_blocks(
    plan: Layout,
    problem: Problem,
    key: jax.Array,
    labels: Labels,
    step: Callable[[jax.Array, jax.Array, Carry], Carry],
    start: Carry,
) -> Carry:
    """``carry = step(i, x, carry)`` over the blocks x [height, d] in order."""
    scale = jnp.sqrt(eigenvalues(problem, plan.d)).astype(plan.dtype)
    scale = jnp.concatenate([jnp.zeros(1, plan.dtype), scale])
    along = (labels.y * labels.margin * problem.gamma).astype(plan.dtype)
    secret = words(key)
    shape = (plan.height, plan.d)
    row, column = (lax.broadcasted_iota(jnp.uint32, shape, axis) for axis in (0, 1))
    low = row * jnp.uint32(plan.d) + column

    def rows(i: jax.Array, z: jax.Array) -> jax.Array:
        real = jnp.abs(labels.y[i])[:, None]  # zero in the padding
        return jnp.where(column == 0, along[i][:, None], z * scale * real)

    kind = jnp.dtype(plan.dtype)

    def body(pair: jax.Array, carry: Carry) -> Carry:
        bits = pair_bits(secret, jnp.full(shape, pair, jnp.uint32), low, kind)

        def block(which: jax.Array, carry: Carry) -> Carry:
            i = 2 * pair + which
            x = lax.optimization_barrier(rows(i, one_of_pair(bits, which, kind)))
            return step(i, x, carry)

        return lax.fori_loop(0, 2, block, carry)

    return lax.fori_loop(0, plan.blocks // 2, body, start)


def eigenvalues(problem: Problem, d: int) -> jax.Array:
    """The d - 1 eigenvalues of Sigma on the complement of mu."""
    if problem.spectrum is not None:
        return problem.spectrum
    return jnp.full(d - 1, jnp.asarray(problem.sigma, jnp.float64) ** 2)


def streams(key: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Keys of the labels and of the features of one seed."""
    labels, features = jax.random.split(key)
    return labels, features


def sample(
    problem: Problem, key: jax.Array, *, positive: float = 0.5, dtype: DTypeLike = jnp.float32
) -> Sample:
    """The data that `sim.direct.run` draws for the seed whose key is ``key``.

    Args:
        problem: a scalar problem.
        key: the seed's key: ``fold_in(cell key, seed)``, see `sim.seeds.seed_keys`.
        positive: probability of a positive true label.
        dtype: float32 or float64.

    Raises:
        ValueError: for a grid of problems, a share outside [0, 1] or another dtype.
    """
    check_scalar(problem, positive)
    return _sample(layout(problem, dtype), arrays(problem), key, jnp.asarray(positive, jnp.float64))


def arrays(tree: PyTree) -> PyTree:
    """Python floats as float64 arrays, so that their values do not enter a compiled program."""

    def leaf(value: Any) -> PyTree:
        return jnp.asarray(value, jnp.float64) if isinstance(value, float) else value

    return jax.tree.map(leaf, tree)


@eqx.filter_jit
def _sample(plan: Layout, problem: Problem, key: jax.Array, positive: jax.Array) -> Sample:
    for_labels, for_features = streams(key)
    labels = draw_labels(plan, problem, for_labels, for_features, positive)

    def store(i: jax.Array, x: jax.Array, carry: jax.Array) -> jax.Array:
        return lax.dynamic_update_index_in_dim(carry, x, i, 0)

    empty = lax.empty((plan.blocks, plan.height, plan.d), plan.dtype)
    x = fold_blocks(plan, problem, for_features, labels, store, empty)
    flat = [leaf.reshape(plan.rows)[: plan.n] for leaf in (labels.y, labels.given, labels.margin)]
    return Sample(x.reshape(plan.rows, plan.d)[: plan.n], *flat)
