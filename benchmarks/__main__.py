"""Run every benchmark, each module in a process of its own, and write results/benchmarks.*."""

import argparse
import importlib
import json
import multiprocessing
import pkgutil
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import benchmarks
from benchmarks.machine import describe
from benchmarks.measure import measure
from relabel_lab.relabel import prepare_jax
from relabel_lab.sim.kit import write_whole


def names() -> list[str]:
    """The modules of this package that measure something."""
    found = (m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name != "__main__")
    return sorted(n for n in found if hasattr(importlib.import_module(f"benchmarks.{n}"), "run"))


def markdown(machine: dict[str, Any], rows: Iterable[dict[str, Any]]) -> str:
    """The machine and a table."""
    lines = ["# Benchmarks", "", ", ".join(f"{key}: {value}" for key, value in machine.items())]
    lines += ["", "| what | value | unit | target |", "|---|---:|---|---|"]
    for row in rows:
        value = f"{row['value']:.4g}" if isinstance(row["value"], float) else row["value"]
        target = "" if row["target"] is None else row["target"]
        lines.append(f"| {row['module']}: {row['name']} | {value} | {row['unit']} | {target} |")
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="modules (default: all)")
    parser.add_argument("--out", type=Path, default=Path("results"), help="default: results")
    args = parser.parse_args(argv)
    prepare_jax()
    known = names()
    for name in set(args.names) - set(known):
        parser.error(f"NAME {name}: must be one of {', '.join(known)}")
    fresh = multiprocessing.get_context("spawn")
    rows = []
    with ProcessPoolExecutor(1, mp_context=fresh, max_tasks_per_child=1) as pool:
        for name in args.names or known:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            rows += pool.submit(measure, name).result()
    machine = describe()
    text = markdown(machine, rows)
    document = json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n"
    write_whole(args.out / "benchmarks.json", document.encode())
    write_whole(args.out / "benchmarks.md", text.encode())
    print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
