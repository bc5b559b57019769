"""Many seeds through one compiled tile, dispatched to the devices in turn.

Every tile runs the same program of the same shape, so a seed's result depends, to the last bit,
neither on how many seeds run together nor on the number of devices.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import DTypeLike, PyTree, Scalar

TILE_BYTES = 64 * 2**20
TILE_SEEDS = 64


def tile_of(bytes_a_seed: int) -> int:
    """How many seeds one tile computes side by side, from the memory that each needs."""
    return max(1, min(TILE_SEEDS, TILE_BYTES // bytes_a_seed))


@cache
def cached(function: Callable[..., Any], *static: Scalar) -> Callable[..., Any]:
    """``function`` with its static arguments, the same object every time: one compiled program."""
    return partial(function, *static)


@dataclass(frozen=True)
class SeedBatch:
    """The seeds of a run and the devices that share them.

    Attributes:
        keys: one key a seed, [S].
        devices: None for all local ones.
    """

    keys: jax.Array
    devices: tuple[jax.Device, ...] | None = None

    def over(
        self, kernel: Callable[..., Any], operands: PyTree, *, tile: int, ahead: int = 1
    ) -> PyTree:
        """See `over_seeds`."""
        return over_seeds(kernel, self.keys, operands, tile=tile, devices=self.devices, ahead=ahead)


def over_seeds(
    kernel: Callable[..., Any],
    keys: jax.Array,
    operands: PyTree,
    *,
    tile: int,
    devices: tuple[jax.Device, ...] | None = None,
    ahead: int = 1,
) -> PyTree:
    """Apply ``kernel(keys[tile], operands) -> pytree of [tile, ...]`` to all keys [S].

    Args:
        kernel: a module-level function (compiled programs are cached by its identity);
            use `functools.partial` with hashable static arguments at most once per shape.
        keys: one key a seed, shape [S].
        operands: pytree of arrays shared by all seeds (copied to every device).
        tile: seeds computed together; the padded last tile repeats the last seed.
        devices: defaults to all local devices, at most one a tile.
        ahead: tiles under way on each device; more than one keeps several cores busy where one
            tile does not, and needs the memory of as many tiles.

    Returns:
        The kernel's pytree with leading axis S.
    """
    total = keys.shape[0]
    tiles = -(-total // tile)
    chosen = tuple(jax.local_devices() if devices is None else devices)[:tiles]
    index = np.minimum(np.arange(tiles * tile), total - 1).reshape(tiles, tile)
    copies = [jax.device_put(operands, device) for device in chosen]
    results = list(_in_turn(kernel, _words(keys)[index], keys.dtype, copies, ahead * len(chosen)))
    return jax.tree.map(lambda *parts: jnp.asarray(np.concatenate(parts)[:total]), *results)


def _words(keys: jax.Array) -> np.ndarray:
    """Keys as plain numbers, cut into tiles outside the program: it never sees how many."""
    typed = jnp.issubdtype(keys.dtype, jax.dtypes.prng_key)
    return np.asarray(jax.random.key_data(keys) if typed else keys)


def _in_turn(
    kernel: Callable[..., Any], rows: np.ndarray, dtype: DTypeLike, copies: list[Any], limit: int
) -> Iterator[Any]:
    """Results of the tiles in order, as NumPy arrays, with up to ``limit`` under way."""
    waiting: deque[Any] = deque()
    for number, row in enumerate(rows):
        waiting.append(_run(kernel, row, dtype, copies[number % len(copies)]))
        if len(waiting) == limit:
            yield jax.device_get(waiting.popleft())
    while waiting:
        yield jax.device_get(waiting.popleft())


# jax.jit returns at once, so that tiles overlap; equinox.filter_jit would wait for each.
@partial(jax.jit, static_argnums=(0, 2))
def _run(kernel: Callable[..., Any], row: PyTree, dtype: Any, operands: PyTree) -> PyTree:
    typed = jnp.issubdtype(dtype, jax.dtypes.prng_key)
    return kernel(jax.random.wrap_key_data(row, impl=dtype) if typed else row, operands)
