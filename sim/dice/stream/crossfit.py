r"""Cross-fitted retraining, exact in law without the data: one round, isotropic noise (R10).

`sim.dice.folds` serves several rounds and other noise.

Let fold k hold \(n_k\) samples with mean noise \(v_k \sim N(0, I/n_k)\), and let \(v_{-k}\) be
the mean noise of the others, along the unit vector \(u_k\).  A sample's own part of its fold's
noise, \(e_i\), is independent of all the \(v\), so its score needs \(v_k \cdot v_{-k}\) and one
normal \(\varepsilon_i = e_i \cdot u_k\), centred in the fold.  With \(\tau = sf\) and fold means
\(c_k, b_k\) of \(\tau, \tau\varepsilon\), the retrained noise is

\[v_1 = \sum_k \frac{n_k}{n}\Big(c_k v_k + b_k u_k
        + \sqrt{(1 - c_k^2)/n_k}\,(I - u_k u_k^\top)\,g_k\Big), \quad g_k \sim N(0, I).\]

The K vectors \(v_k\) live in coordinates of their own span (Bartlett); what the \(g_k\) have
outside it enters through one chi-square.  So the cost is n normals, whatever d and K are.
"""

from __future__ import annotations

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.dice.chi import chi
from relabel_lab.sim.kit import DTypeLike
from relabel_lab.sim.outcome import RoundSummary
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.seeds import SeedBatch, cached, normals, require_room, tile_of, uniform, words
from relabel_lab.sim.seeds import threefry as bits

NOISE, MARGIN, FLIP, SPAN, LENGTHS, FRESH, REST = range(7)  # sub-streams of a seed
BYTES = 256  # held for each sample, of which at least
LEAST_BYTES = 64


