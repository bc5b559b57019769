"""The scan's configuration: read from TOML, checked as a whole before anything runs."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from relabel_lab.scan.config.options import Adaptive, Refine, Run, Storage, parse_table
from relabel_lab.scan.config.suggest import unknown_key
from relabel_lab.scan.config.values import Axis, parse_axis
from relabel_lab.sim.kit import reject

AXES = ("p", "epsilon", "rho", "gamma", "sigma", "n", "d", "alpha", "margin", "spectrum")
TABLES = ("axes", "run", "adaptive", "refine", "store")


@dataclass(frozen=True)
class Config:
    """A whole scan: the grid, what is simulated in each cell, and how it is stored.

    Attributes:
        axes: all parameters given, in the order of the file; swept ones span the grid.
        run: schemes, rounds, seeds, engine and quantities.
        adaptive: stopping rule, when seeds are adaptive.
        refine: bisection of the boundary, when wanted.
        store: block size.
    """

    axes: tuple[Axis, ...]
    run: Run
    adaptive: Adaptive | None
    refine: Refine | None
    store: Storage

    @property
    def swept(self) -> tuple[Axis, ...]:
        """The axes that span the grid."""
        return tuple(axis for axis in self.axes if axis.swept)

    def axis(self, name: str) -> Axis | None:
        """The axis called ``name``, if the config gives it."""
        return next((axis for axis in self.axes if axis.name == name), None)

    def plain(self) -> dict[str, Any]:
        """Everything that decides the results, as JSON with defaults filled in."""
        result: dict[str, Any] = {"axes": {axis.name: axis.plain() for axis in self.axes}}
        for table in ("run", "adaptive", "refine", "store"):
            options = getattr(self, table)
            if options is not None:
                result[table] = {f.name: _listed(getattr(options, f.name)) for f in fields(options)}
        refined = self.axis(self.refine.axis) if self.refine is not None else None
        if refined is not None:
            result["refine"]["spacing"] = refined.spacing
        return result

    @property
    def digest(self) -> str:
        """Hexadecimal name of the configuration, equal only for equal configurations."""
        return hashlib.sha256(json.dumps(self.plain()).encode()).hexdigest()


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


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
    for key, value in table.items():
        if key not in TABLES:
            raise unknown_key("config", key, TABLES)
        if not isinstance(value, dict):
            raise reject(key, value, "a table")
    for key in ("axes", "run"):
        if key not in table:
            raise ValueError(f"the config has no [{key}] table")
    axes = _axes(table["axes"])
    run = parse_table(Run, "run", table["run"])
    config = Config(
        axes,
        run,
        _adaptive(run, table),
        parse_table(Refine, "refine", table["refine"]) if "refine" in table else None,
        parse_table(Storage, "store", table.get("store", {})),
    )
    if config.refine is not None:
        config.refine.check(config.swept, run.schemes, run.quantities)
    return config


def _adaptive(run: Run, table: dict[str, Any]) -> Adaptive | None:
    if run.seeds == "adaptive":
        return parse_table(Adaptive, "adaptive", table.get("adaptive", {}))
    if "adaptive" in table:
        raise reject("run.seeds", run.seeds, '"adaptive" when the config has an [adaptive] table')
    return None


def _axes(table: dict[str, Any]) -> tuple[Axis, ...]:
    for key in table:
        if key not in AXES:
            raise unknown_key("axes", key, AXES)
    given = set(table)
    _exactly(given, ("p", "epsilon"), 1)
    _exactly(given, ("n", "d", "alpha"), 2)
    if not 1 <= len(given & {"rho", "gamma"}) or {"rho", "gamma", "sigma"} <= given:
        raise ValueError("axes: give rho or gamma (sigma is 1 by default), or two of the three")
    return tuple(parse_axis(name, value) for name, value in table.items())


def _exactly(given: set[str], names: tuple[str, ...], count: int) -> None:
    if len(given & set(names)) != count:
        found = ", ".join(n for n in names if n in given) or "none of them"
        raise ValueError(
            f"axes: give exactly {count} of {', '.join(names)}; the config gives {found}"
        )
