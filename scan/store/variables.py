"""The variables of a store: dimensions beside the grid, units and long names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from relabel_lab.scan.config import Config
from relabel_lab.scan.statistics import MEANS, QUANTILES
from relabel_lab.theory import Status

LONG = {
    "kappa": "margin parameter kappa (R1)",
    "accuracy": "population accuracy",
    "log_error": "natural logarithm of 1 - accuracy",
    "label_accuracy": "share of correct labels among those trained on",
    "coverage": "share of samples trained on",
    "p": "probability of a flipped label",
    "epsilon": "privacy parameter of randomised response (R13)",
    "rho": "separation gamma^2/sigma^2",
    "gamma": "norm of the class mean",
    "sigma": "standard deviation of the noise",
    "n": "number of samples",
    "d": "number of features",
    "alpha": "aspect ratio n/(d-1)",
    "margin": "law of the margin variable",
    "spectrum": "shape of the noise spectrum",
    "noise": "kind of label noise",
    "scheme": "label rule",
    "round": "retraining round, 0 the initial model",
    "quantile": "quantile level",
    "crossing": "number of the boundary on its line, in the order of the refined axis",
}
OUTCOME = ("scheme", "round")


@dataclass(frozen=True)
class Variable:
    """One array of the store, over the grid and ``tail`` (dimension names).

    Attributes:
        name: of the array.
        tail: its dimensions beside the grid's.
        long_name: what it is.
        dtype: of its values; where nothing was computed yet, floating ones are NaN, whole ones -1.
        attributes: further ones.
    """

    name: str
    tail: tuple[str, ...]
    long_name: str
    dtype: str = "<f8"
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def units(self) -> str:
        """Everything is dimensionless; log-errors are natural logarithms."""
        return "nat" if self.name.startswith("log_error") else "1"

    @property
    def fill(self) -> float:
        """Where nothing was computed yet; xarray reads both as NaN."""
        return float("nan") if self.dtype == "<f8" else -1


STATUS = Variable(
    "theory_status",
    OUTCOME,
    "whether there is a prediction (0), or why not",
    "|i1",
    {
        "flag_values": [int(status) for status in Status],
        "flag_meanings": " ".join(status.name.lower() for status in Status),
        "reasons": json.dumps({int(s): s.reason for s in Status if s.reason is not None}),
    },
)
"""Where ``*_theory`` is NaN it is not `Status.PREDICTED` (flags as in the CF conventions)."""


def variables(config: Config) -> list[Variable]:
    """All variables that a store of ``config`` holds."""
    wanted = config.run.quantities
    found = [Variable("seeds", (), "seeds used in the cell"), STATUS]
    for name in MEANS:
        if name in wanted:
            found += [
                Variable(f"{name}_mean", OUTCOME, f"mean of {LONG[name]}"),
                Variable(f"{name}_se", OUTCOME, f"standard error of the mean of {LONG[name]}"),
                Variable(f"{name}_theory", OUTCOME, f"predicted {LONG[name]}"),
            ]
    for name in QUANTILES:
        if name in wanted and config.run.quantiles:
            tail = (*OUTCOME, "quantile")
            found.append(Variable(f"{name}_quantile", tail, f"quantiles of {LONG[name]}"))
    if "improved" in wanted:
        text = "share of seeds whose kappa exceeds that of round 0"
        found += [
            Variable("improved", OUTCOME, text),
            Variable("improved_lower", OUTCOME, f"{text}, lower end of its interval"),
            Variable("improved_upper", OUTCOME, f"{text}, upper end of its interval"),
        ]
    return found
