"""The theory beside the simulation: one compiled prediction for a whole block."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import numpy as np

from scan.groups import Group
from scan.options import Run
from scan.statistics import MEANS
from sim.problem import Problem
from sim.schemes import Scheme, parse_scheme
from theory import predict

DOMINATED = 0.1
PAD = 256


def predictions(group: Group, run: Run) -> dict[str, np.ndarray]:
    """``*_theory`` [C, schemes, rounds + 1] of the wanted quantities; NaN where none is known."""
    names = [name for name in MEANS if name in run.quantities]
    shape = (len(group.where), len(run.schemes), run.rounds + 1)
    result = {name: np.full(shape, np.nan) for name in names}
    for number, text in enumerate(run.schemes):
        scheme = parse_scheme(text)
        found = _known(group, scheme, 1 if text != "initial" else run.rounds)
        for name in names if found else ():
            result[name][:, number, : found[name].shape[-1]] = found[name]
    for name in names:
        result[name][_dominated(group.problem)] = np.nan
    return {f"{name}_theory": values for name, values in result.items()}


def _known(group: Group, scheme: Scheme, rounds: int) -> dict[str, np.ndarray]:
    """Predictions [C, rounds + 1] in parts of one shape; none for schemes without any."""
    cells = len(group.where)
    padded = np.minimum(np.arange(-(-cells // PAD) * PAD), cells - 1)
    parts = []
    for start in range(0, padded.size, PAD):
        part = group.take(padded[start : start + PAD])
        try:
            parts.append(_predict(part.problem, scheme, rounds))
        except ValueError:  # what `theory.predict` raises for schemes it does not know
            return {}
    return {
        name: np.concatenate([np.asarray(part[name]) for part in parts])[:cells] for name in MEANS
    }


@eqx.filter_jit
def _predict(problem: Problem, scheme: Scheme, rounds: int) -> dict[str, Any]:
    outcome = predict(problem, scheme, rounds)
    shape = (problem.n.shape[0], rounds + 1)
    values = {name: getattr(outcome, name) for name in MEANS}
    return {name: jax.numpy.broadcast_to(value, shape) for name, value in values.items()}


def _dominated(problem: Problem) -> np.ndarray:
    """Cells [C] where few eigenvalues carry tr Sigma^4, so that R5s does not apply."""
    if problem.spectrum is None:
        return np.zeros(len(problem.n), bool)
    fourth = np.asarray(problem.spectrum) ** 4
    return fourth.max(axis=-1) > DOMINATED * fourth.sum(axis=-1)
