"""One seed at a time on every worker: the devices or, on a lone processor, its cores.

The program for one seed is compiled once and is the same wherever it runs, so a seed's digits
depend neither on the seeds beside it nor on the number of workers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from sim.batches import over_seeds

SKIP = int(np.iinfo(np.int64).min)


def workers(devices: tuple[jax.Device, ...]) -> int:
    """How many seeds can be computed at the same time."""
    if len(devices) > 1 or devices[0].platform != "cpu":
        return len(devices)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each_seed(
    one: Callable[[jax.Array, Any], Any],
    key: jax.Array,
    numbers: jax.Array,
    operands: Any,
    *,
    devices: tuple[jax.Device, ...],
    most: int,
) -> Any:
    """Stack ``one(fold_in(key, number), operands)`` over the seed numbers [S].

    Args:
        one: an `equinox.Module` with static fields (compiled programs are cached by its value)
            that returns a pytree of arrays.
        key: key of the cell.
        numbers: seed numbers [S].
        operands: pytree of arrays shared by all seeds.
        devices: where to compute; a lone processor uses one thread a core.
        most: upper limit on seeds computed at the same time.

    Returns:
        The pytree of ``one`` with leading axis S.
    """
    total = numbers.shape[0]
    hands = max(1, min(workers(devices), most, total))
    dealt = _dealt(np.asarray(numbers, np.int64), hands)
    run = partial(over_seeds, _Slot(one), operands=(key, operands), tile=1)
    if len(devices) > 1 or hands == 1:
        result = run(jnp.asarray(dealt.reshape(-1)), devices=devices[:hands])
    else:
        run(jnp.full_like(dealt[0], SKIP), devices=devices)  # compiles, once for all threads
        with ThreadPoolExecutor(hands) as pool:
            parts = pool.map(
                lambda hand: jax.device_get(run(hand, devices=devices)), jnp.asarray(dealt)
            )
        result = jax.tree.map(lambda *leaves: np.concatenate(leaves), *parts)
    return jax.tree.map(partial(_in_order, hands, total), result)


class _Slot(eqx.Module):
    """A tile of one seed number; `SKIP` costs nothing, so that lengths can be rounded up."""

    one: Callable[[jax.Array, Any], Any]

    def __call__(self, numbers: jax.Array, operands: Any) -> Any:
        key, shared = operands
        kind = jax.eval_shape(self.one, key, shared)
        result = lax.cond(
            numbers[0] == SKIP,
            lambda: jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), kind),
            lambda: self.one(jax.random.fold_in(key, numbers[0]), shared),
        )
        return jax.tree.map(lambda leaf: leaf[None], result)


def _dealt(numbers: np.ndarray, hands: int) -> np.ndarray:
    """Numbers dealt in turn to [hands, length]; length is a power of two: few compilations."""
    length = 1 << (-(-len(numbers) // hands) - 1).bit_length()
    full = np.full(length * hands, SKIP)
    full[: len(numbers)] = numbers
    return full.reshape(length, hands).T


def _in_order(hands: int, total: int, leaf: Any) -> jax.Array:
    """Results [hands * length, ...] in the order of the seeds, without the padding."""
    rows = np.asarray(leaf).reshape(hands, -1, *leaf.shape[1:]).swapaxes(0, 1)
    return jnp.asarray(rows.reshape(-1, *leaf.shape[1:])[:total])
