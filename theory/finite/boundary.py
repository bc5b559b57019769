r"""Width of the phase boundary at finite n and d (R25, R20): where P(improves) goes from 0.05 to 0.95.

In the proportional limit retraining helps or does not (R7); at finite n the boundary has a width.
P(improves) is followed along the separation or the flip probability, all else kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import reject, require
from relabel_lab.sim.noise import UniformFlips
from relabel_lab.sim.schemes import Full, Scheme
from relabel_lab.theory.finite.door import p_improves

LEVELS = (0.05, 0.5, 0.95)
RANGE = {"rho": (0.02, 50.0), "p": (1e-3, 0.5 - 1e-3)}
POINTS = 24


class Boundary(NamedTuple):
    """Values of the axis at which P(improves) crosses ``levels``; None where it does not."""

    axis: str
    levels: tuple[float, ...]
    values: tuple[float | None, ...]


def boundary(
    problem: Problem,
    axis: Literal["rho", "p"] = "rho",
    *,
    scheme: Scheme | None = None,
    levels: tuple[float, ...] = LEVELS,
) -> Boundary:
    """Where P(one round improves) first crosses each level.

    Args:
        problem: its value on the axis is not used; flips are uniform.
        axis: the separation rho (through gamma) or the flip probability p.
        scheme: any scheme that retrains (default full retraining).
        levels: probabilities, in (0, 1).

    Raises:
        ValueError: for another axis, levels outside (0, 1), other flips, or a problem
            or scheme that `p_improves` refuses.
    """
    if axis not in RANGE:
        raise reject("axis", axis, f"one of {', '.join(RANGE)}")
    require("levels", list(levels), lambda x: (x > 0) & (x < 1), "in (0, 1)")
    if not isinstance(problem.noise, UniformFlips):
        raise reject("noise", type(problem.noise).__name__, "uniform flips for a boundary")

    def chance(value: float, rough: bool = False) -> float:
        moved = _moved(problem, axis, value)
        return p_improves(moved, Full() if scheme is None else scheme, rough=rough).value

    points = _grid(axis)
    seen = np.array([chance(float(point), rough=True) for point in points])
    found: list[float | None] = []
    for level in levels:
        above = np.flatnonzero(np.diff(seen >= level))
        if not above.size:
            found.append(None)
            continue
        ends = points[above[0]], points[above[0] + 1]
        found.append(_crossing(chance, float(ends[0]), float(ends[1]), level))
    return Boundary(axis, tuple(levels), tuple(found))


def _crossing(chance: Callable[[float], float], low: float, high: float, level: float) -> float:
    """Where the chance crosses the level, or the end that the rough grid took for the other side."""
    at_low, at_high = chance(low) - level, chance(high) - level
    if (at_low >= 0) == (at_high >= 0):
        return low if abs(at_low) < abs(at_high) else high
    from scipy.optimize import brentq  # slow to import

    return float(brentq(lambda x: chance(x) - level, low, high, rtol=1e-4, xtol=1e-6))


def _grid(axis: str) -> np.ndarray:
    low, high = RANGE[axis]
    return np.geomspace(low, high, POINTS) if axis == "rho" else np.linspace(low, high, POINTS)


def _moved(problem: Problem, axis: str, value: float) -> Problem:
    number = jnp.asarray(value)
    if axis == "rho":
        return eqx.tree_at(lambda p: p.gamma, problem, problem.sigma * jnp.sqrt(number))
    return eqx.tree_at(lambda p: p.noise, problem, UniformFlips(number))
