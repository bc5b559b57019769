"""Three rounds three ways: ``relabel theory``, ``simulate`` and drawn data, ten problems (R21, R19).

The exact law at so many samples that the limit's own error, of order 1/n and 1/d, is small beside
the standard errors; and drawn data against the exact law at a size that data can be drawn at.
``python -m benchmarks.agreement_rounds`` prints a line a problem.
"""

import json
from typing import Any

import numpy as np

from benchmarks.agreement import command
from relabel_lab.relabel import prepare_jax

ROUNDS = 3
SCHEMES = ("full", "consensus")
LARGE, SEEDS_LARGE = 400_000, 24
SMALL, SEEDS_SMALL = 600, 200
# n / (d - 1), flips, separation, margin
PROBLEMS = (
    (2.0, 0.3, 1.5, "constant"),
    (0.5, 0.4, 1.265, "constant"),
    (10.0, 0.35, 0.95, "constant"),
    (4.0, 0.02, 2.2, "constant"),
    (0.25, 0.1, 2.5, "half-normal:0.5"),
    (3.0, 0.45, 1.8, "half-normal:1"),
    (1.0, 0.25, 1.2, "uniform:1"),
    (6.0, 0.2, 0.7, "uniform:0.5"),
    (2.5, 0.3, 1.5, "gaussian"),
    (8.0, 0.48, 1.1, "gaussian"),
)


def told(kind: str, n: int, number: int, *words: str) -> dict[str, np.ndarray]:
    """Kappa of both schemes after rounds 1 ... 3 [2, 3]; with its standard error if simulated."""
    alpha, p, gamma, margin = PROBLEMS[number]
    problem: tuple[str, ...] = ("--n", str(n), "--d", str(round(n / alpha) + 1), "--p", str(p))
    problem += ("--gamma", str(gamma), "--margin", margin, "--rounds", str(ROUNDS))
    found = command(kind, *problem, *words, schemes=SCHEMES)
    if kind == "theory":
        rounds = [[each["kappa"] for each in found[name]["rounds"]] for name in SCHEMES]
        return {"mean": np.array(rounds)[:, 1:]}
    kappa = [found[name]["kappa"] for name in SCHEMES]
    return {which: np.array([each[which] for each in kappa])[:, 1:] for which in ("mean", "se")}


def compared(number: int) -> dict[str, Any]:
    """Deviations in standard errors: dice from theory, drawn data from dice."""
    seed = ("--seed", str(number))
    limit = told("theory", LARGE, number)["mean"]
    large = told("simulate", LARGE, number, "--seeds", str(SEEDS_LARGE), *seed)
    small = told("simulate", SMALL, number, "--seeds", str(10 * SEEDS_SMALL), *seed)
    drawn = told(
        "simulate", SMALL, number, "--seeds", str(SEEDS_SMALL), *seed, "--engine", "direct"
    )
    apart = np.hypot(small["se"], drawn["se"])
    return {
        "number": number,
        "problem": PROBLEMS[number],
        "theory": limit.round(5).tolist(),
        "dice": large["mean"].round(5).tolist(),
        "z_dice": ((large["mean"] - limit) / large["se"]).round(2).tolist(),
        "off": float(np.abs(large["mean"] / limit - 1).max()),
        "z_drawn": ((drawn["mean"] - small["mean"]) / apart).round(2).tolist(),
    }


def run() -> list[dict[str, Any]]:
    """Worst deviations over ten problems, two schemes and three rounds."""
    table = [compared(number) for number in range(len(PROBLEMS))]
    rows: list[dict[str, Any]] = []
    for name, what in (("z_dice", "dice from theory"), ("z_drawn", "drawn data from dice")):
        worst = float(max(np.abs(row[name]).max() for row in table))
        rows.append({"name": f"{what}, worst z", "value": worst, "unit": "se", "target": "<= 4"})
    off = max(row["off"] for row in table)
    return [*rows, {"name": "dice from theory, worst ratio", "value": off, "unit": "1"}]


def main() -> None:
    """A line of JSON a problem."""
    prepare_jax()
    for number in range(len(PROBLEMS)):
        print(json.dumps(compared(number)), flush=True)


if __name__ == "__main__":
    main()
