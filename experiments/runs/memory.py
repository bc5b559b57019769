"""How many replicates are trained at once, and refusal of a run that does not fit."""

from __future__ import annotations

import jax

from relabel_lab.experiments.runs.material import Material
from relabel_lab.experiments.runs.presets import Preset
from relabel_lab.experiments.training import bytes_of_training
from relabel_lab.sim.kit import reject
from relabel_lab.sim.seeds import budget

GIBI = 2**30


def replicates_at_once(name: str, preset: Preset, material: Material, seeds: int) -> int:
    """Replicates side by side: one on a processor, else as many as half the free memory holds.

    Raises:
        ValueError: if not even one fits, saying how much is needed and free.
    """
    devices = jax.devices()
    each = bytes_of_training(material.task, preset.recipe, material.features) // len(devices)
    shared = material.features.nbytes + material.test_features.nbytes
    free = budget(tuple(devices)) // len(devices)
    if each + shared > free:
        needed, found = (each + shared) / GIBI, free / GIBI
        allowed = f"one that fits: it needs {needed:.1f} GiB a device, {found:.1f} may be used"
        raise reject("preset", name, allowed)
    if devices[0].platform == "cpu":
        return 1
    return max(1, min(seeds, (free - shared) // each))
