"""The tables of a configuration beside the axes, each a frozen record that checks itself."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal, TypeVar

from relabel_lab.scan.config.suggest import unknown_key
from relabel_lab.scan.config.values import Axis
from relabel_lab.sim.kit import reject, whole
from relabel_lab.sim.schemes import parse_scheme

ENGINES = ("dice", "direct")
QUANTITIES = ("kappa", "accuracy", "log_error", "label_accuracy", "coverage", "improved")
REFINABLE = ("p", "epsilon", "rho", "gamma", "sigma", "alpha")
Options = TypeVar("Options")


def parse_table(kind: type[Options], where: str, table: dict[str, Any]) -> Options:
    """Build ``kind`` from the config's table ``where``; unknown and missing keys are refused."""
    specs = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    for key in table:
        if key not in specs:
            raise unknown_key(where, key, specs)
    for name, spec in specs.items():
        if spec.default is MISSING and name not in table:
            raise ValueError(f"{where}.{name} is missing")
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in table.items()})


@dataclass(frozen=True)
class Run:
    """What every cell runs.

    Attributes:
        schemes: names of label rules.
        rounds: retraining rounds.
        seeds: independent repetitions a cell, or "adaptive".
        seed: root of all randomness.
        engine: dice (exact in law) or direct (draws the data).
        quantities: which results are stored.
        quantiles: levels of the stored quantiles of kappa and accuracy.
        error: the intervals of ``improved`` miss with at most this probability.
    """

    schemes: tuple[str, ...]
    rounds: int = 1
    seeds: int | Literal["adaptive"] = 1000
    seed: int = 0
    engine: str = "dice"
    quantities: tuple[str, ...] = QUANTITIES
    quantiles: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)
    error: float = 0.05

    def __post_init__(self) -> None:
        _names("run.schemes", self.schemes)
        for name in self.schemes:
            _scheme(name)
        _whole("run.rounds", self.rounds, 1)
        if self.seeds != "adaptive":
            if isinstance(self.seeds, str):
                raise reject("run.seeds", self.seeds, 'a whole number >= 1 or "adaptive"')
            _whole("run.seeds", self.seeds, 1)
        _whole("run.seed", self.seed, 0)
        if self.engine not in ENGINES:
            raise reject("run.engine", self.engine, f"one of {', '.join(ENGINES)}")
        _names("run.quantities", self.quantities)
        for name in self.quantities:
            if name not in QUANTITIES:
                raise unknown_key("run.quantities", name, QUANTITIES)
        _levels("run.quantiles", self.quantiles)
        _between("run.error", self.error, 0.0, 1.0)


@dataclass(frozen=True)
class Adaptive:
    """When a cell with adaptive seeds stops.

    Attributes:
        cap: most seeds a cell may use.
        batch: seeds between two looks.
        precision: stop, too, when the interval's half width is at most this; 0: never.
    """

    cap: int = 10_000
    batch: int = 64
    precision: float = 0.0

    def __post_init__(self) -> None:
        _whole("adaptive.batch", self.batch, 1)
        _whole("adaptive.cap", self.cap, self.batch)
        if self.precision != 0:
            _between("adaptive.precision", self.precision, 0.0, 0.5)


@dataclass(frozen=True)
class Refine:
    """Where and how finely the boundary (more than half the seeds improve) is bisected.

    Attributes:
        axis: the swept axis along which neighbours are bisected.
        resolution: wanted width of the interval that holds the boundary, in the axis' unit.
        crossings: most boundaries looked for on one line.
    """

    axis: str
    resolution: float
    crossings: int = 2

    def __post_init__(self) -> None:
        if self.axis not in REFINABLE:
            raise reject("refine.axis", self.axis, f"one of {', '.join(REFINABLE)}")
        _between("refine.resolution", self.resolution, 0.0, float("inf"))
        _whole("refine.crossings", self.crossings, 1)

    def check(
        self, swept: tuple[Axis, ...], schemes: tuple[str, ...], quantities: tuple[str, ...]
    ) -> None:
        """Raise unless the grid has the axis, sorted, and a scheme that can improve."""
        axis = next((a for a in swept if a.name == self.axis), None)
        if axis is None or len(axis.values) < 2:
            raise reject("refine.axis", self.axis, "a swept axis with at least two values")
        if list(axis.values) != sorted(axis.values):
            raise reject(f"axes.{axis.name}", axis.plain(), "increasing where it is refined")
        if set(schemes) == {"initial"}:
            raise reject("run.schemes", list(schemes), "more than initial where it is refined")
        if "improved" not in quantities:
            raise reject("run.quantities", list(quantities), "with improved where it is refined")


@dataclass(frozen=True)
class Storage:
    """How the grid is cut: ``block`` is the aim for the number of cells a block."""

    block: int = 1024

    def __post_init__(self) -> None:
        _whole("store.block", self.block, 1)


def _names(label: str, values: Any) -> None:
    if not isinstance(values, tuple) or not values:
        raise reject(label, repr(values), "a list of at least one name")
    for value in values:
        if not isinstance(value, str):
            raise reject(label, repr(value), "a list of names")
    if len(set(values)) != len(values):
        raise reject(label, list(values), "free of repeated names")


def _scheme(name: str) -> None:
    try:
        parse_scheme(name)
    except ValueError as error:
        raise ValueError(f"run.schemes: {error}") from None


def _whole(label: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise reject(label, repr(value), f"a whole number >= {least}")
    whole(label, value, least)


def _between(label: str, value: Any, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low < value < high:
        raise reject(label, repr(value), f"between {low:g} and {high:g}, exclusive")


def _levels(label: str, values: Any) -> None:
    if not isinstance(values, tuple):
        raise reject(label, repr(values), "a list of levels between 0 and 1")
    for value in values:
        _between(label, value, 0.0, 1.0)
