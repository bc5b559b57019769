"""Many seeds through one compiled tile: over devices in parallel, over tiles in turn.

Every tile has the same shape, so a seed's result depends neither on how many seeds run
together nor on the number of devices.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.sharding import Mesh, PartitionSpec

AXIS = "seeds"


def over_seeds(
    kernel: Callable[..., Any],
    keys: jax.Array,
    operands: Any,
    *,
    tile: int,
    devices: tuple[jax.Device, ...] | None = None,
) -> Any:
    """Apply ``kernel(keys[tile], operands) -> pytree of [tile, ...]`` to all keys [S].

    Args:
        kernel: a module-level function (compiled programs are cached by its identity);
            use `functools.partial` with hashable static arguments at most once per shape.
        keys: one key a seed, shape [S].
        operands: pytree of arrays shared by all seeds (replicated on every device).
        tile: seeds computed together; the padded last tile repeats the last seed.
        devices: defaults to all local devices, at most one a tile.

    Returns:
        The kernel's pytree with leading axis S.
    """
    total = keys.shape[0]
    chosen = tuple(jax.local_devices() if devices is None else devices)
    chosen = chosen[: max(1, -(-total // tile))]
    padded = _round_up(total, tile * len(chosen))
    keys = keys[jnp.minimum(jnp.arange(padded), total - 1)]
    result = _sharded(kernel, keys, operands, tile, chosen)
    return jax.tree.map(lambda leaf: leaf[:total], result)


def _round_up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


@eqx.filter_jit
def _sharded(
    kernel: Callable[..., Any],
    keys: jax.Array,
    operands: Any,
    tile: int,
    devices: tuple[jax.Device, ...],
) -> Any:
    mesh = Mesh(devices, (AXIS,))
    split, whole = PartitionSpec(AXIS), PartitionSpec()
    run = jax.shard_map(
        partial(_tiles, kernel, tile),
        mesh=mesh,
        in_specs=(split, whole),
        out_specs=split,
        check_vma=False,
    )
    return run(keys, operands)


def _tiles(kernel: Callable[..., Any], tile: int, keys: jax.Array, operands: Any) -> Any:
    tiles = keys.reshape(-1, tile)
    result = jax.lax.map(lambda part: kernel(part, operands), tiles)
    return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), result)
