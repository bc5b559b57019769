"""The tables of a configuration beside the axes, each a frozen record that checks itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, Strict, model_validator

from relabel_lab.scan.config.entries import Inside, Positive, SchemeText, Seed, Whole
from relabel_lab.scan.config.refusals import Table, allowed, one_of, refuse

EngineName = Literal["dice", "direct"]
QuantityName = Literal["kappa", "accuracy", "log_error", "label_accuracy", "coverage", "improved"]
RefinableName = Literal["p", "epsilon", "rho", "gamma", "sigma", "alpha"]
QUANTITIES: tuple[QuantityName, ...] = get_args(QuantityName)


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) != len(values):
        raise refuse("free of repeated names", value=list(values))
    return values


Engine = Annotated[EngineName, one_of(get_args(EngineName))]
Quantity = Annotated[QuantityName, one_of(QUANTITIES)]
Refinable = Annotated[RefinableName, one_of(get_args(RefinableName))]
Schemes = Annotated[
    tuple[SchemeText, ...], Strict(False), Field(min_length=1), AfterValidator(_distinct)
]
Quantities = Annotated[
    tuple[Quantity, ...], Strict(False), Field(min_length=1), AfterValidator(_distinct)
]
Levels = Annotated[tuple[Inside, ...], Strict(False), AfterValidator(_distinct)]
Seeds = Annotated[Whole | Literal["adaptive"], allowed('a whole number >= 1 or "adaptive"')]
HalfWidth = Annotated[
    float, Strict(), Field(ge=0, lt=0.5), allowed("between 0 and 0.5, 0.5 excluded")
]


class Run(Table):
    """What every cell runs."""

    schemes: Schemes
    """Names of label rules, as after --schemes."""
    rounds: Whole = 1
    """Retraining rounds."""
    seeds: Seeds = 1000
    """Independent repetitions a cell, or "adaptive"."""
    seed: Seed = 0
    """Root of all randomness."""
    engine: Engine = "dice"
    """dice (exact in law, free of d) or direct (draws the data)."""
    quantities: Quantities = QUANTITIES
    """Which results are stored."""
    quantiles: Levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    """Levels of the stored quantiles of kappa and accuracy."""
    error: Inside = 0.05
    """The intervals of ``improved`` miss with at most this probability."""


class Adaptive(Table):
    """When a cell with adaptive seeds stops."""

    cap: Whole = 10_000
    """Most seeds a cell may use."""
    batch: Whole = 64
    """Seeds between two looks."""
    precision: HalfWidth = 0.0
    """Stop, too, when the interval's half width is at most this; 0: never."""

    @model_validator(mode="after")
    def _one_look(self) -> Adaptive:
        if self.cap < self.batch:
            raise refuse(f"at least batch = {self.batch}", key="cap", value=self.cap)
        return self


class Refine(Table):
    """Where and how finely the boundary (more than half the seeds improve) is bisected."""

    axis: Refinable
    """The swept axis along which neighbours are bisected."""
    resolution: Positive
    """Wanted width of the interval that holds the boundary, in the axis' unit."""
    crossings: Whole = 2
    """Most boundaries looked for on one line."""


class Storage(Table):
    """How the grid is cut."""

    block: Whole = 1024
    """Aim for the number of cells a block, the unit of work, writing and resuming."""
