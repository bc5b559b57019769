"""Two commands against each other: ``relabel theory`` and ``simulate``, all schemes (R5, R9-R12).

Ten problems from far fewer samples than features to far more, flip probabilities from nearly none
to nearly one half, separations on both sides of 1, and every margin law.  They are so large that
the limit's own error, of order 1/n and 1/d, is below 0.3 standard errors.
"""

import io
import json
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import Any

import numpy as np

from relabel_lab.relabel import main

N, SEEDS = 400_000, 40
PROBLEMS = (
    "--d 2e7 --p 0.02 --gamma 2.5",
    "--d 2e7 --p 0.25 --gamma 1 --margin half-normal:0.5",
    "--d 8e6 --p 0.46 --gamma 1.6 --margin gaussian",
    "--d 4e5 --p 0.01 --gamma 0.7 --margin uniform:1",
    "--d 4e5 --p 0.25 --gamma 1.5",
    "--d 2e5 --p 0.3 --gamma 1.5 --margin gaussian",
    "--d 4e5 --noise margin:0.48,0.3 --gamma 1.2 --margin half-normal:1",
    "--d 4e3 --p 0.02 --gamma 0.4 --margin gaussian",
    "--d 4e3 --p 0.25 --gamma 0.8 --margin uniform:0.5",
    "--d 4e3 --p 0.46 --gamma 1.3",
)


def command(*words: str, schemes: Sequence[str] = ("all",)) -> dict[str, Any]:
    """The schemes of the JSON object that a command prints."""
    text = io.StringIO()
    with redirect_stdout(text):
        code = main([*words, "--schemes", *schemes, "--json"])
    if code:
        raise RuntimeError(f"relabel {' '.join(words)}: exit code {code}")
    return json.loads(text.getvalue())["schemes"]


def deviations(problem: str, seed: int) -> dict[str, float]:
    """(simulated mean - prediction) of kappa after one round in standard errors, for each scheme.

    ``seed`` is the root of the draws: problems of one n would share draws otherwise.
    """
    words = ("--n", str(N), *problem.split())
    expected = command("theory", *words)
    found = command("simulate", *words, "--seeds", str(SEEDS), "--seed", str(seed))
    deviation = {}
    for name, values in expected.items():
        kappa = found[name]["kappa"]
        deviation[name] = (kappa["mean"][1] - values["kappa"]) / kappa["se"][1]
    return deviation


def run() -> list[dict[str, Any]]:
    """Worst and mean deviation of each scheme over the problems."""
    table = [deviations(problem, seed) for seed, problem in enumerate(PROBLEMS)]
    bound = f"|z| <= {3 / len(PROBLEMS) ** 0.5:.2g}"
    rows = []
    for name in table[0]:
        z = np.array([row[name] for row in table])
        for what, value, target in (
            ("worst z", np.abs(z).max(), "<= 4"),
            ("mean z", z.mean(), bound),
        ):
            row = {"name": f"{name}, {what}", "value": float(value), "unit": "se"}
            rows.append({**row, "target": target})
    return rows
