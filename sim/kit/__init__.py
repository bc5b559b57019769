"""Refusals of bad input, cards with a text form, and files that appear whole or not at all."""

from relabel_lab.sim.kit.card import Card, families, form_of, number, numbers, parse
from relabel_lab.sim.kit.files import write_whole
from relabel_lab.sim.kit.shapes import DTypeLike, Float, Numbers, PyTree, Scalar
from relabel_lab.sim.kit.validate import Refusal, positive, reject, require, whole

__all__ = [
    "Card",
    "DTypeLike",
    "Float",
    "Numbers",
    "PyTree",
    "Refusal",
    "Scalar",
    "families",
    "form_of",
    "number",
    "numbers",
    "parse",
    "positive",
    "reject",
    "require",
    "whole",
    "write_whole",
]
