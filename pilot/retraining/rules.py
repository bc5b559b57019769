"""Which samples a round trains on, and with which labels: one rule a scheme (R3–R11)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from relabel_lab.pilot.checks import number, reject

FORMS = "full, consensus, confident[:SHARE], interpolate[:BETA] or auto"


@dataclass(frozen=True)
class Rows:
    """A training set inside a larger one: which rows, their labels, a factor on their weights.

    Attributes:
        index: positions in the whole data; one may come twice, with two labels.
        labels: class codes, as long as ``index``.
        factor: multiplies sample weights; None where it is 1.
    """

    index: np.ndarray
    labels: np.ndarray
    factor: np.ndarray | None = None

    @classmethod
    def all(cls, labels: np.ndarray) -> "Rows":
        """Every row once."""
        return cls(np.arange(len(labels)), labels)

    def within(self, mask: np.ndarray) -> "Rows":
        """The part of it whose rows ``mask`` (over the whole data) allows."""
        take = mask[self.index]
        factor = None if self.factor is None else self.factor[take]
        return Rows(self.index[take], self.labels[take], factor)


@dataclass(frozen=True)
class Labelled:
    """What a rule sees of the n samples.

    Attributes:
        given, predicted: class codes, shape (n,).
        confidence: larger is surer, shape (n,); None unless the rule asks for it.
        weight: sample weights, shape (n,).
    """

    given: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray | None
    weight: np.ndarray


class Rule(Protocol):
    """A scheme: what it needs and what it trains on."""

    needs_confidence: ClassVar[bool]
    needs_weights: ClassVar[bool]

    def rows(self, seen: Labelled) -> Rows:
        """The training set of this round."""
        ...


@dataclass(frozen=True)
class Full:
    """Every sample with its predicted label."""

    needs_confidence: ClassVar[bool] = False
    needs_weights: ClassVar[bool] = False

    def rows(self, seen: Labelled) -> Rows:
        """All of them."""
        return Rows.all(seen.predicted)


@dataclass(frozen=True)
class Consensus:
    """The samples whose predicted label is the given one (R4)."""

    needs_confidence: ClassVar[bool] = False
    needs_weights: ClassVar[bool] = False

    def rows(self, seen: Labelled) -> Rows:
        """The consensus set."""
        kept = np.flatnonzero(seen.predicted == seen.given)
        return Rows(kept, seen.predicted[kept])


@dataclass(frozen=True)
class Confident:
    """Predicted labels of the surest ``share`` of the samples, by weight (R11)."""

    share: float = 0.5
    needs_confidence: ClassVar[bool] = True
    needs_weights: ClassVar[bool] = False

    def rows(self, seen: Labelled) -> Rows:
        """The least set of surest samples of that share; ties at its edge all belong to it."""
        assert seen.confidence is not None
        order = np.argsort(-seen.confidence, kind="stable")
        filled = np.cumsum(seen.weight[order])
        wanted = self.share * filled[-1] * (1 - 1e-12)  # a share of 1 is all, whatever rounding
        edge = seen.confidence[order[min(np.searchsorted(filled, wanted), len(order) - 1)]]
        kept = np.flatnonzero(seen.confidence >= edge)
        return Rows(kept, seen.predicted[kept])


@dataclass(frozen=True)
class Interpolate:
    """Predicted labels of weight 1/(1 + β) beside given ones of weight β/(1 + β) (R9)."""

    beta: float = 1.0
    needs_confidence: ClassVar[bool] = False
    needs_weights: ClassVar[bool] = True

    def rows(self, seen: Labelled) -> Rows:
        """Every sample once; those whose two labels differ once with either."""
        differ = np.flatnonzero(seen.predicted != seen.given)
        index = np.concatenate([np.arange(len(seen.given)), differ])
        factor = np.ones(len(index))
        factor[differ] = 1 / (1 + self.beta)
        factor[len(seen.given) :] = self.beta / (1 + self.beta)
        return Rows(index, np.concatenate([seen.predicted, seen.given[differ]]), factor)


def parse_rule(text: Any) -> Rule:
    """The rule named ``text``: full, consensus, confident[:SHARE], interpolate[:BETA].

    ``interpolated`` is read like ``interpolate``.

    Raises:
        ValueError: for another name or a parameter out of range.
    """
    if not isinstance(text, str):
        raise reject("scheme", repr(text), FORMS)
    family, colon, value = text.partition(":")
    if text in ("full", "consensus"):
        return Full() if text == "full" else Consensus()
    if family == "confident":
        return Confident(_parameter(text, value, 0, 1)) if colon else Confident()
    if family in ("interpolate", "interpolated"):
        return Interpolate(_parameter(text, value, 0, np.inf)) if colon else Interpolate()
    raise reject("scheme", repr(text), FORMS)


def _parameter(text: str, value: str, above: float, most: float) -> float:
    allowed = "followed by a share in (0, 1]" if most == 1 else "followed by a finite weight > 0"
    try:
        result = number("scheme", float(value), allowed)
    except ValueError:
        raise reject("scheme", repr(text), allowed) from None
    if not above < result <= most:
        raise reject("scheme", repr(text), allowed)
    return result
