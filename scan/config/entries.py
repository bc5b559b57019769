"""Single values of a configuration: types with their bounds, and words for what is allowed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, Strict

from relabel_lab.scan.config.refusals import allowed, refuse
from relabel_lab.sim.kit import Refusal, reject
from relabel_lab.sim.margins import parse_margin
from relabel_lab.sim.noise import parse_noise
from relabel_lab.sim.schemes import parse_scheme

LARGEST = 2**53
"""Largest number of samples or features: the last whole number that float64 tells apart."""
LEAST_SCALE, MOST_SCALE = 1e-70, 1e70
"""What gamma and sigma of a problem must lie between, so that no square overflows."""


def _whole(value: Any) -> Any:
    """1e3 of a TOML file is the number 1000."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, Strict(), Field(ge=1), allowed("a whole number >= 1")]
Seed = Annotated[int, Strict(), Field(ge=0, lt=2**63), allowed("a whole number, 0 to 2^63 - 1")]
Size = Annotated[
    int,
    Strict(),
    Field(ge=2, le=LARGEST),
    BeforeValidator(_whole),
    allowed("a whole number >= 2 and at most 2^53"),
]
Finite = Annotated[float, Strict(), Field(allow_inf_nan=False), allowed("a finite number")]
Positive = Annotated[float, Strict(), Field(gt=0, allow_inf_nan=False), allowed("finite and > 0")]
Scale = Annotated[
    float, Strict(), Field(gt=LEAST_SCALE, lt=MOST_SCALE), allowed("> 1e-70 and < 1e+70")
]
Probability = Annotated[float, Strict(), Field(ge=0, lt=0.5), allowed("in [0, 0.5)")]
Inside = Annotated[float, Strict(), Field(gt=0, lt=1), allowed("between 0 and 1, exclusive")]


def _read(parse: Callable[[str], Any]) -> AfterValidator:
    """Accept the texts that ``parse`` reads."""

    def check(text: str) -> str:
        try:
            parse(text)
        except Refusal as error:
            raise refuse(error.allowed) from None
        return text

    return AfterValidator(check)


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
        raise reject("spectrum", text, "isotropic or power:A with A >= 0")
    return exponent


Name = Annotated[str, Strict(), allowed("a name or a list of names")]
MarginText = Annotated[Name, _read(parse_margin)]
NoiseText = Annotated[Name, _read(parse_noise)]
SpectrumText = Annotated[Name, _read(spectrum_exponent)]
SchemeText = Annotated[Name, _read(parse_scheme)]
