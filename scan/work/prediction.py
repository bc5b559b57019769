"""The theory beside the simulation: one compiled prediction for a whole block."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import numpy as np

from relabel_lab.scan.config import Run
from relabel_lab.scan.statistics import MEANS
from relabel_lab.scan.work.dice_cells import applies
from relabel_lab.scan.work.groups import Group
from relabel_lab.sim import Problem
from relabel_lab.sim.schemes import Scheme, parse_scheme
from relabel_lab.theory import predict

PAD = 256


def predictions(group: Group, run: Run) -> dict[str, np.ndarray]:
    """``*_theory`` [C, schemes, rounds + 1] of the wanted quantities; NaN where none is known."""
    names = [name for name in MEANS if name in run.quantities]
    shape = (len(group.where), len(run.schemes), run.rounds + 1)
    result = {name: np.full(shape, np.nan) for name in names}
    for number, text in enumerate(run.schemes):
        scheme = parse_scheme(text)
        found = _known(group, scheme, 1 if text != "initial" else run.rounds)
        for name in names:
            result[name][:, number, : found[name].shape[-1]] = found[name]
    return {f"{name}_theory": values for name, values in result.items()}


def _known(group: Group, scheme: Scheme, rounds: int) -> dict[str, np.ndarray]:
    """Predictions [C, rounds + 1]; NaN where `Prediction.status` withholds them."""
    if applies((scheme,)):
        return _together(group, scheme, rounds)
    return _one_by_one(group, scheme, rounds)


def _together(group: Group, scheme: Scheme, rounds: int) -> dict[str, np.ndarray]:
    """All cells, in parts of one shape."""
    cells = len(group.where)
    padded = np.minimum(np.arange(-(-cells // PAD) * PAD), cells - 1)
    parts = [
        _predict(group.take(padded[low : low + PAD]).problem, scheme, rounds)
        for low in range(0, padded.size, PAD)
    ]
    return {
        name: np.concatenate([np.asarray(part[name]) for part in parts])[:cells] for name in MEANS
    }


def _one_by_one(group: Group, scheme: Scheme, rounds: int) -> dict[str, np.ndarray]:
    """Schemes whose rule depends on the problem."""
    outcomes = [predict(problem, scheme, rounds) for problem in group.scalars()]
    return {name: np.stack([getattr(one, name) for one in outcomes]) for name in MEANS}


@eqx.filter_jit
def _predict(problem: Problem, scheme: Scheme, rounds: int) -> dict[str, Any]:
    outcome = predict(problem, scheme, rounds)
    shape = (problem.n.shape[0], rounds + 1)
    values = {name: getattr(outcome, name) for name in MEANS}
    return {name: jax.numpy.broadcast_to(value, shape) for name, value in values.items()}
