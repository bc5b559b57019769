"""Which labels the second training sees, and when it had better not happen."""

from dataclasses import dataclass

import numpy as np

from relabel_lab.pilot.retraining import Labelled, parse_rule

SCHEMES = ("full", "consensus", "crossfit-consensus")
"""One-round candidates: three of them keep wrong adoptions rarest (docs/pilot.md)."""

PREFIX = "crossfit-"
"""Labels from models that have not seen the row."""

FEWEST = 2  # rows a class needs to be trained on


@dataclass(frozen=True)
class Relabelled:
    """Labels of one scheme.

    Attributes:
        codes: labels to train on, shape (rows,).
        kept: rows to train on, boolean (rows,).
        refusal: why the earlier model should be kept, or None.
    """

    codes: np.ndarray
    kept: np.ndarray
    refusal: str | None


def relabel(scheme: str, predicted: np.ndarray, given: np.ndarray) -> Relabelled:
    """Apply a scheme to predictions, in sample or cross-fitted, and given labels."""
    rule = parse_rule(scheme.removeprefix(PREFIX))
    rows = rule.rows(Labelled(given, predicted, None, np.ones(len(given))))
    kept = np.zeros(len(given), bool)
    kept[rows.index] = True
    return Relabelled(predicted, kept, _refusal(rows.labels, given))


def _refusal(codes: np.ndarray, given: np.ndarray) -> str | None:
    before = np.unique(given)
    counts = np.bincount(codes, minlength=int(before[-1]) + 1)[before]
    if (counts < FEWEST).any():
        return "a class vanishes"
    return None
