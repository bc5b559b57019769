"""Runs an experiment cell by cell; every finished cell is in the rows file, and is not run again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np
from tqdm import tqdm

from relabel_lab.experiments.arms import arms_named
from relabel_lab.experiments.engine import Trained, accuracy_of, fold_names, run_arms
from relabel_lab.experiments.labels import (
    HumanLabels,
    Mechanism,
    randomised_response,
    uniform_flips,
)
from relabel_lab.experiments.records import Record, label_accuracies, sizes, versions
from relabel_lab.experiments.runs.cells import Cell, Noise, cells_of
from relabel_lab.experiments.runs.image import image_material
from relabel_lab.experiments.runs.material import Material
from relabel_lab.experiments.runs.memory import replicates_at_once
from relabel_lab.experiments.runs.presets import IMAGE, TEXT, Preset, changed, preset_named
from relabel_lab.experiments.runs.store import Store
from relabel_lab.experiments.runs.text import text_material
from relabel_lab.experiments.training import DeepLearner, Fitted, Plan, Watch, plan_of

KINDS: dict[str, tuple[dict[str, Preset], Callable[[str, Preset, Path | None], Material]]] = {
    "image": (IMAGE, image_material),
    "text": (TEXT, text_material),
}


def run_deep(
    experiment: str,
    preset: str,
    *,
    data: Path | None,
    out: Path,
    epsilons: Sequence[float] | None = None,
    seeds: int | None = None,
    size: int | None = None,
    arms: Sequence[str] | None = None,
    root: int = 0,
    progress: bool = False,
) -> Store:
    """Run what is missing of an experiment.

    Args:
        experiment: image or text.
        preset: smoke, small or paper.
        data: folder of the user's files; None for the generated ones of the smoke preset.
        out: folder for the rows, and for the trainings under way in ``work``.
        epsilons: levels of label differential privacy, and then no other noise; None for the
            preset's levels and noises.
        seeds: number of replicates; None for the preset's.
        size: side to which images are averaged; None for the preset's.
        arms: the arms to run; None for the preset's.
        root: root of all draws.
        progress: whether to show progress with the time left on standard error.

    Returns:
        The store with all rows.

    Raises:
        ValueError: for bad input, before anything is written.
    """
    presets, load = KINDS[experiment]
    chosen = changed(preset_named(presets, preset), epsilons, seeds, size)
    arms_named(tuple(arms or ()))
    material = load(preset, chosen, data)
    store = Store(out, _facts(experiment, preset, chosen, material, root))
    at_once = replicates_at_once(preset, chosen, material, chosen.seeds)
    cells = [cell for cell in cells_of(chosen, at_once=at_once) if not arms or cell.arm in arms]
    run = _Run(experiment, preset, chosen, material, store, out / "work", root, progress)
    missing = [cell for cell in cells if not store.has(cell)]
    for cell in tqdm(missing, desc=f"{experiment} cells", file=sys.stderr, disable=not progress):
        store.add(run.cell(cell))
    return store


def _facts(
    experiment: str, name: str, preset: Preset, material: Material, root: int
) -> dict[str, Any]:
    """What all rows share."""
    return {
        "experiment": experiment,
        "preset": name,
        "root": root,
        **material.facts,
        "model": preset.model,
        "recipe": preset.recipe.told(),
        "rates": list(preset.rates),
        "decays": list(preset.decays),
        "held_out_share": preset.search.share,
        "patience": preset.search.patience,
        "augment": dict(preset.augment or {}),
        "size": preset.size,
        "to_end": preset.to_end,
        "versions": versions("equinox", "optax", "tokenizers"),
    }


class _Run:
    """One run's material and what its cells share."""

    def __init__(
        self,
        experiment: str,
        name: str,
        preset: Preset,
        material: Material,
        store: Store,
        work: Path,
        root: int,
        progress: bool,
    ) -> None:
        self.experiment, self.name, self.preset = experiment, name, preset
        self.material, self.store, self.work, self.progress = material, store, work, progress
        self.root = jax.random.key(root)
        self.learners: dict[tuple[Noise, tuple[int, ...]], DeepLearner] = {}

    def cell(self, cell: Cell) -> list[Record]:
        """Train one arm and score it on the clean test labels."""
        mechanism, keys = self._mechanism(cell.noise), self._keys(cell.seeds)
        given = self._given(mechanism, keys)
        (arm,) = arms_named([cell.arm])
        trained = run_arms(
            [arm],
            self._learner(cell, mechanism),
            self.material.features,
            given,
            key=fold_names(keys, "arms"),
            likelihood=mechanism.likelihood(given),
        )
        return self._records(cell, given, trained[arm.name]) if trained else []

    def _mechanism(self, noise: Noise) -> Mechanism:
        classes = self.material.classes
        if noise.epsilon is not None:
            return randomised_response(classes, noise.epsilon)
        kind, _, name = noise.kind.partition("-")
        human = self.material.human[name or next(iter(self.material.human))]
        if kind == "human":
            return HumanLabels(human, classes)
        return uniform_flips(classes, float((human != self.material.clean).mean()), noise.kind)

    def _keys(self, seeds: Sequence[int]) -> jax.Array:
        return jax.vmap(lambda seed: jax.random.fold_in(self.root, seed))(
            np.array(seeds, np.uint32)
        )

    def _given(self, mechanism: Mechanism, keys: jax.Array) -> np.ndarray:
        noise = fold_names(keys, "noise")
        return np.stack([mechanism.draw(self.material.clean, key=key) for key in noise])

    def _learner(self, cell: Cell, mechanism: Mechanism) -> DeepLearner:
        """The learner at the rate and stop chosen for this noise, for the cell's replicates."""
        place = (cell.noise, cell.seeds)
        if place not in self.learners:
            choice = self._choice(cell.noise, mechanism)["chosen"]
            plan = _repeat(choice, len(cell.seeds))
            self.learners[place] = self._fresh(cell.noise, cell.seeds).planned(plan)
        return self.learners[place]

    def _choice(self, noise: Noise, mechanism: Mechanism) -> dict[str, Any]:
        """Rate and stop of a noise, from the first replicate's labels; read where written down."""
        known = self.store.find(noise, 0, "given")
        if known is not None:
            return known.choices["rate"]
        keys = self._keys([0])
        _, told = self._fresh(noise, (0,)).with_rate(
            self.preset.rates,
            self.material.features,
            self._given(mechanism, keys),
            key=fold_names(keys, "rate"),
            to_end=self.preset.to_end,
        )
        return told[0]

    def _fresh(self, noise: Noise, seeds: tuple[int, ...]) -> DeepLearner:
        label = f"{noise}-seed{seeds[0]}" + (f"-{seeds[-1]}" if len(seeds) > 1 else "")
        preset = self.preset
        return DeepLearner(
            task=self.material.task,
            recipe=preset.recipe,
            plan=plan_of(preset.recipe, len(seeds)),
            decays=preset.decays,
            search=preset.search,
            folder=self.work / label,
            watch=Watch(label, shown=self.progress),
        )

    def _records(self, cell: Cell, given: np.ndarray, trained: Trained) -> list[Record]:
        accuracy = accuracy_of(
            trained.predict, self.material.test_features, self.material.test_labels
        )
        labels = label_accuracies(trained, given, self.material.clean)
        counts = sizes(trained, self.material.classes)
        assert isinstance(trained.predict, Fitted)
        plans = trained.predict.training.plan.told()
        rows = [
            Record(
                experiment=self.experiment,
                preset=self.name,
                noise=cell.noise.kind,
                epsilon=cell.noise.epsilon,
                seed=seed,
                arm=cell.arm,
                accuracy=float(accuracy[i]),
                held_out=None,
                labels=labels[i],
                size=counts[i],
                setting=plans[i],
                choices=self._choices(cell, trained, i),
            )
            for i, seed in enumerate(cell.seeds)
        ]
        return rows

    def _choices(self, cell: Cell, trained: Trained, number: int) -> dict[str, Any]:
        """Last training loss; how the rate (first replicate) and the tuned decay were chosen."""
        assert isinstance(trained.predict, Fitted)
        told: dict[str, Any] = {"loss": trained.predict.training.history[-1]["loss"][number]}
        if trained.choices:
            told["tune"] = trained.choices[number]
        if cell.arm == "given" and cell.seeds[number] == 0:
            told["rate"] = self._choice(cell.noise, self._mechanism(cell.noise))
        return told


def _repeat(chosen: dict[str, Any], seeds: int) -> Plan:
    """One choice for all replicates."""
    return Plan(
        np.full(seeds, chosen["rate"], np.float32),
        np.full(seeds, chosen["decay"], np.float32),
        np.full(seeds, chosen["stop"], np.int32),
    )
