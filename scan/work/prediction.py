"""The theory beside the simulation: one compiled prediction for a whole block."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import numpy as np

from relabel_lab.scan.config import Run
from relabel_lab.scan.statistics import MEANS
from relabel_lab.scan.work.groups import Group
from relabel_lab.sim import Problem, dice
from relabel_lab.sim.schemes import Scheme, parse_scheme
from relabel_lab.theory import Prediction, Status, predict

PAD = 256
Found = dict[str, np.ndarray]


def predictions(group: Group, run: Run) -> Found:
    """What the theory says of the wanted quantities.

    Returns:
        ``*_theory`` [C, schemes, rounds + 1], NaN exactly where ``theory_status`` (a `Status`,
        same shape) is not `Status.PREDICTED`.
    """
    names = [name for name in MEANS if name in run.quantities]
    every = [_known(group, parse_scheme(text), run.rounds) for text in run.schemes]
    stacked = {name: np.stack([found[name] for found in every], axis=1) for name in every[0]}
    return {
        "theory_status": stacked["status"],
        **{f"{name}_theory": stacked[name] for name in names},
    }


def _known(group: Group, scheme: Scheme, rounds: int) -> Found:
    """Predictions and statuses [C, rounds + 1]; one round where more are not known."""
    if group.problem.noise.broken_assumption is not None:
        return _nothing((len(group.where), rounds + 1), Status.NOISE)
    found = _by_round(group, scheme, rounds)
    if rounds > 1 and (found["status"] == Status.ROUNDS).any():
        one = _by_round(group, scheme, 1)
        known = (found["status"][:, :2] == Status.ROUNDS) & (one["status"] == Status.PREDICTED)
        for name, values in one.items():
            found[name][:, :2] = np.where(known, values, found[name][:, :2])
    return found


def _nothing(shape: tuple[int, int], status: Status) -> Found:
    none = {name: np.full(shape, np.nan) for name in MEANS}
    return {"status": np.full(shape, int(status), np.int8), **none}


def _by_round(group: Group, scheme: Scheme, rounds: int) -> Found:
    together = dice.one_rule((scheme,))
    found = _together(group, scheme, rounds) if together else _one_by_one(group, scheme, rounds)
    shape = (len(group.where), rounds + 1)
    status = np.broadcast_to(found.pop("status")[:, None], shape).astype(np.int8)
    lost = np.any([np.isnan(values) for values in found.values()], axis=0)
    status = np.where((status == Status.PREDICTED) & lost, np.int8(Status.UNDEFINED), status)
    known = status == Status.PREDICTED
    return {"status": status} | {k: np.where(known, v, np.nan) for k, v in found.items()}


def _together(group: Group, scheme: Scheme, rounds: int) -> Found:
    """All cells, in parts of one shape."""
    cells = len(group.where)
    padded = np.minimum(np.arange(-(-cells // PAD) * PAD), cells - 1)
    parts = [
        _predict(group.take(padded[low : low + PAD]).problem, scheme, rounds)
        for low in range(0, padded.size, PAD)
    ]
    return {
        name: np.concatenate([np.asarray(part[name]) for part in parts])[:cells]
        for name in parts[0]
    }


def _one_by_one(group: Group, scheme: Scheme, rounds: int) -> Found:
    """Schemes whose rule depends on the problem."""
    every = [_fields(predict(problem, scheme, rounds)) for problem in group.scalars()]
    return {name: np.stack([np.asarray(one[name]) for one in every]) for name in every[0]}


def _predict(problem: Problem, scheme: Scheme, rounds: int) -> dict[str, Any]:
    """One round is one program; several compile their own parts (R21)."""
    return (_broadcast if rounds > 1 else _compiled)(problem, scheme, rounds)


def _broadcast(problem: Problem, scheme: Scheme, rounds: int) -> dict[str, Any]:
    found = _fields(predict(problem, scheme, rounds))
    cells = problem.n.shape[0]
    status = jax.numpy.broadcast_to(found.pop("status"), (cells,))
    shape = (cells, rounds + 1)
    return {"status": status} | {k: jax.numpy.broadcast_to(v, shape) for k, v in found.items()}


_compiled = eqx.filter_jit(_broadcast)


def _fields(prediction: Prediction) -> dict[str, Any]:
    return {name: getattr(prediction, name) for name in (*MEANS, "status")}
