"""Seeds in small groups on every worker: the devices or, on a lone processor, its cores.

The program for a group is compiled once and goes through its seeds one after another, so a
seed's digits depend neither on the seeds beside it nor on the number of workers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from relabel_lab.sim.kit import PyTree
from relabel_lab.sim.seeds.batches import over_seeds

SKIP = int(np.iinfo(np.int64).min)


def workers(devices: tuple[jax.Device, ...]) -> int:
    """How many groups of seeds can be computed at the same time."""
    if len(devices) > 1 or devices[0].platform != "cpu":
        return len(devices)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each_seed(
    one: Callable[[jax.Array, Any], Any],
    key: jax.Array,
    numbers: jax.Array,
    operands: PyTree,
    *,
    devices: tuple[jax.Device, ...],
    most: int,
    group: int = 1,
) -> PyTree:
    """Stack ``one(fold_in(key, number), operands)`` over the seed numbers [S].

    Args:
        one: an `equinox.Module` with static fields (compiled programs are cached by its value)
            that returns a pytree of arrays.
        key: key of the cell.
        numbers: seed numbers [S].
        operands: pytree of arrays shared by all seeds.
        devices: where to compute; a lone processor works on one group a core.
        most: upper limit on seeds computed at the same time.
        group: seeds in one call of the compiled program; more of them where one seed costs less
            than a call.

    Returns:
        The pytree of ``one`` with leading axis S.
    """
    total = numbers.shape[0]
    hands = max(1, min(workers(devices), most, total))
    dealt = _dealt(np.asarray(numbers, np.int64), hands, group)
    result = over_seeds(
        _Group(one),
        jnp.asarray(dealt.reshape(-1)),
        (key, operands),
        tile=group,
        devices=devices[:hands],
        ahead=-(-hands // len(devices)),
    )
    return jax.tree.map(partial(_undealt, dealt.shape, total), result)


class _Group(eqx.Module):
    """Seeds one after another; `SKIP` costs nothing, so that groups need not be full."""

    one: Callable[[jax.Array, Any], Any]

    def __call__(self, numbers: jax.Array, operands: PyTree) -> PyTree:
        key, shared = operands
        kind = jax.eval_shape(self.one, key, shared)

        def each(number: jax.Array) -> PyTree:
            return lax.cond(
                number == SKIP,
                lambda: jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), kind),
                lambda: self.one(jax.random.fold_in(key, number), shared),
            )

        return lax.map(each, numbers)


def _dealt(numbers: np.ndarray, hands: int, group: int) -> np.ndarray:
    """Numbers dealt in turn to groups [groups, group], a multiple of the hands that work."""
    rounds = -(-len(numbers) // (hands * group))
    full = np.full((group, hands * rounds), SKIP)
    full.reshape(-1)[: len(numbers)] = numbers
    return np.ascontiguousarray(full.T)


def _undealt(shape: tuple[int, int], total: int, leaf: PyTree) -> jax.Array:
    """Results [groups * group, ...] in the order of the seeds, without the padding."""
    rows = np.asarray(leaf).reshape(*shape, *leaf.shape[1:]).swapaxes(0, 1)
    return jnp.asarray(rows.reshape(-1, *leaf.shape[1:])[:total])
