"""How often the fit test refuses data that follow the model, and finds those that do not.

    python -m relabel_lab.pilot.study.fit_test --samples 20 --out results/fit_test

goes on where it was stopped, and prints the table of docs/pilot.md.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import beta
from sklearn.datasets import load_breast_cancer, load_digits
from threadpoolctl import threadpool_limits

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.data import dataset
from relabel_lab.pilot.fit import DOES_NOT_FIT, fit_mixture
from relabel_lab.pilot.study.journal import Journal, run_missing

GAP = 1.5
Drawn = tuple[np.ndarray, np.ndarray]
Shape = Callable[[np.random.Generator, int, int], np.ndarray]


def main(argv: list[str] | None = None) -> int:
    """Run what is missing, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--samples", type=int, default=20, help="of each kind of data")
    parser.add_argument("--out", type=Path, default=Path("results/fit_test"))
    parser.add_argument("--report", action="store_true", help="only the table of what is there")
    args = parser.parse_args(argv)
    journal = Journal(args.out / "cells.jsonl")
    if not args.report:
        names = [f"{case}/{seed}" for seed in range(args.samples) for case in CASES]
        with threadpool_limits(1):
            run_missing(
                journal, names, _cell, lambda k, total: print(f"{k}/{total}", file=sys.stderr)
            )
    print(report(list(journal.cells().values())))
    return 0


def _cell(name: str) -> dict[str, Any]:
    case, _, seed = name.rpartition("/")
    draw, rate = CASES[case]
    rng = np.random.default_rng([16, int(seed)])
    X, y = draw(rng)
    flipped = np.where(rng.random(len(y)) < rate, 1 - y, y)
    found = fit_mixture(dataset(X, flipped), Channel.from_flip_rate(rate, 2), int(seed))
    return {"case": case, "rejected": found.verdict == DOES_NOT_FIT, "p": found.p}


def report(cells: list[dict[str, Any]]) -> str:
    """Rejections by kind of data, with exact 95 % limits of their share."""
    lines = ["| data | rejected | share | 95 % limits |", "|---|---|---|---|"]
    for case in CASES:
        part = [cell["rejected"] for cell in cells if cell["case"] == case]
        if part:
            k, n = sum(part), len(part)
            low = beta.ppf(0.025, k, n - k + 1) if k else 0.0
            high = beta.ppf(0.975, k + 1, n - k) if k < n else 1.0
            limits = f"{100 * low:.0f} to {100 * high:.0f} %"
            lines.append(f"| {case} | {k} of {n} | {100 * k / n:.0f} % | {limits} |")
    return "\n".join(lines)


def mixture(n: int, d: int, shape: Shape) -> Callable[[np.random.Generator], Drawn]:
    """Two classes at ±`GAP` along the first axis of ``shape``'s noise, turned by a rotation."""
    turn = np.linalg.qr(np.random.default_rng(d).standard_normal((d, d)))[0]

    def draw(rng: np.random.Generator) -> Drawn:
        y = rng.integers(2, size=n)
        z = shape(rng, n, d)
        z[:, 0] += GAP * (2 * y - 1)
        return z @ turn, y

    return draw


def _constant(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    z = rng.standard_normal((n, d))
    z[:, 0] = 0.0
    return z


def _gaussian(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return rng.standard_normal((n, d))


def _falling(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return rng.standard_normal((n, d)) * np.arange(1, d + 1) ** -0.5


def _student(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    return rng.standard_t(3, (n, d))


def _cancer(rng: np.random.Generator) -> Drawn:
    return load_breast_cancer(return_X_y=True)


def _digits(rng: np.random.Generator) -> Drawn:
    X, y = load_digits(return_X_y=True)
    chosen = np.isin(y, (3, 8))
    return X[chosen], (y[chosen] == 8).astype(int)


_EPSILON_1 = Channel.from_epsilon(1.0, 2).other
CASES: dict[str, tuple[Callable[[np.random.Generator], Drawn], float]] = {
    # These three follow the model, the others do not.
    "constant margin, 400 × 30": (mixture(400, 30, _constant), 0.27),
    "noise along the mean, 400 × 30": (mixture(400, 30, _gaussian), 0.27),
    "constant margin, 2000 × 10": (mixture(2000, 10, _constant), 0.1),
    "mean along the largest of eigenvalues 1/k, 400 × 30": (mixture(400, 30, _falling), 0.27),
    "breast cancer, ε = 1": (_cancer, _EPSILON_1),
    "digits 3 against 8, ε = 1": (_digits, _EPSILON_1),
    "Student noise, 3 degrees of freedom, 400 × 30": (mixture(400, 30, _student), 0.27),
}


if __name__ == "__main__":
    sys.exit(main())
