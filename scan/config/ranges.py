"""Generated values of an axis: linspace, geomspace, logspace."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, Strict, model_validator

from relabel_lab.scan.config.entries import Finite, Positive
from relabel_lab.scan.config.refusals import Table, allowed, broken_rule

MOST = 1_000_000
SHAPE = f"[low, high, count] with a whole count, 1 to {MOST}"

Spacing = Literal["linear", "geometric"]
Count = Annotated[int, Strict(), Field(ge=1, le=MOST)]
Ends = Annotated[tuple[Finite, Finite, Count], Strict(False), allowed(SHAPE)]
PositiveEnds = Annotated[
    tuple[Positive, Positive, Count], Strict(False), allowed(f"{SHAPE}, low and high > 0")
]


class Range(Table):
    """Values from low to high, both included: one of linspace, geomspace, logspace."""

    linspace: Ends | None = None
    """Equal differences: [low, high, count]."""
    geomspace: PositiveEnds | None = None
    """Equal ratios: [low, high, count]."""
    logspace: Ends | None = None
    """Equal ratios, from ten to the low to ten to the high: [low, high, count]."""

    @model_validator(mode="after")
    def _one(self) -> Range:
        if len(self.model_fields_set) != 1:
            raise broken_rule(f"give one of {', '.join(type(self).model_fields)}")
        return self

    @property
    def spacing(self) -> Spacing:
        """Whether neighbours have equal differences or equal ratios."""
        return "geometric" if self.linspace is None else "linear"

    def values(self, *, whole: bool) -> list[Any]:
        """The values, rounded if ``whole``; what overflows is infinite."""
        (kind,) = self.model_fields_set
        with np.errstate(all="ignore"):
            raw = getattr(np, kind)(*getattr(self, kind))
        return [round(v) if whole and math.isfinite(v) else v for v in map(float, raw)]
