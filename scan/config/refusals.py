"""Refusals of a configuration: one line naming the key, its value and what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, WrapValidator, model_validator
from pydantic_core import PydanticCustomError

from relabel_lab.sim.kit import reject
from relabel_lab.suggest import near

KINDS = {
    "model_type": "a table",
    "tuple_type": "a list",
    "too_short": "a list of at least one value",
}
"""What is allowed, for the complaints of pydantic that no type of ours words."""


def refuse(allowed: str, **where: Any) -> PydanticCustomError:
    """The error of a validator; ``key`` and ``value`` where they are not those it looks at."""
    return PydanticCustomError("refused", "must be {allowed}", {"allowed": allowed, **where})


def broken_rule(text: str) -> PydanticCustomError:
    """The error of a validator when no single value is to blame."""
    return PydanticCustomError("rule", "{text}", {"text": text})


def allowed(text: str | Callable[[Any], str]) -> WrapValidator:
    """Word every refusal of a type's value; ``text`` may depend on the value."""

    def worded(value: Any, check: Callable[[Any], Any]) -> Any:
        try:
            return check(value)
        except ValidationError:
            raise refuse(text if isinstance(text, str) else text(value)) from None

    return WrapValidator(worded)


def one_of(names: Sequence[str]) -> WrapValidator:
    """Word the refusals of a `Literal` of ``names``, the nearest of them suggested."""
    return allowed(lambda value: f"one of {', '.join(names)}{near(str(value), names)}")


def one_line(error: ValidationError) -> ValueError:
    """The first complaint about a configuration, in the words of its file."""
    first = error.errors(include_url=False)[0]
    kind, context = first["type"], first.get("ctx", {})
    place = ".".join(part for part in first["loc"] if isinstance(part, str))
    if kind == "rule":
        return ValueError(f"{place}: {context['text']}" if place else context["text"])
    if kind == "unknown":
        return ValueError(f"{place or 'config'}.{context['text']}")
    if kind == "missing":
        return ValueError(f"{place} is missing" if "." in place else f"there is no [{place}] table")
    name = ".".join(part for part in (place, context.get("key")) if part)
    value = context.get("value", first["input"])
    return reject(name, value, context.get("allowed") or KINDS.get(kind, first["msg"]))


class Table(BaseModel):
    """A table of the file: its keys and no others."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )

    @model_validator(mode="before")
    @classmethod
    def _only_known_keys(cls, given: Any) -> Any:
        for key in given if isinstance(given, dict) else ():
            if key not in cls.model_fields:
                hint = near(str(key), cls.model_fields) or f": known: {', '.join(cls.model_fields)}"
                text = f"{key} is not a known key{hint}"
                raise PydanticCustomError("unknown", "{text}", {"text": text})
        return given
