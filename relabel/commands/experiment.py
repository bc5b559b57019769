"""Run the paper's experiments on real files, arm by arm; cells that are done are not run again.

image: CIFAR-10 or CIFAR-100 (binary files or JPEG packs) or folders of images, residual networks.
text:  AG News, a small BERT.
probe: the images again, a logistic head on fixed features, along a path of penalties.

The preset smoke makes its own files and takes seconds; small and paper need --data.  Labels are
randomised at every --epsilon; an arm sees inputs and noisy labels, never a clean label.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relabel_lab.relabel.errors import UsageError, WorkFailed, bad_value
from relabel_lab.relabel.folder import check_writable
from relabel_lab.relabel.numbers import real_number, whole_number
from relabel_lab.relabel.output import print_json, print_table, shows_progress

if TYPE_CHECKING:
    from relabel_lab.experiments import Record

SUMMARY = "retrain image and text models on real files under label noise"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which experiment, on what files, how large, and where to."""
    parser.add_argument("experiment", choices=("image", "text", "probe"), help="which experiment")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the files")
    parser.add_argument(
        "--preset",
        choices=("smoke", "small", "paper"),
        default="small",
        help="generated files in seconds; two cores (default); the paper's sizes, for a GPU",
    )
    parser.add_argument(
        "--epsilon",
        type=real_number,
        nargs="+",
        default=[],
        metavar="E",
        help="label differential privacy (R13; default: those of the preset)",
    )
    parser.add_argument(
        "--seeds", type=whole_number, metavar="N", help="replicates (default: those of the preset)"
    )
    parser.add_argument(
        "--arm",
        nargs="+",
        default=[],
        metavar="NAME",
        help="image and text: only these arms (default: those of the preset)",
    )
    parser.add_argument(
        "--size",
        type=whole_number,
        metavar="PIXELS",
        help="image: side to which images are averaged (default: that of the preset)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of the run; the same command goes on with it",
    )


def main(args: argparse.Namespace) -> int:
    """Run what is missing and print the mean of every arm."""
    _check(args)
    try:
        records = _run(args)
    except ImportError as error:
        raise WorkFailed(
            f"{error.name} is missing: pip install 'relabel-lab[experiments]'"
        ) from error
    except MemoryError as error:
        raise WorkFailed(f"too little memory: {error}") from error
    if args.json:
        rows = [vars(record) for record in records]
        print_json({"experiment": args.experiment, "preset": args.preset, "records": rows})
    else:
        _print(records)
        print(f"\nwritten: {args.out}")
    return 0


def _check(args: argparse.Namespace) -> None:
    if args.preset == "smoke" and args.data is not None:
        raise bad_value("--data", args.data, "left out with --preset smoke, which makes its own")
    if args.preset != "smoke" and args.data is None:
        raise UsageError(f"--data is required with --preset {args.preset}: the folder of the files")
    for epsilon in args.epsilon:
        if epsilon <= 0:
            raise bad_value("--epsilon", epsilon, "> 0")
    check_writable("--out", args.out)
    if args.experiment != "probe" and _foreign(args.out):
        raise bad_value("--out", args.out, "an empty folder or one of the same run")
    if args.experiment == "probe" and args.arm:
        raise bad_value("--arm", " ".join(args.arm), "left out: the probe runs all arms")
    if args.experiment != "image" and args.size is not None:
        raise bad_value("--size", args.size, "left out: only the image experiment has one")
    if args.seeds is not None and args.seeds < 1:
        raise bad_value("--seeds", args.seeds, "a whole number >= 1")


def _foreign(out: Path) -> bool:
    """Whether something lies in the folder, and neither rows nor trainings of this command."""
    there = {path.name for path in out.iterdir()} if out.is_dir() else set()
    return bool(there) and not there & {"rows.jsonl", "work"}


def _run(args: argparse.Namespace) -> Sequence[Record]:
    if args.experiment == "probe":
        return _probe(args)
    from relabel_lab.experiments.runs import run_deep

    store = run_deep(
        args.experiment,
        args.preset,
        data=args.data,
        out=args.out,
        epsilons=args.epsilon or None,
        seeds=args.seeds,
        size=args.size,
        arms=args.arm or None,
        progress=shows_progress(args),
    )
    return store.records()


def _probe(args: argparse.Namespace) -> Sequence[Record]:
    from relabel_lab.experiments import read_records
    from relabel_lab.experiments.probe import run_probe

    step = _show if shows_progress(args) else _silent
    path = run_probe(
        args.data,
        args.preset,
        args.out,
        epsilons=args.epsilon,
        seeds=args.seeds,
        noises=("rr",) if args.epsilon else ("rr", "human"),
        step=step,
    )
    return read_records(path)[1]


def _show(what: str, done: int, total: int) -> None:
    print(f"\r{what}: {done} of {total}", end="" if done < total else "\n", file=sys.stderr)


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total


def _print(records: Sequence[Record]) -> None:
    """Mean accuracy over seeds of every noise, arm and setting."""
    groups: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        level = "" if record.epsilon is None else record.epsilon
        penalty = record.setting.get("penalty", "") if record.arm != "tuned" else "chosen"
        groups.setdefault((record.noise, level, record.arm, penalty), []).append(record)
    rows = [
        [*group, len(found), sum(record.accuracy for record in found) / len(found)]
        for group, found in groups.items()
    ]
    print_table(["noise", "epsilon", "arm", "penalty", "seeds", "accuracy"], rows)
