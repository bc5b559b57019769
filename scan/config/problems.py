"""Problems from the parameters of cells, and whether a config's schemes can run on them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import equinox as eqx
import jax
import numpy as np

from relabel_lab.scan.config.entries import spectrum_exponent
from relabel_lab.scan.config.grid import Grid
from relabel_lab.scan.config.options import Run
from relabel_lab.scan.config.parameters import TEXTS
from relabel_lab.sim import Problem, power_spectrum
from relabel_lab.sim.kit import Refusal, reject
from relabel_lab.sim.noise import parse_noise
from relabel_lab.sim.schemes import parse_scheme


def stacked(parameters: Mapping[str, np.ndarray]) -> Problem:
    """Cells of one margin law, spectrum and kind of noise, parameters [C], as fields [C].

    The numbers of a kind of noise are the same in all cells and stay scalars.
    """
    margin, spectrum, noise = (str(parameters[name][0]) for name in TEXTS)
    field: dict[str, Any] = {name: parameters[name] for name in ("n", "d", "gamma", "sigma")}
    flips: dict[str, Any] = {"noise": parse_noise(noise)} if noise else {"p": parameters["p"]}
    problem = Problem(**field, **flips, margin=margin, spectrum=_spectrum(spectrum, field))
    whole = jax.tree.map(lambda leaf: _along_cells(leaf, len(field["n"])), problem)
    if not noise:
        return whole
    return eqx.tree_at(lambda stack: stack.noise, whole, jax.tree.map(np.asarray, problem.noise))


def _spectrum(name: str, field: Mapping[str, np.ndarray]) -> np.ndarray | None:
    exponent = spectrum_exponent(name)
    if exponent is None:
        return None
    shape = np.asarray(power_spectrum(int(field["d"][0]), exponent))
    return shape * field["sigma"][:, None] ** 2


def _along_cells(leaf: Any, cells: int) -> np.ndarray:
    array = np.asarray(leaf)
    return array if array.ndim else np.broadcast_to(array, (cells,)).copy()


def chosen_cells(problem: Problem, chosen: Any) -> Problem:
    """The cells of a stack at positions ``chosen``."""
    return jax.tree.map(lambda leaf: leaf[chosen] if leaf.ndim else leaf, problem)


def scalar(problem: Problem, cell: int) -> Problem:
    """The problem of one cell of a stack."""
    return jax.tree.map(_plain, chosen_cells(problem, cell))


def _plain(leaf: np.ndarray) -> Any:
    return leaf if leaf.ndim else leaf.item()


def check_problems(grid: Grid, run: Run) -> None:
    """Refuse what no engine could run: tried on a cell of every law, at the fewest samples.

    Raises:
        ValueError: naming the key, its value and what is allowed.
    """
    for place in _corners(grid):
        cell = np.ravel_multi_index(place, grid.shape) if place else np.int64(0)
        given = grid.parameters(np.array([cell]))
        problem = scalar(stacked(given), 0)
        broken = problem.noise.broken_assumption
        if broken is not None and run.engine != "direct":
            words = f"direct with the noise {given['noise'][0]}: {broken}"
            raise reject("run.engine", run.engine, words)
        for name in run.schemes:
            _can_run(name, problem, run.rounds)


def _corners(grid: Grid) -> list[tuple[int, ...]]:
    """Places of the texts' combinations, at the least n and else at the first value."""
    values = {axis.name: axis.values for axis in grid.axes}
    choices = []
    for name in grid.names:
        if name in TEXTS:
            choices.append(range(len(values[name])))
        elif name in ("n", "d", "alpha"):
            choices.append(range(int(np.argmin(values[name])), int(np.argmin(values[name])) + 1))
        else:
            choices.append(range(1))
    return list(itertools.product(*choices))


def _can_run(name: str, problem: Problem, rounds: int) -> None:
    try:
        parse_scheme(name).bind(problem, rounds)
    except Refusal as error:
        raise reject("run.schemes", name, f"one where {error.rule}") from None
