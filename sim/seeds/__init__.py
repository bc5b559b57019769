"""Keys, counters and batches of seeds over devices and memory."""

from relabel_lab.sim.seeds.batches import SeedBatch, cached, over_seeds, tile_of
from relabel_lab.sim.seeds.counter import (
    normal,
    normal64,
    normals,
    one_of_pair,
    pair_bits,
    threefry,
    uniform,
    words,
)
from relabel_lab.sim.seeds.keys import cell_key, seed_keys, seed_numbers
from relabel_lab.sim.seeds.memory import budget, require_room
from relabel_lab.sim.seeds.spread import each_seed

__all__ = [
    "SeedBatch",
    "budget",
    "cached",
    "cell_key",
    "each_seed",
    "normal",
    "normal64",
    "normals",
    "one_of_pair",
    "over_seeds",
    "pair_bits",
    "require_room",
    "seed_keys",
    "seed_numbers",
    "threefry",
    "tile_of",
    "uniform",
    "words",
]
