"""Predictions against the exact law on problems drawn at random: kappa of each scheme, P(improves).

``python -m benchmarks.beyond --problems 100`` prints one line a problem and the worst cases.
"""

import argparse
from collections.abc import Iterator

import jax
import numpy as np

from sim import dice
from sim.problem import Problem
from sim.schemes import Consensus, Full, Scheme, parse_scheme
from theory import predict
from theory.fluctuations import fluctuations

LAWS = ("constant", "half-normal", "uniform", "gaussian")


def problems(count: int, n: tuple[float, float], seed: int = 0) -> Iterator[Problem]:
    """Random n, r, p, rho and margin law, all broad."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        samples, r = (round(np.exp(rng.uniform(*np.log(ends)))) for ends in (n, (10, 4 * n[1])))
        p, rho = float(rng.uniform(0.005, 0.49)), float(np.exp(rng.uniform(*np.log((0.3, 6.0)))))
        law = LAWS[rng.integers(4)]
        if law in ("half-normal", "uniform"):
            law += f":{rng.uniform(0.2, 1.5):.3f}"
        yield Problem(samples, r + 1, p, rho**0.5, margin=law)


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


def deviations(problem: Problem, schemes: list[Scheme], seeds: int, cell: int) -> list[float]:
    """(dice - prediction) in standard errors, for each scheme's kappa after one round."""
    key = jax.random.fold_in(jax.random.key(1), cell)
    results = dice.run_many(problem, schemes, key=key, seeds=seeds)
    z = []
    for scheme in schemes:
        kappa = np.asarray(results[scheme.name].kappa[:, 1])
        expected = float(predict(problem, scheme).kappa[1])
        z.append(float((kappa.mean() - expected) / (kappa.std(ddof=1) / seeds**0.5)))
    return z


def probability_error(problem: Problem, seeds: int, cell: int) -> tuple[np.ndarray, np.ndarray]:
    """(R20 - dice) of P(improves) for full and consensus, and the error of the dice."""
    key = jax.random.fold_in(jax.random.key(2), cell)
    results = dice.run_many(problem, (Full(), Consensus()), key=key, seeds=seeds)
    kappa = [np.asarray(results[name].kappa) for name in ("full", "consensus")]
    # A run in which no label changes returns the initial model up to rounding.
    share = np.array([(k[:, 1] > k[:, 0] * (1 + 1e-7)).mean() for k in kappa])
    error = np.sqrt(share * (1 - share) / seeds)
    return np.asarray(fluctuations(problem).improves) - share, error


def main() -> None:
    """Run both comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=100)
    parser.add_argument("--normals", type=float, default=2e8, help="normals drawn a problem")
    parser.add_argument("--only", choices=("kappa", "probability"))
    args = parser.parse_args()
    if args.only != "probability":
        rng, rows = np.random.default_rng(3), []
        for cell, problem in enumerate(problems(args.problems, (5e5, 5e5))):
            seeds = max(16, int(args.normals / problem.n / 10))
            schemes = random_schemes(rng)
            rows.append(deviations(problem, schemes, seeds, cell))
            print(cell, problem.d, problem.margin, np.round(rows[-1], 1), flush=True)
        table = np.array(rows)
        for column, scheme in zip(table.T, schemes, strict=True):
            name = scheme.name.partition(":")[0]
            print(f"{name}: worst {np.abs(column).max():.1f}, mean {column.mean():+.2f} se")
    if args.only != "kappa":
        errors = []
        for cell, problem in enumerate(problems(args.problems, (500, 1e5), seed=4)):
            seeds = int(np.clip(args.normals / problem.n, 2000, 100_000))
            error, noise = probability_error(problem, seeds, cell)
            errors.append(np.maximum(np.abs(error) - 3 * noise, 0))
            print(cell, problem.n, problem.d, np.round(error, 4), np.round(noise, 4), flush=True)
        print(f"P(improves): worst error beyond 3 standard errors {np.max(errors):.4f}")


if __name__ == "__main__":
    main()
