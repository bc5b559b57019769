"""Adaptive seeds: look again and again, stop each cell when its share improved is settled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from relabel_lab.scan.config import Adaptive, Run
from relabel_lab.scan.intervals import confidence_sequence
from relabel_lab.scan.statistics import Samples, summarise
from relabel_lab.sim import improved

Draw = Callable[[np.ndarray, int, int], Samples]


def sequential(draw: Draw, cells: int, run: Run, rule: Adaptive) -> Samples:
    """Draw seeds for ``cells`` cells until each is settled, precise enough or at the cap.

    A cell is settled when, for every scheme but ``initial`` at the last round, the confidence
    sequence of the share improved leaves out 1/2.  Each scheme's sequence holds with
    probability 1 - error at all looks together.

    Args:
        draw: ``draw(chosen [K], first, seeds)`` gives `summarise`'s samples of those cells.
        cells: number of cells C.
        run: schemes, quantities, error.
        rule: cap, batch, precision.

    Returns:
        `summarise`'s arrays [C, ...]; ``seeds`` [C] says where each cell stopped.
    """
    active = np.arange(cells)
    history: Samples = {}
    result: Samples = {}
    seen = 0
    for step in look_sizes(rule):
        new = draw(active, seen, step)
        history = {
            k: np.concatenate([history[k], v], axis=1) if history else v for k, v in new.items()
        }
        seen += step
        done = stops(history["kappa"], run, rule) | (seen >= rule.cap)
        if done.any():
            summary = summarise(_rows(history, done), run, confidence_sequence)
            _scatter(result, summary, active[done], cells)
            active, history = active[~done], _rows(history, ~done)
        if not active.size:
            break
    return result


def look_sizes(rule: Adaptive) -> list[int]:
    """Seeds added at each look: the batch, then about an eighth of those seen, up to the cap."""
    sizes, seen = [], 0
    while seen < rule.cap:
        step = rule.batch * max(1, seen // (8 * rule.batch))
        sizes.append(min(step, rule.cap - seen))
        seen += sizes[-1]
    return sizes


def stops(kappa: np.ndarray, run: Run, rule: Adaptive) -> np.ndarray:
    """Which cells [C] need no more seeds, from kappa [C, S, schemes, rounds + 1]."""
    judged = [i for i, name in enumerate(run.schemes) if name != "initial"]
    better = improved(kappa)[:, :, judged, -1].sum(axis=1)
    lower, upper = confidence_sequence(better, np.full(better.shape, kappa.shape[1]), run.error)
    settled = (lower > 0.5) | (upper < 0.5) | (upper - lower <= 2 * rule.precision)
    return settled.all(axis=1)


def _rows(samples: Samples, chosen: np.ndarray) -> Samples:
    return {name: values[chosen] for name, values in samples.items()}


def _scatter(result: Samples, part: Samples, where: np.ndarray, cells: int) -> None:
    for name, values in part.items():
        whole = result.setdefault(name, np.full((cells, *values.shape[1:]), np.nan))
        whole[where] = values
