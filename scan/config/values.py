"""Values of one axis: a number, a list, or a generated range."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from relabel_lab.scan.config.suggest import unknown_key
from relabel_lab.sim.kit import reject
from relabel_lab.sim.margins import parse_margin

Spacing = Literal["linear", "geometric"]
RANGES: dict[str, Any] = {
    "linspace": np.linspace,
    "logspace": np.logspace,
    "geomspace": np.geomspace,
}
TEXT_AXES = ("margin", "spectrum")


@dataclass(frozen=True)
class Axis:
    """One parameter of the grid.

    Attributes:
        name: the parameter.
        values: its values in grid order, numbers or (margin, spectrum) names.
        swept: whether it is a dimension of the grid; a scalar in the config is not.
        spacing: how midpoints between neighbours are taken when a boundary is refined.
    """

    name: str
    values: tuple[Any, ...]
    swept: bool
    spacing: Spacing = "linear"

    def plain(self) -> Any:
        """The values as JSON: a list when swept, else one value."""
        return list(self.values) if self.swept else self.values[0]


def parse_axis(name: str, given: Any) -> Axis:
    """The axis that ``given``, a value of the config's ``[axes]`` table, describes.

    Raises:
        ValueError: naming ``axes.NAME``, the value and what is allowed.
    """
    label = f"axes.{name}"
    if isinstance(given, dict):
        return _range_axis(name, label, given)
    swept = isinstance(given, list)
    entries = given if swept else [given]
    if not entries:
        raise reject(label, given, "a value or a list of at least one value")
    values = tuple(_entry(name, label, entry) for entry in entries)
    _distinct(label, values)
    return Axis(name, values, swept)


def _range_axis(name: str, label: str, given: dict[str, Any]) -> Axis:
    if name in TEXT_AXES:
        raise reject(label, given, "a name or a list of names")
    for key in given:
        if key not in RANGES:
            raise unknown_key(label, key, RANGES)
    if len(given) != 1:
        raise reject(label, given, f"a table with one of {', '.join(RANGES)}")
    ((kind, bounds),) = given.items()
    if not _is_range(bounds):
        raise reject(f"{label}.{kind}", bounds, "[low, high, count] with a whole count >= 1")
    low, high, count = bounds
    if kind == "geomspace" and not (low > 0 and high > 0):
        raise reject(f"{label}.{kind}", bounds, "[low, high, count] with low and high > 0")
    raw = [float(v) for v in RANGES[kind](low, high, count)]
    sizes = name in ("n", "d")  # generated sizes are rounded; written ones must be whole
    values = tuple(_entry(name, label, round(v) if sizes else v) for v in raw)
    _distinct(label, values)
    return Axis(name, values, True, "linear" if kind == "linspace" else "geometric")


def _is_range(bounds: Any) -> bool:
    return (
        isinstance(bounds, list)
        and len(bounds) == 3
        and all(_is_number(b) for b in bounds)
        and isinstance(bounds[2], int)
        and bounds[2] >= 1
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _entry(name: str, label: str, value: Any) -> Any:
    if name in TEXT_AXES:
        return _name(name, label, value)
    if not _is_number(value):
        raise reject(label, repr(value), "a finite number")
    if name in ("n", "d"):
        return _whole_size(label, value)
    return _bounded(name, label, float(value))


def _whole_size(label: str, value: float) -> int:
    if value != round(value) or value < 2:
        raise reject(label, value, "a whole number >= 2")
    return round(value)


def _bounded(name: str, label: str, value: float) -> float:
    if name == "p" and not 0 <= value < 0.5:
        raise reject(label, value, "in [0, 0.5)")
    if name != "p" and not value > 0:
        raise reject(label, value, "finite and > 0")
    return value


def _name(name: str, label: str, value: Any) -> str:
    if not isinstance(value, str):
        raise reject(label, repr(value), "a name")
    if name == "margin":
        try:
            parse_margin(value)
        except ValueError as error:
            raise ValueError(f"{label}: {error}") from None
    else:
        spectrum_exponent(value)
    return value


def spectrum_exponent(text: str) -> float | None:
    """The exponent A of ``power:A``, or None for ``isotropic``.

    Raises:
        ValueError: for any other text.
    """
    if text == "isotropic":
        return None
    kind, _, value = text.partition(":")
    try:
        exponent = float(value)
    except ValueError:
        exponent = math.nan
    if kind != "power" or not (exponent >= 0 and math.isfinite(exponent)):
        raise reject("axes.spectrum", text, "isotropic or power:A with A >= 0")
    return exponent


def _distinct(label: str, values: tuple[Any, ...]) -> None:
    seen: set[Any] = set()
    for value in values:
        if value in seen:
            raise reject(label, value, "free of repeated values")
        seen.add(value)
