"""The axes of a scan: a number, a text, a list of them, or a generated range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, TypeAdapter, ValidationInfo, model_validator

from relabel_lab.scan.config.entries import (
    MarginText,
    NoiseText,
    Positive,
    Probability,
    Scale,
    Size,
    SpectrumText,
)
from relabel_lab.scan.config.ranges import Range, Spacing
from relabel_lab.scan.config.refusals import Table, broken_rule, refuse


@dataclass(frozen=True)
class Axis:
    """One parameter of the grid.

    Attributes:
        name: the parameter.
        values: its values in grid order, numbers or (margin, spectrum, noise) texts.
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


def numbers(entry: Any, *, whole: bool = False) -> PlainValidator:
    """Reads an axis of numbers: one, a list, or a range, rounded if ``whole``."""
    several: TypeAdapter[list[Any]] = TypeAdapter(list[entry])

    def read(given: Any, info: ValidationInfo) -> Axis:
        if not isinstance(given, dict):
            return _listed(several, given, info)
        span = Range.model_validate(given)
        values = several.validate_python(span.values(whole=whole))
        return Axis(str(info.field_name), _distinct(values), True, span.spacing)

    return PlainValidator(read, json_schema_input_type=entry | list[entry] | Range)


def texts(entry: Any) -> PlainValidator:
    """Reads an axis of texts: one, or a list."""
    several: TypeAdapter[list[Any]] = TypeAdapter(list[entry])

    def read(given: Any, info: ValidationInfo) -> Axis:
        return _listed(several, given, info)

    return PlainValidator(read, json_schema_input_type=entry | list[entry])


def _listed(several: TypeAdapter[list[Any]], given: Any, info: ValidationInfo) -> Axis:
    swept = isinstance(given, list)
    entries = given if swept else [given]
    if not entries:
        raise refuse("a value or a list of at least one value")
    return Axis(str(info.field_name), _distinct(several.validate_python(entries)), swept)


def _distinct(values: list[Any]) -> tuple[Any, ...]:
    seen: set[Any] = set()
    for value in values:
        if value in seen:
            raise refuse("free of repeated values", value=value)
        seen.add(value)
    return tuple(values)


class Axes(Table):
    """The parameters: swept where a list or a range is given, in the order of the file.

    One of p, epsilon and noise; rho or gamma (sigma is 1 unless given) or two of these three; two
    of n, d and alpha.
    """

    p: Annotated[Axis | None, numbers(Probability)] = None
    """Probability of a flipped label, in [0, 0.5)."""
    epsilon: Annotated[Axis | None, numbers(Positive)] = None
    """Privacy parameter of the randomised response that flips labels."""
    noise: Annotated[Axis | None, texts(NoiseText)] = None
    """Kind of label noise, as after --noise: "margin:0.4,0.8"."""
    rho: Annotated[Axis | None, numbers(Positive)] = None
    """Separation gamma^2/sigma^2."""
    gamma: Annotated[Axis | None, numbers(Scale)] = None
    """Norm of the class mean."""
    sigma: Annotated[Axis | None, numbers(Scale)] = None
    """Standard deviation of the noise features."""
    n: Annotated[Axis | None, numbers(Size, whole=True)] = None
    """Number of samples; a range is rounded."""
    d: Annotated[Axis | None, numbers(Size, whole=True)] = None
    """Number of features; a range is rounded."""
    alpha: Annotated[Axis | None, numbers(Positive)] = None
    """Aspect ratio n/(d-1); the size that follows is rounded."""
    margin: Annotated[Axis | None, texts(MarginText)] = None
    """Law of the margin, as after --margin: "half-normal:0.5"."""
    spectrum: Annotated[Axis | None, texts(SpectrumText)] = None
    """Spectrum of the noise features: "isotropic" or "power:A"."""

    @model_validator(mode="after")
    def _determined(self) -> Axes:
        given = self.model_fields_set
        _exactly(given, ("p", "epsilon", "noise"), 1)
        _exactly(given, ("n", "d", "alpha"), 2)
        if not given & {"rho", "gamma"} or {"rho", "gamma", "sigma"} <= given:
            raise broken_rule("give rho or gamma (sigma is 1 by default), or two of the three")
        return self


AXES = tuple(Axes.model_fields)


def _exactly(given: set[str], names: tuple[str, ...], count: int) -> None:
    if len(given & set(names)) != count:
        found = ", ".join(n for n in names if n in given) or "none of them"
        raise broken_rule(f"give exactly {count} of {', '.join(names)}; the config gives {found}")


def in_order(table: Any) -> tuple[Axis, ...]:
    """The axes of an ``[axes]`` table, in its order."""
    found = Axes.model_validate(table)
    return tuple(getattr(found, name) for name in table)
