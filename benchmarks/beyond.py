"""Predictions against the exact law on problems drawn at random (R9-R11, R20).

``python -m benchmarks beyond`` takes a few small problems.  The full comparison,
``python -m benchmarks.beyond --problems 200 --seeds 100000 --largest 100000 --store FILE``, takes
hours and goes on where it stopped; ``--stored`` compares what FILE holds and draws nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from benchmarks.beyond_drawn import Store, problems
from relabel_lab.sim import Problem, dice, improved
from relabel_lab.sim.schemes import Scheme, parse_scheme
from relabel_lab.theory import predict, scheme_law
from relabel_lab.theory.fluctuations import fluctuations

RANKS = (10.0, 4e5)
LARGE, SEEDS_LARGE = 200_000, 40  # so large that the limit is off by 0.02 standard errors
RANKS_LARGE = (1e4, 8e5)


class Errors(NamedTuple):
    """R20 minus dice, relative for mean and spread, with the standard errors of the dice."""

    probability: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    z: np.ndarray
    noise: tuple[np.ndarray, np.ndarray, np.ndarray]


def errors(problem: Problem, store: Store, seeds: int, number: int) -> Errors:
    """Full and consensus: probabilities [2]; with the initial model: means and spreads [3].

    The mean's error is relative to the mean or, where that is smaller, to the spread.
    """
    drawn, law = store.drawn(problem, seeds, number), fluctuations(problem)
    size = np.maximum(np.abs(drawn.mean), drawn.spread)
    off = np.asarray(law.mean) - drawn.mean
    spread = np.sqrt(np.diag(law.covariance)) / drawn.spread - 1
    return Errors(
        np.asarray(law.improves) - drawn.improves,
        off / size,
        spread,
        off / drawn.mean_error,
        (drawn.improves_error, drawn.mean_error / size, drawn.spread_error),
    )


def finite(
    count: int, seeds: int, largest: float, store: Store, stored: bool = False
) -> list[dict[str, Any]]:
    """R20 on ``count`` problems with n from 500 to ``largest``."""
    chosen = enumerate(problems(count, (500, largest), RANKS, seed=4))
    held = [(i, p) for i, p in chosen if not stored or (i, seeds) in store.known]
    found = [errors(problem, store, seeds, number) for number, problem in held]
    where = f"{len(held)} problems, {seeds} seeds"
    z = np.stack([each.z for each in found])
    rows = [
        _row(f"mean of kappa, worst z, {where}", np.abs(z).max(), "se", None),
        _row(f"mean of kappa, mean z, {where}", z.mean(), "se", None),
    ]
    for index, name in enumerate(("probability", "mean", "spread")):
        error = np.abs(np.stack([getattr(each, name) for each in found]))
        noise = np.stack([each.noise[index] for each in found])
        unit = "1" if name == "probability" else "relative"
        wrong = ((error > 0.01).any(1).sum(), (error - 3 * noise > 0.01).any(1).sum())
        rows += [
            _row(f"{name}, worst error, {where}", error.max(), unit, "<= 0.01"),
            _row(f"{name}, largest error of the dice, {where}", noise.max(), unit, None),
            _row(f"{name}, problems off by > 0.01, {where}", int(wrong[0]), "problems", "0"),
            _row(f"{name}, the same beyond 3 se, {where}", int(wrong[1]), "problems", "0"),
        ]
    return rows


def random_schemes(rng: np.random.Generator) -> list[Scheme]:
    """One of each family with a random parameter."""
    names = [
        f"crossfit:{rng.integers(2, 12)}",
        f"interpolate:{rng.uniform(-0.8, 2):.3f}",
        f"confident:{rng.uniform(0.1, 0.9):.3f}",
        f"soft:{np.exp(rng.uniform(-2, 1)):.3f}",
        "leave-one-out",
        "optimal",
        "optimal-uncorrected",
    ]
    return [parse_scheme(name) for name in names]


def families(count: int, seeds: int, largest: float) -> list[dict[str, Any]]:
    """R20 of the schemes beyond full and consensus, one family after another over the problems."""
    rng = np.random.default_rng(5)
    found: dict[str, list[tuple[float, float, float]]] = {}
    for number, problem in enumerate(problems(count, (500, largest), RANKS, seed=6)):
        schemes = [*random_schemes(rng), parse_scheme("fresh")]
        scheme = schemes[number % len(schemes)]
        family = scheme.name.partition(":")[0]
        found.setdefault(family, []).append(scheme_errors(problem, scheme, seeds, number))
    rows = []
    for family, errors_of in found.items():
        table = np.array(errors_of)
        where = f"{family}, {len(table)} problems, {seeds} seeds"
        for column, name in zip(table.T, ("probability", "mean", "spread"), strict=True):
            target = "<= 0.01 beyond 3 se"
            rows.append(_row(f"{name}, worst error, {where}", column.max(), "1", target))
    return rows


def scheme_errors(
    problem: Problem, scheme: Scheme, seeds: int, number: int
) -> tuple[float, float, float]:
    """Errors of P(improves), mean and spread of kappa after one round, less 3 se of the dice."""
    key = jax.random.fold_in(jax.random.key(6), number)
    kappa = np.asarray(dice.run(problem, scheme, key=key, seeds=seeds).kappa)
    law, (mean, spread) = scheme_law(problem, scheme), (kappa[:, 1].mean(), kappa[:, 1].std())
    share = float(improved(kappa)[:, 1].mean())
    fourth = ((kappa[:, 1] - mean) ** 4).mean() / spread**4
    size = max(abs(mean), spread)
    off = np.abs([law.improves - share, law.mean[1] / size - mean / size,
                  law.covariance[1, 1] ** 0.5 / spread - 1])  # fmt: skip
    noise = np.array([share * (1 - share), (spread / size) ** 2, (fourth - 1) / 4]) / seeds
    return tuple(np.maximum(off - 3 * np.sqrt(noise), 0.0))


def deviations(problem: Problem, schemes: Sequence[Scheme], number: int) -> list[float]:
    """(dice - prediction) in standard errors, for each scheme's kappa after one round."""
    key = jax.random.fold_in(jax.random.key(1), number)
    results = dice.run_many(problem, schemes, key=key, seeds=SEEDS_LARGE)
    z = []
    for scheme in schemes:
        kappa = np.asarray(results[scheme.name].kappa[:, 1])
        expected = float(predict(problem, scheme).kappa[1])
        z.append(float((kappa.mean() - expected) / (kappa.std(ddof=1) / SEEDS_LARGE**0.5)))
    return z


