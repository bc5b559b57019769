"""The direct engine against drawing its normals alone and against a plain NumPy loop.

Every ratio is of medians of timings taken in turn, in one run, on the same cores.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.timing import medians, rows, show
from relabel_lab import sim
from relabel_lab.sim import direct
from relabel_lab.sim.direct import Layout, layout
from relabel_lab.sim.seeds import each_seed, one_of_pair, pair_bits, words

SIZES = ((10_000, 5_000, 4), (500, 100, 1_000))
SCHEMES = (sim.Full(), sim.Consensus())


class _Store(Layout):
    """Draw the normals of one seed, store them and do nothing else."""

    def __call__(self, key: jax.Array, operands: Any) -> jax.Array:
        shape = (self.height, self.d)
        row, column = (lax.broadcasted_iota(jnp.uint32, shape, axis) for axis in (0, 1))
        low, secret = row * jnp.uint32(self.d) + column, words(key)

        kind = jnp.dtype(self.dtype)

        def body(pair: jax.Array, store: jax.Array) -> jax.Array:
            bits = pair_bits(secret, jnp.full(shape, pair, jnp.uint32), low, kind)

            def block(which: jax.Array, store: jax.Array) -> jax.Array:
                z = one_of_pair(bits, which, kind)
                return lax.dynamic_update_index_in_dim(store, z, 2 * pair + which, 0)

            return lax.fori_loop(0, 2, block, store)

        empty = lax.empty((self.blocks, *shape), self.dtype)
        stored = lax.fori_loop(0, self.blocks // 2, body, empty)
        # An entry that is not known beforehand: all of them must really be stored.
        return stored[(secret[0] % jnp.uint32(self.blocks), secret[1] % jnp.uint32(self.height))][0]


def numpy_loop(problem: sim.Problem, seeds: int) -> np.ndarray:
    """What a user would write: initial, full and consensus, one seed after another."""
    kappas = np.empty((seeds, 3))
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((problem.n, problem.d), dtype=np.float32)
        y = np.where(rng.random(problem.n) < 0.5, np.float32(1), np.float32(-1))
        given = np.where(rng.random(problem.n) < problem.p, -y, y)
        x[:, 0] = problem.gamma * y
        first = given @ x / problem.n
        predicted = np.sign(x @ first)
        full = predicted @ x / problem.n
        models = np.stack([first, full, np.where(predicted == given, given, 0) @ x / problem.n])
        kappas[seed] = problem.gamma * models[:, 0] / np.linalg.norm(models[:, 1:], axis=1)
    return kappas


def run() -> list[dict[str, Any]]:
    """Rows of name, value, unit, target."""
    return [row for size in SIZES for row in _rows(*size)]


def _rows(n: int, d: int, seeds: int) -> list[dict[str, Any]]:
    problem = sim.Problem(n, d, 0.4, 1.5)
    key, plan = jax.random.key(0), layout(problem)
    store = _Store(plan.n, plan.d, plan.blocks, plan.height, plan.dtype)
    alone = partial(
        each_seed,
        store,
        key,
        jnp.arange(seeds),
        (),
        devices=tuple(jax.local_devices()),
        most=seeds,
        group=plan.group,
    )
    clocks = medians(
        {
            "direct": lambda: direct.run_many(problem, SCHEMES, key=key, seeds=seeds),
            "store": alone,
            "numpy": partial(numpy_loop, problem, seeds),
        }
    )
    wall = clocks["direct"].wall
    where = f"n={n} d={d} seeds={seeds}"
    values = (
        ("direct", wall / seeds, "s/seed", None),
        ("direct / drawing and storing", wall / clocks["store"].wall, "ratio", "<= 1.3"),
        ("direct / NumPy loop", wall / clocks["numpy"].wall, "ratio", "<= 1"),
        ("cores busy", clocks["direct"].cores, "cores", "all, with enough seeds"),
    )
    return rows(where, values)


if __name__ == "__main__":
    show(run())
