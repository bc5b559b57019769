"""Finite sizes: every scheme and margin against draws of the exact law, from n = d = 2 on (R25).

Fresh random problems, one scheme each, chosen before any prediction is looked at.  The draws do
not depend on the predictions and are stored problem by problem, so that a long run is taken up
where it stopped: ``python -m benchmarks.finite --problems 400 --seeds 100000 --store FILE``.
Another ``--start`` makes other problems; a store belongs to one start and one number of seeds.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np

from relabel_lab.relabel import prepare_jax
from relabel_lab.sim import Problem, Scheme, dice, improved, parse_scheme
from relabel_lab.sim.kit import write_whole
from relabel_lab.theory import finite_law

LAWS = ("constant", "half-normal", "uniform", "gaussian")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TOLERANCE = 0.01
MOMENTS_FROM = 6  # features
WORK = 3e9  # noise variables a problem: larger ones are drawn with fewer seeds
START = 11
FORGET = 16  # problems after which compiled programs are dropped


def cases(count: int, start: int = START) -> Iterator[tuple[Problem, Scheme]]:
    """Random problems with n from 2, d from 2, p from 0, and a scheme for each."""
    rng = np.random.default_rng(start)
    for _ in range(count):
        yield _problem(rng), parse_scheme(_scheme(rng))


def _problem(rng: np.random.Generator) -> Problem:
    n = round(np.exp(rng.uniform(np.log(2), np.log(5000))))
    d = round(np.exp(rng.uniform(np.log(2), np.log(20_000))))
    p = (0.0, np.exp(rng.uniform(np.log(1e-4), np.log(0.05))), rng.uniform(0.05, 0.49))
    law = LAWS[rng.integers(4)]
    if law in ("half-normal", "uniform"):
        law += f":{rng.uniform(0.2, 1.5):.3f}"
    gamma = float(np.exp(rng.uniform(np.log(0.3), np.log(4))))
    chosen = float(p[rng.choice(3, p=(0.08, 0.32, 0.6))])
    return Problem(n, d, chosen, gamma, margin=law)


def _scheme(rng: np.random.Generator) -> str:
    names = (
        "full",
        "full",
        "consensus",
        "consensus",
        f"interpolate:{rng.uniform(-0.8, 2):.3f}",
        f"confident:{rng.uniform(0.1, 0.9):.3f}",
        f"soft:{np.exp(rng.uniform(-2, 1)):.3f}",
        "leave-one-out",
        "optimal",
        "optimal-uncorrected",
        "crossfit:2",
        "fresh",
    )
    return names[rng.integers(len(names))]


def draw(problem: Problem, scheme: Scheme, seeds: int, key: Any) -> dict[str, Any]:
    """What the exact law says, with standard errors."""
    count = int(min(seeds, max(4000, WORK / int(problem.n))))
    kappa = np.asarray(dice.run(problem, scheme, key=key, seeds=count).kappa, float)
    share, last = float(improved(kappa)[:, 1].mean()), kappa[:, 1]
    mean, spread = last.mean(), last.std(ddof=1)
    fourth = ((last - mean) ** 4).mean() / spread**4 if spread > 0 else 1.0
    return {
        "seeds": count, "mean": float(mean), "spread": float(spread),
        "p_improves": share, "quantiles": [float(q) for q in np.quantile(last, QUANTILES)],
        "mean_se": float(spread / count**0.5),
        "spread_se": float(spread * (max(fourth - 1, 0) / (4 * count)) ** 0.5),
        "p_se": (share * (1 - share) / count) ** 0.5,
    }  # fmt: skip


def stored(path: Path | None) -> dict[int, dict[str, Any]]:
    """Draws of earlier runs by the number of their problem."""
    lines = path.read_text().splitlines() if path and path.exists() else []
    return {row["number"]: row for row in map(json.loads, lines)}


def keep(path: Path | None, row: dict[str, Any]) -> None:
    """Add a row to the store."""
    if path is not None:
        with path.open("a") as file:
            file.write(json.dumps(row) + "\n")


def compared(problem: Problem, scheme: Scheme, drawn: dict[str, Any]) -> dict[str, Any]:
    """Errors of the prediction: of P, and of the moments beyond three standard errors."""
    start = time.perf_counter()
    law = finite_law(problem, scheme)
    size = max(abs(drawn["mean"]), drawn["spread"]) or 1.0
    moments = {}
    for name in ("mean", "spread"):
        value = getattr(law, name)
        known = problem.d >= MOMENTS_FROM and math.isfinite(value)
        excess = abs(value - drawn[name]) - 3 * drawn[f"{name}_se"] if known else 0.0
        moments[name] = max(excess, 0.0) / size
    return {
        "off": law.p_improves - drawn["p_improves"], **moments, "error": law.errors.p_improves,
        "method": _source(law.method), "seconds": time.perf_counter() - start,
    }  # fmt: skip


def _source(method: str | None) -> str:
    """R25, R20, R2, draws or none."""
    if method is None:
        return "none"
    return "draws" if "draws" in method else method.partition(":")[0]


def study(
    count: int, seeds: int, path: Path | None = None, start: int = START, stored_only: bool = False
) -> Iterator[dict[str, Any]]:
    """One comparison a problem; or only those whose draws are stored."""
    known = stored(path)
    root = jax.random.key(start + 2)
    for number, (problem, scheme) in enumerate(cases(count, start)):
        drawn = known.get(number)
        if drawn is None and stored_only:
            continue
        if drawn is None:
            drawn = draw(problem, scheme, seeds, jax.random.fold_in(root, number))
            keep(path, {"start": start, "asked": seeds, "number": number} | drawn)
        if number % FORGET == FORGET - 1:
            jax.clear_caches()
        about: dict[str, Any] = {
            name: float(getattr(problem, name)) for name in ("n", "d", "p", "gamma")
        }
        about |= {"margin": str(problem.margin), "scheme": scheme.name, "number": number}
        about |= {"drawn": drawn["p_improves"], "seeds": drawn["seeds"]}
        yield about | compared(problem, scheme, drawn)


def rows(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Largest errors and how many are too large."""
    p = np.abs([each["off"] for each in found])
    told: list[tuple[Any, ...]] = [
        ("P(improves), worst error", float(np.nanmax(p)), "1", f"<= {TOLERANCE}")
    ]
    told += [("P(improves), median error", float(np.nanmedian(p)), "1", None)]
    told += [("P(improves), without a prediction", int(np.isnan(p).sum()), "problems", "0")]
    told += [("P(improves), off by > 0.01", int((p > TOLERANCE).sum()), "problems", "0")]
    for name in ("mean", "spread"):
        excess = np.array([each[name] for each in found])
        label = f"{name} from d = {MOMENTS_FROM} on, off by > 1 % + 3 se"
        told.append((label, int((excess > TOLERANCE).sum()), "problems", "0"))
    where = f"{len(found)} problems"
    return [
        {"name": f"{name}, {where}", "value": value, "unit": unit, "target": target}
        for name, value, unit, target in told
    ]