def limits(count: int) -> list[dict[str, Any]]:
    """R9-R11 on ``count`` large problems: worst and mean deviation of each family."""
    rng, table = np.random.default_rng(3), []
    for number, problem in enumerate(problems(count, (LARGE, LARGE), RANKS_LARGE, seed=0)):
        schemes = random_schemes(rng)
        table.append(deviations(problem, schemes, number))
    rows = []
    for scheme, column in zip(schemes, np.array(table).T, strict=True):
        name = f"{scheme.name.partition(':')[0]}, {count} problems"
        rows.append(_row(f"{name}, worst z", np.abs(column).max(), "se", "<= 4"))
        rows.append(_row(f"{name}, mean z", column.mean(), "se", f"|z| <= {3 / count**0.5:.2g}"))
    return rows


def _row(name: str, value: Any, unit: str, target: str | None) -> dict[str, Any]:
    value = value if isinstance(value, int) else float(value)
    return {"name": name, "value": value, "unit": unit, "target": target}


def run() -> list[dict[str, Any]]:
    """Rows of a small comparison."""
    return finite(16, 10_000, 3000, Store(None)) + families(8, 10_000, 3000) + limits(4)


def main() -> None:
    """Print the rows of the comparison that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=16)
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--largest", type=float, default=3000.0, help="largest n")
    parser.add_argument("--store", type=Path, help="where the dice's results are kept")
    parser.add_argument("--stored", action="store_true", help="only what the store holds")
    parser.add_argument("--only", choices=("kappa", "fluctuations", "schemes"))
    args = parser.parse_args()
    rows = []
    if args.only in (None, "fluctuations"):
        store = Store(args.store)
        rows += finite(args.problems, args.seeds, args.largest, store, args.stored)
    if args.only in (None, "schemes"):
        rows += families(args.problems, args.seeds, args.largest)
    if args.only in (None, "kappa"):
        rows += limits(args.problems)
    for row in rows:
        print(f"{row['name']}: {row['value']:.4g} {row['unit']} ({row['target'] or 'no target'})")


if __name__ == "__main__":
    main()
