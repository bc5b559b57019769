"""Cells of a run: one arm under one noise for one group of replicates, in the order they run."""

from __future__ import annotations

from dataclasses import dataclass

from relabel_lab.experiments.arms import CORE
from relabel_lab.experiments.runs.presets import Preset


@dataclass(frozen=True)
class Noise:
    """A label mechanism by name: randomised response at ``epsilon``, people's labels, or flips.

    Attributes:
        kind: rr, human, or flips (uniform, at the rate at which the human labels are wrong);
            ``human-NAME`` and ``flips-NAME`` where several people labelled.
        epsilon: of randomised response; else None.
    """

    kind: str
    epsilon: float | None = None

    def __str__(self) -> str:
        return self.kind if self.epsilon is None else f"{self.kind}-{self.epsilon:g}"


@dataclass(frozen=True)
class Cell:
    """Work of at most some minutes whose rows appear together."""

    noise: Noise
    seeds: tuple[int, ...]
    arm: str

    def __str__(self) -> str:
        seeds = "-".join(str(seed) for seed in dict.fromkeys((self.seeds[0], self.seeds[-1])))
        return f"{self.noise} seed {seeds} {self.arm}"


def cells_of(preset: Preset, *, at_once: int = 1) -> list[Cell]:
    """All cells: every level of the first seeds before the next seeds, the core arms before others.

    So whatever is done when a run is cut short is a whole set of paired seeds, or nearly so.
    """
    numbers = tuple(range(preset.seeds))
    groups = [numbers[i : i + at_once] for i in range(0, preset.seeds, at_once)]
    levels = [Noise("rr", epsilon) for epsilon in preset.epsilons]
    first = [arm for arm in preset.arms if arm in CORE]
    then = [arm for arm in preset.arms if arm not in CORE]
    common = [
        Cell(n, group, arm) for arms in (first, then) for group in groups for n in levels
        for arm in arms
    ]  # fmt: skip
    middle = levels[len(levels) // 2]
    extra = [Cell(middle, (0,), arm) for arm in preset.extra]
    other = [Cell(Noise(kind), (0,), arm) for kind in preset.noises for arm in CORE]
    return [*common, *extra, *other]