COLUMNS = (
    "number", "n", "d", "p", "gamma", "margin", "scheme", "method",
    "seeds", "drawn", "off", "mean", "spread",
)  # fmt: skip


def write_table(found: list[dict[str, Any]], path: Path) -> None:
    """The comparisons as CSV: P(improves) drawn and how far the answer is off, excess of moments."""
    lines = [",".join(COLUMNS)]
    for each in found:
        cells = [each[column] for column in COLUMNS]
        lines.append(",".join(f"{x:.6g}" if isinstance(x, float) else str(x) for x in cells))
    write_whole(path, ("\n".join(lines) + "\n").encode())


def run() -> list[dict[str, Any]]:
    """Rows of a small comparison."""
    return rows(list(study(24, 20_000)))


def main() -> None:
    """Print every comparison as a line of JSON and the rows at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=24)
    parser.add_argument("--seeds", type=int, default=20_000)
    parser.add_argument("--start", type=int, default=START, help="which random problems")
    parser.add_argument("--store", type=Path, help="where the draws are kept")
    parser.add_argument("--stored-only", action="store_true", help="draw nothing new")
    parser.add_argument("--table", type=Path, help="where the comparisons go as CSV")
    args = parser.parse_args()
    prepare_jax()
    found = []
    for row in stored(args.store).values():
        if (row["start"], row["asked"]) != (args.start, args.seeds):
            parser.error(f"{args.store} holds start {row['start']} with {row['asked']} seeds")
    for each in study(args.problems, args.seeds, args.store, args.start, args.stored_only):
        found.append(each)
        print(json.dumps(each), flush=True)
    if args.table is not None:
        write_table(found, args.table)
    for row in rows(found):
        print(f"{row['name']}: {row['value']:.4g} {row['unit']} (target {row['target']})")


if __name__ == "__main__":
    main()
