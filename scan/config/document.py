"""The scan's configuration: read from TOML, checked as a whole before anything runs."""

from __future__ import annotations

import hashlib
import json
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationError, model_validator

from relabel_lab.scan.config.axes import Axes, Axis, in_order
from relabel_lab.scan.config.grid import Grid
from relabel_lab.scan.config.options import Adaptive, Refine, Run, Storage
from relabel_lab.scan.config.problems import check_problems
from relabel_lab.scan.config.refusals import Table, one_line, refuse

MEMORY = 2**32
"""Bytes that the raw results of one cell may take."""


class Config(Table):
    """A whole scan: the grid, what is simulated in each cell, and how it is stored.

    Attributes:
        axes: all parameters given, in the order of the file; swept ones span the grid.
    """

    axes: Annotated[tuple[Axis, ...], PlainValidator(in_order, json_schema_input_type=Axes)]
    """All parameters, swept where a list or a range is given."""
    run: Run
    """Schemes, rounds, seeds, engine and quantities."""
    adaptive: Adaptive | None = None
    """The stopping rule, when seeds are adaptive."""
    refine: Refine | None = None
    """Bisection of the boundary, when wanted."""
    store: Storage = Field(default_factory=Storage)
    """Block size."""

    @model_validator(mode="before")
    @classmethod
    def _stopping_rule(cls, given: Any) -> Any:
        """Adaptive seeds have a stopping rule, also where the file does not give one."""
        run = given.get("run") if isinstance(given, dict) else None
        if isinstance(run, dict) and run.get("seeds") == "adaptive":
            return {**given, "adaptive": given.get("adaptive", {})}
        return given

    @model_validator(mode="after")
    def _consistent(self) -> Config:
        if self.adaptive is not None and self.run.seeds != "adaptive":
            words = '"adaptive" when the config has an [adaptive] table'
            raise refuse(words, key="run.seeds", value=self.run.seeds)
        if self.refine is not None:
            self._can_refine(self.refine.axis)
        if self.cell_bytes > MEMORY:
            words = f"few enough for a cell's results to fit {MEMORY >> 30} GiB"
            raise refuse(words, key="run.seeds", value=self.seeds)
        return self

    def _can_refine(self, name: str) -> None:
        axis, run = self.axis(name), self.run
        if axis is None or len(axis.values) < 2:
            words = "a swept axis with at least two values"
            raise refuse(words, key="refine.axis", value=name)
        if list(axis.values) != sorted(axis.values):
            words = "increasing where it is refined"
            raise refuse(words, key=f"axes.{name}", value=axis.plain())
        if set(run.schemes) == {"initial"}:
            words = "more than initial where a boundary is refined"
            raise refuse(words, key="run.schemes", value=list(run.schemes))
        if "improved" not in run.quantities:
            words = "with improved where a boundary is refined"
            raise refuse(words, key="run.quantities", value=list(run.quantities))

    @property
    def swept(self) -> tuple[Axis, ...]:
        """The axes that span the grid."""
        return tuple(axis for axis in self.axes if axis.swept)

    def axis(self, name: str) -> Axis | None:
        """The axis called ``name``, if the config gives it."""
        return next((axis for axis in self.axes if axis.name == name), None)

    @cached_property
    def grid(self) -> Grid:
        """The cells."""
        return Grid(self.axes)

    @property
    def seeds(self) -> int:
        """Most seeds that a cell may take."""
        return self.adaptive.cap if self.adaptive is not None else int(self.run.seeds)

    @property
    def cell_bytes(self) -> int:
        """Size of the raw results of one cell: four quantities in float64."""
        return self.seeds * len(self.run.schemes) * (self.run.rounds + 1) * 4 * 8

    def plain(self) -> dict[str, Any]:
        """Everything that decides the results, as JSON with defaults filled in."""
        result: dict[str, Any] = {"axes": {axis.name: axis.plain() for axis in self.axes}}
        tables = self.model_dump(mode="json", exclude={"axes"}, exclude_none=True)
        refined = self.axis(self.refine.axis) if self.refine is not None else None
        if refined is not None:
            tables["refine"]["spacing"] = refined.spacing
        return result | tables

    @property
    def digest(self) -> str:
        """Hexadecimal name of the configuration, equal only for equal configurations."""
        return hashlib.sha256(json.dumps(self.plain()).encode()).hexdigest()


def load(path: str | Path) -> Config:
    """Read a configuration file.

    Raises:
        ValueError: when the file cannot be read, is not TOML, or says something unusable.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"config {path} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"config {path} is not TOML: {error}") from None
    return parse(table)


def parse(table: dict[str, Any]) -> Config:
    """The configuration that a TOML document, as a dict, describes.

    Raises:
        ValueError: naming the key, its value and what is allowed.
    """
    try:
        config = Config.model_validate(table)
    except ValidationError as error:
        raise one_line(error) from None
    config.grid.check()
    check_problems(config.grid, config.run)
    return config
