"""Margin laws as nodes and weights, in plain NumPy, written independently of the package `sim`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.polynomial.legendre import leggauss

Array = Any  # a number or an array of numbers


def normal_density(x: Array | float) -> Array:
    r"""\(\varphi(x)\)."""
    return np.exp(-np.square(x) / 2) / np.sqrt(2 * np.pi)


@dataclass(frozen=True)
class Law:
    """A margin law as nodes m and weights w, so that E f(m) = sum w f(m)."""

    name: str
    m: Array
    w: Array

    def expect(self, f: Callable[[Array], Array]) -> Array:
        """E f(m); ``f`` gets the nodes along the last axis."""
        return np.sum(self.w * f(self.m), axis=-1)


def _composite(low: float, high: float, panels: int = 60, order: int = 20) -> tuple[Array, Array]:
    nodes, weights = leggauss(order)
    edges = np.linspace(low, high, panels + 1)
    half = np.diff(edges)[:, None] / 2
    return ((edges[:-1, None] + half) + half * nodes).ravel(), (half * weights).ravel()


def law(name: str) -> Law:
    """The law called ``name`` (constant, half-normal:S, uniform:W, normal:S)."""
    kind, _, value = name.partition(":")
    if kind == "constant":
        return Law(name, np.ones(1), np.ones(1))
    if kind == "uniform":
        u, w = _composite(0.0, 1.0)
        return Law(name, 1 + float(value) * u, w)
    z, w = _composite(0.0 if kind == "half-normal" else -12.0, 12.0)
    density = normal_density(z) * (2 if kind == "half-normal" else 1)
    return Law(name, 1 + float(value) * z, w * density)


CONSTANT = law("constant")
