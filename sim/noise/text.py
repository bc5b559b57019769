"""Noise kinds by their names on the command line."""

from __future__ import annotations

from collections.abc import Callable

from relabel_lab.sim.kit import reject
from relabel_lab.sim.noise.base import LabelNoise
from relabel_lab.sim.noise.exact import Annotators, ClassFlips, MarginFlips
from relabel_lab.sim.noise.features import DirectionFlips, RegionalAnnotators, SubgroupFlips


def parse_noise(text: str) -> LabelNoise:
    """The noise named by ``text``, e.g. ``margin:0.4,0.8``.

    Raises:
        ValueError: for an unknown kind, numbers that are missing or too many, or values that the
            kind does not allow.
    """
    family, _, rest = text.partition(":")
    if family not in KINDS:
        raise reject("noise", text, f"one of {', '.join(form for form, _ in KINDS.values())}")
    form, build = KINDS[family]
    try:
        return build(rest)
    except TypeError:  # a number too few or too many
        raise reject("noise", text, form) from None
    except ValueError as error:
        _, refused, rule = str(error).partition(" is not allowed: ")
        raise reject("noise", text, f"{form} where {rule}" if refused else form) from None


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def _direction(p: float, strength: float, axis: float = 0) -> LabelNoise:
    return DirectionFlips(p, strength, axis=axis)


def _subgroup(p: float, p_subgroup: float, share: float, axis: float = 0) -> LabelNoise:
    return SubgroupFlips(p, p_subgroup, share, axis=axis)


def _annotators(text: str) -> LabelNoise:
    """Chosen whatever the sample is, or (with @) by their regions."""
    rates, at, where = text.partition("@")
    return (
        RegionalAnnotators(_numbers(rates), None, *_numbers(where))
        if at
        else Annotators(_numbers(rates))
    )


def _from_numbers(build: Callable[..., LabelNoise]) -> Callable[[str], LabelNoise]:
    return lambda text: build(*_numbers(text))


KINDS: dict[str, tuple[str, Callable[[str], LabelNoise]]] = {
    "classes": ("classes:P_PLUS,P_MINUS[,SHARE]", _from_numbers(ClassFlips)),
    "margin": ("margin:P,DECAY", _from_numbers(MarginFlips)),
    "direction": ("direction:P,STRENGTH[,AXIS]", _from_numbers(_direction)),
    "subgroup": ("subgroup:P,P_SUBGROUP,SHARE[,AXIS]", _from_numbers(_subgroup)),
    "annotators": ("annotators:RATE,RATE,...[@CORRELATION[,AXIS]]", _annotators),
}
"""The form of each kind and what reads it; `direction`, `subgroup` and `@` need drawn data."""
