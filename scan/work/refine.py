"""Bisection of the boundary: where, along one axis, more than half of the seeds begin to improve.

The boundary between two neighbours of the finished grid is bisected until its interval is as
narrow as wanted.  The results, one row a line of the grid, are a store of their own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from relabel_lab.scan.config import Config, complete
from relabel_lab.scan.store import Block, Blocks, Frame, Variable, coordinates_of, open_finished
from relabel_lab.scan.work.block import BlockWork, root_key

BOUNDARY = "boundary"
"""Folder of the boundary's store, inside that of the grid."""
TAIL = ("scheme", "crossing")


def boundary_frame(config: Config) -> Frame:
    """Lines of the grid: all its axes but the refined one."""
    rule, grid = _rule(config), config.grid
    names = tuple(name for name in grid.names if name != rule.axis)
    shape = tuple(
        size for name, size in zip(grid.names, grid.shape, strict=True) if name != rule.axis
    )
    of = f"of the interval of {rule.axis} in which the share improved crosses 1/2"
    variables = (
        Variable("seeds", (), "seeds used for the line"),
        Variable("boundary_lower", TAIL, f"lower end {of}"),
        Variable("boundary_upper", TAIL, f"upper end {of}"),
        Variable("boundary_rises", TAIL, "1 where more seeds improve above the boundary, else 0"),
        Variable("boundary_count", ("scheme",), "boundaries on the line, also those left out"),
    )
    sizes = {"scheme": len(config.run.schemes), "crossing": rule.crossings}
    crossing = ("crossing", ("crossing",), np.arange(rule.crossings))
    coordinates = (*coordinates_of(config, names), crossing)
    per_line = max(1, config.store.block // (len(config.run.schemes) * rule.crossings))
    return Frame(names, Blocks(shape, per_line), variables, sizes, coordinates)


def boundary_parts(config: Config, store: str | Path) -> Callable[[int], Part]:
    """What `bisect` needs for each block of lines, from the finished grid in ``store``."""
    rule, grid, layout = _rule(config), config.grid, boundary_frame(config).layout
    axis = grid.names.index(rule.axis)
    with open_finished(store, config) as finished:
        share = finished.read("improved", (slice(None),) * len(grid.shape))[..., -1]
    numbers = np.moveaxis(np.arange(grid.cells).reshape(grid.shape), axis, -1)
    lines = numbers.reshape(-1, grid.shape[axis])  # [lines, points]
    shares = np.moveaxis(share, axis, -2).reshape(*lines.shape, -1)

    def part(block: int) -> Part:
        chosen = layout.cells(block)
        return Part(lines[chosen, 0], shares[chosen], chosen)

    return part


class Part(NamedTuple):
    """Lines of the grid on whose boundaries one block works.

    Attributes:
        first: a cell of each line [L], for the parameters that do not vary along it.
        shares: share improved [L, points, schemes].
        lines: the lines' numbers [L], which fix the random keys.
    """

    first: np.ndarray
    shares: np.ndarray
    lines: np.ndarray


@dataclass
class _Search:
    """Boundaries under bisection, arrays [B]."""

    line: np.ndarray
    scheme: np.ndarray
    crossing: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    rises: np.ndarray


def bisect(work: BlockWork, part: Part) -> Block:
    """Boundary arrays [L, ...] of the lines of ``part``, whose cells ``work`` simulates."""
    first, shares, lines = part
    config, rule = work.config, _rule(work.config)
    search, count = _brackets(config, shares)
    seeds = np.zeros(len(lines))
    for step in itertools.count():
        wide = _wide(config, search)
        if not wide.size:
            break
        middle = _middle(config, search.lower[wide], search.upper[wide])
        given = work.grid.given(first[search.line[wide]])
        place = [lines[search.line[wide]], search.scheme[wide], search.crossing[wide]]
        keys = _keys(config, work.grid.cells, np.stack([*place, np.full(wide.size, step)]))
        found = work.cells(complete({**given, rule.axis: middle}), keys)
        np.add.at(seeds, search.line[wide], found["seeds"])
        above = found["improved"][np.arange(wide.size), search.scheme[wide], -1] > 0.5
        same_as_lower = above != search.rises[wide]
        search.lower[wide] = np.where(same_as_lower, middle, search.lower[wide])
        search.upper[wide] = np.where(same_as_lower, search.upper[wide], middle)
    return {"seeds": seeds, "boundary_count": count, **_table(search, count.shape, rule.crossings)}


def _brackets(config: Config, shares: np.ndarray) -> tuple[_Search, np.ndarray]:
    """Neighbours on either side of 1/2, and how many there are [L, schemes]."""
    rule = _rule(config)
    axis = config.axis(rule.axis)
    assert axis is not None
    values = np.asarray(axis.values)
    above = shares > 0.5
    changes = np.moveaxis(above[:, 1:] != above[:, :-1], 1, -1)  # [L, schemes, points - 1]
    order = np.cumsum(changes, axis=-1) - 1
    line, scheme, place = np.nonzero(changes & (order < rule.crossings))
    search = _Search(
        line,
        scheme,
        order[line, scheme, place],
        values[place].astype(float),
        values[place + 1].astype(float),
        above[line, place + 1, scheme],
    )
    return search, changes.sum(axis=-1).astype(float)


def _wide(config: Config, search: _Search) -> np.ndarray:
    """Boundaries whose interval is too wide and can still be divided in floating point."""
    middle = _middle(config, search.lower, search.upper)
    divisible = (search.lower < middle) & (middle < search.upper)
    return np.flatnonzero(divisible & (search.upper - search.lower > _rule(config).resolution))


def _middle(config: Config, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    axis = config.axis(_rule(config).axis)
    assert axis is not None
    return np.sqrt(lower * upper) if axis.spacing == "geometric" else (lower + upper) / 2


def _keys(config: Config, cells: int, path: np.ndarray) -> jax.Array:
    """Keys [B] that no cell of the grid uses, one for each column (line, scheme, ...) of path."""
    root = jax.random.fold_in(root_key(config), cells)

    def fold(numbers: jax.Array) -> jax.Array:
        return jax.lax.fori_loop(
            0, len(path), lambda i, key: jax.random.fold_in(key, numbers[i]), root
        )

    return jax.vmap(fold, in_axes=1)(jax.numpy.asarray(path))


def _table(search: _Search, shape: tuple[int, int], crossings: int) -> Block:
    """Arrays [L, schemes, crossings], NaN where there is no boundary."""
    result = {}
    for name in ("lower", "upper", "rises"):
        values = np.full((*shape, crossings), np.nan)
        values[search.line, search.scheme, search.crossing] = getattr(search, name)
        result[f"boundary_{name}"] = values
    return result


def _rule(config: Config) -> Any:
    assert config.refine is not None
    return config.refine
