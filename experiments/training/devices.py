"""Data-parallel training: batches split over the devices at hand, everything else on each.

The compiled step is the same; XLA's partitioner sums gradients and batch moments over the devices.
"""

from __future__ import annotations

from typing import Any, TypeVar

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

Tree = TypeVar("Tree")


def mesh_for(batch: int) -> Mesh:
    """The most devices that split a batch evenly, on one axis."""
    devices = jax.devices()
    count = max(k for k in range(1, len(devices) + 1) if batch % k == 0)
    return Mesh(np.array(devices[:count]), ("data",))


def everywhere(tree: Tree, mesh: Mesh) -> Tree:
    """Every array whole on every device."""
    return jax.device_put(tree, NamedSharding(mesh, PartitionSpec()))


def split_batch(batch: Any, mesh: Mesh) -> jax.Array:
    """A batch [seeds, B, ...], each device with its share of every replicate's batch."""
    return jax.device_put(batch, NamedSharding(mesh, PartitionSpec(None, "data")))