def outcomes(
    batch: SeedBatch, problem: Problem, folds: int, rounds: int, dtype: str
) -> RoundSummary:
    """Arrays [seeds, rounds + 1]; seeds do not share draws with other schemes."""
    wide = -(-int(problem.n) // folds)
    wide = -(-wide // (64 if wide < 4096 else 4096)) * (64 if wide < 4096 else 4096)
    require_room(LEAST_BYTES * folds * wide, int(problem.n), batch.devices)
    tile = tile_of(BYTES * folds * wide)
    kernel = cached(_tile, folds, wide, rounds, jnp.dtype(dtype))
    return batch.over(kernel, problem, tile=tile)


def _tile(
    folds: int, wide: int, rounds: int, dtype: DTypeLike, keys: jax.Array, problem: Problem
) -> RoundSummary:
    one = partial(_seed, folds=folds, wide=wide, dtype=dtype, problem=problem)
    both = jax.vmap(one)(keys)
    return jax.tree.map(lambda leaf: leaf[:, : rounds + 1], both)


class _Folds(eqx.Module):
    """Sizes [K], and per sample [K, F] with zeros beyond a fold's end: s, m, centred noise."""

    size: jax.Array
    s: jax.Array
    m: jax.Array
    epsilon: jax.Array

    def total(self, values: jax.Array) -> jax.Array:
        """Sums over the samples of each fold, [K], in float64."""
        return jnp.sum(values.astype(jnp.float64), axis=1)


def _seed(
    key: jax.Array, *, folds: int, wide: int, dtype: DTypeLike, problem: Problem
) -> RoundSummary:
    drawn = _samples(key, folds, wide, dtype, problem)
    n, size = jnp.asarray(problem.n, jnp.float64), drawn.size
    noise = _span(key, folds, problem) / jnp.sqrt(size)[:, None]
    signal = drawn.total(drawn.s * drawn.m)
    others = (n - size)[:, None]
    held_out = (jnp.sum(size[:, None] * noise, 0) - size[:, None] * noise) / others
    length = jnp.linalg.norm(held_out, axis=1)
    direction = held_out / length[:, None]

    pull = problem.gamma**2 * (jnp.sum(signal) - signal) / others[:, 0]
    lean = problem.sigma**2 * jnp.sum(noise * held_out, 1)
    spread = problem.sigma**2 * length
    pull, lean, spread = (part[:, None].astype(dtype) for part in (pull, lean, spread))
    label = jnp.sign(drawn.m * pull + drawn.s * (lean + spread * drawn.epsilon))
    tau = drawn.s * label

    c, b = drawn.total(tau) / size, drawn.total(tau * drawn.epsilon) / size
    fresh = jnp.sqrt((1 - c**2) / size)
    across = jax.random.normal(jax.random.fold_in(key, FRESH), (folds, folds))
    across *= jnp.arange(folds) < problem.r
    across -= jnp.sum(across * direction, 1)[:, None] * direction
    inside = jnp.sum(
        size[:, None] / n * (c[:, None] * noise + b[:, None] * direction + fresh[:, None] * across),
        0,
    )
    outside = jnp.where(
        problem.r > folds,
        chi(jax.random.fold_in(key, REST), jnp.asarray(problem.r - folds)),
        0,
    ) * jnp.linalg.norm(size / n * fresh)

    first = jnp.linalg.norm(jnp.sum(size[:, None] * noise, 0)) / n
    second = jnp.sqrt(jnp.sum(inside**2) + outside**2)
    a = jnp.stack([jnp.sum(signal), jnp.sum(drawn.total(drawn.m * label))]) / n
    right = jnp.stack([jnp.sum(drawn.total(drawn.s > 0)), jnp.sum(drawn.total(label > 0))]) / n
    kappa = problem.rho * a / jnp.stack([first, second])
    same = jnp.stack([jnp.asarray(True), jnp.all((tau > 0) | (drawn.s == 0))])
    return RoundSummary(kappa, right, jnp.ones(2), same)


def _samples(key: jax.Array, folds: int, wide: int, dtype: DTypeLike, problem: Problem) -> _Folds:
    fold = jnp.arange(folds)
    size = problem.n // folds + (fold < problem.n % folds)
    inside = jnp.arange(wide) < size[:, None]
    high = jnp.broadcast_to(fold[:, None].astype(jnp.uint32), (folds, wide // 2))
    low = jnp.broadcast_to(jnp.arange(wide // 2, dtype=jnp.uint32), high.shape)

    def draw(stream: int, kind: str) -> jax.Array:
        secret = words(jax.random.fold_in(key, stream))
        if kind == "normal":
            return jnp.concatenate(normals(secret, high, low, dtype), 1)
        return uniform(jnp.concatenate(bits(secret, high, low), 1))

    law = problem.law
    m = jnp.ones((folds, wide)) if law.source == "none" else law.push(draw(MARGIN, law.source))
    flipped = draw(FLIP, "uniform") < problem.exact_noise.flip_given_margin(m)
    s = jnp.where(inside, jnp.where(flipped, -1, 1), 0).astype(dtype)
    g = draw(NOISE, "normal")
    size = size.astype(jnp.float64)
    centre = jnp.sum(jnp.where(inside, g, 0).astype(jnp.float64), 1) / size
    return _Folds(size, s, jnp.where(inside, m, 0).astype(dtype), g - centre[:, None].astype(dtype))


def _span(key: jax.Array, folds: int, problem: Problem) -> jax.Array:
    """K normal vectors in r dimensions, in coordinates [K, K] of their own span."""
    below = jnp.tril(jax.random.normal(jax.random.fold_in(key, SPAN), (folds, folds)), -1)
    lengths_key = jax.random.fold_in(key, LENGTHS)
    freedom = problem.r - jnp.arange(folds)
    lengths = jax.vmap(lambda k, f: chi(jax.random.fold_in(lengths_key, k), f))(
        jnp.arange(folds), freedom
    )
    exists = jnp.arange(folds) < problem.r
    return below * exists + jnp.diag(jnp.where(exists, lengths, 0))
