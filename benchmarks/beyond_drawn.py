"""Random problems and what the dice say of them: moments of kappa and shares that improve.

The summaries do not depend on any prediction, so a long run is stored problem by problem and
taken up where it stopped.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from relabel_lab.sim import Problem, dice, improved
from relabel_lab.sim.schemes import Consensus, Full

LAWS = ("constant", "half-normal", "uniform", "gaussian")
SCHEMES = (Full(), Consensus())


def problems(
    count: int, n: tuple[float, float], r: tuple[float, float], seed: int
) -> Iterator[Problem]:
    """Random n, r, p, rho and margin law, all broad."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        samples, rank = (round(np.exp(rng.uniform(*np.log(ends)))) for ends in (n, r))
        p, rho = float(rng.uniform(0.005, 0.49)), float(np.exp(rng.uniform(*np.log((0.3, 6.0)))))
        law = LAWS[rng.integers(4)]
        if law in ("half-normal", "uniform"):
            law += f":{rng.uniform(0.2, 1.5):.3f}"
        yield Problem(samples, rank + 1, p, rho**0.5, margin=law)


class Drawn(NamedTuple):
    """Dice results for (initial, full, consensus): [3] each, and the shares [2] that improve."""

    seeds: int
    mean: np.ndarray
    spread: np.ndarray
    kurtosis: np.ndarray
    improves: np.ndarray

    @property
    def mean_error(self) -> np.ndarray:
        """Standard errors of the means."""
        return self.spread / self.seeds**0.5

    @property
    def spread_error(self) -> np.ndarray:
        """Standard errors of the spreads over the spreads: 0.22 % at 1e5 seeds of a normal."""
        return np.sqrt((self.kurtosis - 1) / (4 * self.seeds))

    @property
    def improves_error(self) -> np.ndarray:
        """Standard errors of the shares."""
        return np.sqrt(self.improves * (1 - self.improves) / self.seeds)


def draw(problem: Problem, seeds: int, number: int) -> Drawn:
    """Full and consensus retraining of one problem."""
    key = jax.random.fold_in(jax.random.key(2), number)
    results = dice.run_many(problem, SCHEMES, key=key, seeds=seeds)
    full, consensus = (np.asarray(results[scheme.name].kappa) for scheme in SCHEMES)
    kappa = np.stack([full[:, 0], full[:, 1], consensus[:, 1]], 1)
    apart = kappa - kappa.mean(0)
    spread = kappa.std(0, ddof=1)
    shares = np.array([improved(each)[:, 1].mean() for each in (full, consensus)])
    return Drawn(seeds, kappa.mean(0), spread, (apart**4).mean(0) / spread**4, shares)


class Store:
    """Summaries in a file of one JSON line a problem; without a path nothing is kept."""

    def __init__(self, path: Path | None):
        self.path = path
        lines = path.read_text().splitlines() if path and path.exists() else []
        self.known = {(row["number"], row["seeds"]): row for row in map(json.loads, lines)}

    def drawn(self, problem: Problem, seeds: int, number: int) -> Drawn:
        """The stored summary, or a new one."""
        row = self.known.get((number, seeds))
        if row is None:
            row = {"number": number, **_plain(draw(problem, seeds, number))}
            if self.path is not None:
                with self.path.open("a") as file:
                    file.write(json.dumps(row) + "\n")
        return Drawn(seeds, *(np.array(row[name]) for name in Drawn._fields[1:]))


def _plain(drawn: Drawn) -> dict[str, Any]:
    return {name: getattr(value, "tolist", lambda value=value: value)()
            for name, value in drawn._asdict().items()}  # fmt: skip
