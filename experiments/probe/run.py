"""The whole probe: features once, then one resumable cell a label mechanism and seed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import jax

from relabel_lab.experiments.arms import ARMS, arms_named
from relabel_lab.experiments.bridge import run_bridge
from relabel_lab.experiments.data import ImageSet, load_images, write_tiny_images
from relabel_lab.experiments.folder import RunFolder
from relabel_lab.experiments.inputs import Inputs, split
from relabel_lab.experiments.labels import (
    ClassFlips,
    HumanLabels,
    Mechanism,
    randomised_response,
    uniform_flips,
)
from relabel_lab.experiments.probe.cell import run_cell
from relabel_lab.experiments.probe.features import cached_features
from relabel_lab.experiments.probe.presets import PRESETS, ProbePreset
from relabel_lab.experiments.records import Record, versions
from relabel_lab.sim.kit import reject, require
from relabel_lab.sim.seeds import budget

MAIN = (
    "given",
    "full",
    "consensus",
    "crossfit-consensus",
    "tuned",
    "tuned-full",
    "tuned-consensus",
)
"""The arms that every cell runs; `given` also where the others run, which start from it."""
MORE = ("given", *(arm.name for arm in ARMS if arm.name not in MAIN))

Step = Callable[[str, int, int], None]
"""Told what is under way, and how much of how many is done."""


class Cell(NamedTuple):
    """A mechanism, a seed and arms; epsilon where the mechanism has one."""

    mechanism: Mechanism
    epsilon: float | None
    seed: int
    arms: tuple[str, ...] = MAIN

    @property
    def name(self) -> str:
        """Name of the cell's file."""
        level = "" if self.epsilon is None else f"-{self.epsilon:g}"
        more = "-more" if self.arms is MORE else ""
        return f"{self.mechanism.name}{level}-seed{self.seed}{more}"


def run_probe(
    data: Path | None,
    preset: str,
    out: Path,
    *,
    epsilons: Sequence[float] = (),
    seeds: int | None = None,
    noises: Sequence[str] = ("rr", "human"),
    step: Step = lambda what, done, total: None,
) -> Path:
    """Run every unfinished cell and return the file of all records.

    Args:
        data: folder of images; None for generated ones (smoke).
        preset: smoke, small or paper.
        out: folder of the run.
        epsilons: privacy levels, those of the preset when empty.
        seeds: replicates, those of the preset for None.
        noises: rr for randomised response, human for human labels and flips at their rates.
        step: told of the progress.
    """
    sizes = PRESETS[preset]
    levels = tuple(epsilons) or sizes.epsilons
    require("epsilon", levels, lambda x: x > 0, "finite and > 0")
    images = generated() if data is None else load_images(data)
    require("data", len(images.train.labels), lambda n: n > 2 * sizes.held_out,
            f"a folder of more than {2 * sizes.held_out} training images")  # fmt: skip
    check_memory(images, preset, sizes)
    folder = RunFolder(out, told(images, preset, sizes))
    features = cached_features(
        images, sizes.features, out / "cache", lambda done, total: step("features", done, total)
    )
    inputs = split(
        features.train,
        features.test,
        images.train.labels,
        images.test.labels,
        len(images.classes),
        sizes.held_out,
    )
    count = sizes.seeds if seeds is None else seeds
    plan = list(cells(images, sizes, levels, count, noises))
    for number, cell in enumerate(plan):
        step("cells", number, len(plan))
        folder.cell(cell.name, lambda cell=cell: _run(cell, inputs, sizes, preset))  # type: ignore[misc]
        folder.join()
    step("cells", len(plan), len(plan))
    if "rr" in noises:
        run_bridge(folder, inputs, images.classes, preset, levels, count)
    return folder.join()


def check_memory(images: ImageSet, preset: str, sizes: ProbePreset) -> None:
    """Refuse a size whose pooled responses and their scatter do not fit."""
    wide = 8 * sizes.features.filters
    count = len(images.train.labels) + len(images.test.labels)
    needed, free = 4 * count * wide + 20 * wide**2, budget(tuple(jax.local_devices()))
    if needed > free:
        told = f"features take {needed / 1e9:.1f} GB, {free / 1e9:.1f} GB may be used"
        raise reject("preset", preset, f"one that fits into memory: {told}")


def generated() -> ImageSet:
    """Images of the smoke preset, through files in the real format."""
    with TemporaryDirectory() as folder:
        images = load_images(write_tiny_images(Path(folder)))
    return replace(images, source="generated stripes")


def cells(
    images: ImageSet,
    sizes: ProbePreset,
    epsilons: Sequence[float],
    seeds: int,
    noises: Sequence[str],
) -> Iterator[Cell]:
    """All cells, seed by seed, so that a run cut short has every noise level at fewer seeds."""
    classes = len(images.classes)
    for seed in range(seeds):
        if "rr" in noises:
            for epsilon in epsilons:
                yield Cell(randomised_response(classes, epsilon), epsilon, seed)
        if "human" in noises and seed < sizes.human_seeds:
            for name in sizes.humans:
                if name in images.human:
                    for mechanism in human_and_random(name, images):
                        yield Cell(mechanism, None, seed)
        if "rr" in noises and seed < sizes.more_seeds:
            for epsilon in epsilons:
                yield Cell(randomised_response(classes, epsilon), epsilon, seed, MORE)


def human_and_random(name: str, images: ImageSet) -> Iterator[Mechanism]:
    """Human labels, flips by their own table of classes, and uniform flips, all of one rate."""
    given, clean, classes = images.human[name], images.train.labels, len(images.classes)
    yield HumanLabels(given, classes, f"human-{name}")
    yield ClassFlips.estimated(clean, given, classes, f"class-{name}")
    yield uniform_flips(classes, float((given != clean).mean()), f"uniform-{name}")


def told(images: ImageSet, preset: str, sizes: ProbePreset) -> dict[str, Any]:
    """What the numbers depend on, beside the cells chosen."""
    settings = asdict(sizes)
    for chosen in ("epsilons", "seeds", "human_seeds", "more_seeds", "humans"):
        del settings[chosen]
    return {
        "experiment": "probe",
        "preset": preset,
        "settings": settings,
        "source": images.source,
        "files": images.files,
        "train": len(images.train.labels) - sizes.held_out,
        "test": len(images.test.labels),
        "versions": versions(),
    }


def _run(cell: Cell, inputs: Inputs, sizes: ProbePreset, preset: str) -> list[Record]:
    records = run_cell(
        inputs,
        cell.mechanism,
        cell.epsilon,
        cell.seed,
        sizes.penalties,
        arms_named(cell.arms),
        preset,
    )
    known = MAIN if cell.arms is MORE else ()  # rows that the main cell has already
    return [record for record in records if record.arm not in known]
