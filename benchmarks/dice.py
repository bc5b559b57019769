"""Speed of the dice engine, next to drawing and summing the same normals."""

import resource
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.timing import show
from relabel_lab.sim import Consensus, Full, Problem
from relabel_lab.sim.dice import run_many
from relabel_lab.sim.seeds import normals, words

SCHEMES = (Full(), Consensus())
Row = dict[str, Any]


@partial(jax.jit, static_argnames="blocks")
def _draw_and_sum(key: jax.Array, first: jax.Array, blocks: int) -> jax.Array:
    """The fastest fused sum found: elementwise into [32, 1024], two normals a counter."""
    stream = words(key)
    shape = (32, 1024)
    low = jax.lax.broadcasted_iota(jnp.uint32, shape, 0) * jnp.uint32(
        1024
    ) + jax.lax.broadcasted_iota(jnp.uint32, shape, 1)

    def block(index: jax.Array, total: jax.Array) -> jax.Array:
        one, two = normals(stream, (first + index).astype(jnp.uint32), low, jnp.float32)
        return total + (one + two)

    return jnp.sum(jax.lax.fori_loop(0, blocks, block, jnp.zeros(shape, jnp.float32)))


def _sum_in_parts(n: int, parts: int = 16) -> jax.Array:
    """Parts dispatched together, so that all cores draw."""
    blocks = n // (parts * 2 * 32 * 1024)
    key = jax.random.key(0)
    return jnp.stack([_draw_and_sum(key, jnp.asarray(i * blocks), blocks) for i in range(parts)])


def _dice(n: int, d: int, seeds: int = 1) -> Any:
    problem = Problem(n, d, 0.3, 1.0)
    return run_many(problem, SCHEMES, key=jax.random.key(0), seeds=seeds)


def _best(work: Callable[[], Any], repeats: int = 3) -> float:
    jax.block_until_ready(work())
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        jax.block_until_ready(work())
        times.append(time.perf_counter() - begin)
    return min(times)


def _row(name: str, value: float, unit: str, target: str = "") -> Row:
    return {"name": name, "value": value, "unit": unit, "target": target}


def run() -> list[Row]:
    """Rows name, value, unit, target; about a minute on two cores."""
    n = 2**28
    drawn, rolled = _best(lambda: _sum_in_parts(n)), _best(lambda: _dice(n, 100))
    wide = _best(lambda: _dice(n, 10**9))
    small = _best(lambda: _dice(10**4, 5000, 2000)) / 2000
    begin = time.perf_counter()
    jax.block_until_ready(_dice(10**9, 10**9))
    huge = time.perf_counter() - begin
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [
        _row("dice: draw and sum n normals", n / drawn, "normals/s"),
        _row("dice: one round, full and consensus", n / rolled, "normals/s"),
        _row("dice: time over drawing and summing", rolled / drawn, "ratio", "<= 1.5"),
        _row("dice: time at d = 1e9 over d = 1e2", wide / rolled, "ratio", "0.9 to 1.1"),
        _row("dice: one seed at n = 1e4, d = 5e3", small, "s"),
        _row("dice: n = d = 1e9, one seed", huge, "s", "< 15"),
        _row("dice: peak memory of this process", memory, "GiB", "< 0.75"),
    ]


if __name__ == "__main__":
    show(run())
