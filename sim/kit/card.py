"""Cards: variants that carry their own text form, found by it without a table of them.

A card's class names its ``family``; ``str`` of an instance writes ``family`` or
``family:arguments``, and `parse` reads back what it wrote.  Command line, configurations, stores,
figures and JSON use this one form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Self, TypeVar

import equinox as eqx
import numpy as np

from relabel_lab.sim.kit.validate import Refusal, reject
from relabel_lab.suggest import near

C = TypeVar("C", bound="Card")


class Card(eqx.Module):
    """A variant of something, with a text form.

    Attributes:
        family: the name before the colon; classes without one of their own are not in the list.
        arguments: names of the fields written after the colon.
        optional: how many of the last ones may be left out.
        form: how people write it, for messages; the family's name unless said otherwise.
    """

    family: ClassVar[str] = "unnamed"
    arguments: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[int] = 0
    form: ClassVar[str | None] = None

    @classmethod
    def read(cls, text: str) -> Self:
        """The card whose arguments are written in ``text``, what follows the colon.

        Raises:
            ValueError: for words, a number too few or too many, or values that are not allowed.
        """
        values = numbers(text)
        if not len(cls.arguments) - cls.optional <= len(values) <= len(cls.arguments):
            raise ValueError(text)
        return cls(**dict(zip(cls.arguments, values, strict=False)))

    def written(self) -> str:
        """What follows the colon; empty where nothing does."""
        return ",".join(number(getattr(self, name)) for name in self.arguments)

    @property
    def name(self) -> str:
        """The text form."""
        arguments = self.written()
        return f"{self.family}:{arguments}" if arguments else self.family

    def __str__(self) -> str:
        return self.name


def parse(base: type[C], kind: str, text: str) -> C:
    """The card below ``base`` that ``text`` names.

    Args:
        base: the class of all variants, e.g. `Scheme`.
        kind: what it is, for the message, e.g. "scheme".
        text: its text form.

    Raises:
        ValueError: naming ``kind``, the text and what is allowed.
    """
    family, _, arguments = text.strip().partition(":")
    known = families(base)
    if family not in known:
        raise reject(
            kind, text, f"one of {', '.join(map(form_of, known.values()))}{near(family, known)}"
        )
    card = known[family]
    try:
        return card.read(arguments)
    except Refusal:  # names the parameter by itself
        raise
    except (ValueError, TypeError, OverflowError):
        raise reject(kind, text, form_of(card)) from None


def families(base: type[C]) -> dict[str, type[C]]:
    """Every class below ``base`` with a family of its own, in the order of definition."""
    return {kind.family: kind for kind in _below(base) if "family" in vars(kind)}


def _below(base: type[C]) -> Iterator[type[C]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _below(kind)


def form_of(card: type[Card]) -> str:
    """How people write a card of this class."""
    return card.form or card.family


def numbers(text: str) -> list[float]:
    """Numbers separated by commas; none in an empty text."""
    return [float(part) for part in text.split(",")] if text else []


def number(value: Any) -> str:
    """The shortest decimal that reads back as the same float64."""
    exact = float(np.asarray(value))
    short = f"{exact:g}"
    return short if float(short) == exact or exact != exact else repr(exact)
