"""Schemes on the same draws: which passes serve them, in which tiles."""

from __future__ import annotations

from relabel_lab.sim.dice.stream import counts, large, tiles
from relabel_lab.sim.dice.stream.elementwise import ELEMENTWISE
from relabel_lab.sim.dice.stream.once import StreamPass
from relabel_lab.sim.outcome import RoundSummary
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import Scheme
from relabel_lab.sim.seeds import SeedBatch


def passes_for(problem: Problem, schemes: tuple[Scheme, ...]) -> StreamPass:
    """Counting where labels depend on signs alone, else evaluating the rules at every sample."""
    return counts.COUNTS if counts.applies(problem, schemes) else ELEMENTWISE


def outcomes(
    batch: SeedBatch,
    problem: Problem,
    schemes: tuple[Scheme, ...],
    rounds: int,
    dtype: str,
    progress: large.Progress | None,
) -> RoundSummary:
    """Arrays [seeds, schemes, rounds + 1] for ``rounds`` of 0 or 1."""
    passes = passes_for(problem, schemes)
    n = int(problem.n)
    if n >= large.FROM:
        return large.outcomes(batch, problem, schemes, rounds, dtype, passes, progress)
    tile = tiles.tile_for(n)
    kernel = tiles.kernel(tile.lanes, rounds, dtype, passes)
    return batch.over(kernel, (problem, schemes), tile=tile.seeds, ahead=2)
