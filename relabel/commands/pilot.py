"""Should I retrain my learner on its own labels?  An answer from one's own noisy labels.

Reads a table (CSV, TSV, Parquet) or features (NPZ, dense or sparse), measures by repeated
cross-fitting what retraining gains over the learner as given and over the same learner tuned, and
says adopt, tune, keep or undecided.  Writes pilot.html, pilot.json, relabelled.csv, the fitted
model (model.skops) and the figures into --out.  Needs the extra: pip install 'relabel-lab[pilot]'.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relabel_lab.relabel.errors import UsageError, bad_value, one_line
from relabel_lab.relabel.folder import check_writable
from relabel_lab.relabel.numbers import real_number, whole_number
from relabel_lab.relabel.output import print_json, progress_bar, shows_progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relabel_lab.pilot.channel import Channel
    from relabel_lab.pilot.findings import Settings
    from relabel_lab.pilot.io import Loaded, Roles

SUMMARY = "measure on your own noisy labels whether retraining helps"
NEEDED = ("jinja2", "joblib", "pandas", "psutil", "pyarrow", "skops", "sklearn")
# Errors name arguments of the library; options are called otherwise.
_OPTIONS = {
    "flip_rate": "--flip-rate",
    "flip_matrix": "--flip-matrix",
    "epsilon": "--epsilon",
    "learner": "--learner",
    "label": "--label",
    "clean_label": "--clean-label",
    "classes": "--label",
    "names": "--flip-matrix",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The data, what is known of the noise, the learner, how much to measure."""
    parser.add_argument("data", metavar="DATA", type=Path, help=".csv, .tsv, .parquet or .npz file")
    parser.add_argument("--out", type=Path, required=True, help="folder for the report")
    _column_arguments(parser.add_argument_group("columns"))
    noise = parser.add_argument_group("noise", "at most one; without any the rate is unknown")
    noise.add_argument(
        "--epsilon", type=real_number, help="labels were released by randomised response with it"
    )
    noise.add_argument("--flip-rate", type=real_number, help="share of wrong labels, symmetric")
    noise.add_argument(
        "--flip-matrix",
        type=Path,
        help="CSV of P(given | true): a row for each true class, classes sorted, or named in a header",
    )
    _measuring_arguments(parser.add_argument_group("learner and measuring"))


def _column_arguments(group: Any) -> None:
    group.add_argument("--label", required=True, metavar="COLUMN", help="the given, noisy labels")
    group.add_argument(
        "--groups",
        nargs="+",
        default=[],
        metavar="COLUMN",
        help="report coverage, noise and gain by these; never features",
    )
    group.add_argument(
        "--drop", nargs="+", default=[], metavar="COLUMN", help="leave out, as ids or dates"
    )
    group.add_argument(
        "--text", nargs="+", default=[], metavar="COLUMN", help="turn into tf-idf of its words"
    )
    group.add_argument(
        "--clean-label",
        metavar="COLUMN",
        help="true labels of the rows that somebody checked, empty for the others; using them "
        "leaves the protection that --epsilon gives",
    )


def _measuring_arguments(group: Any) -> None:
    group.add_argument(
        "--learner",
        default="logistic",
        help="logistic, logistic:C, ridge, ridge:ALPHA, boosting or package.module:Estimator "
        "(default logistic)",
    )
    group.add_argument("--seed", type=whole_number, default=0, help="of the folds (default 0)")
    group.add_argument(
        "--repeats", type=whole_number, help="of cross-fitting (default 10, 5 or 3 by size)"
    )
    group.add_argument(
        "--margin",
        type=real_number,
        default=0.01,
        help="gain not worth a change, for the verdict keep (default 0.01)",
    )
    group.add_argument("--size", type=whole_number, help="rows to extrapolate the cost to")
    group.add_argument(
        "--workers", type=whole_number, default=0, help="processes (default: all cores)"
    )


def main(args: argparse.Namespace) -> int:
    """Load, measure, write, tell."""
    _check(args)
    with _named_options():
        from relabel_lab.pilot.io import load
        from relabel_lab.pilot.learners import named_learner

        learner = named_learner(args.learner)
        loaded = load(args.data, _roles(args))
        channel = _channel(args, loaded)
        for line in loaded.warnings:
            print(f"relabel pilot: {line}", file=sys.stderr)
        told, text = _run(args, loaded, channel, learner)
    if args.json:
        print_json(told, "scikit-learn")
    else:
        print(text)
    return 0


def _run(args: argparse.Namespace, loaded: Loaded, channel: Channel | None, learner: Any) -> Any:
    from relabel_lab.pilot.findings import investigate
    from relabel_lab.pilot.report import summary, write_report

    with progress_bar("pilot", shown=shows_progress(args)) as step:
        found = investigate(loaded.data, channel, learner, _settings(args), loaded.groups, step)
    text = args.text[0] if args.text else None
    return write_report(found, loaded, args.out, text), summary(found)


def _settings(args: argparse.Namespace) -> Settings:
    from relabel_lab.pilot.findings import Settings
    from relabel_lab.pilot.gain import Plan

    jobs = args.workers or _cores()
    plan = Plan(repeats=args.repeats, seed=args.seed, jobs=jobs)
    return Settings(plan, args.margin, args.size)


def _roles(args: argparse.Namespace) -> Roles:
    from relabel_lab.pilot.io import Roles

    return Roles(
        args.label, tuple(args.groups), args.clean_label, tuple(args.text), tuple(args.drop)
    )


def _channel(args: argparse.Namespace, loaded: Loaded) -> Channel | None:
    from relabel_lab.pilot.channel import Channel

    classes = loaded.data.K
    if args.epsilon is not None:
        return Channel.from_epsilon(args.epsilon, classes)
    if args.flip_rate is not None:
        return Channel.from_flip_rate(args.flip_rate, classes)
    if args.flip_matrix is not None:
        return _matrix(args.flip_matrix, [str(name) for name in loaded.data.classes])
    return None


def _matrix(path: Path, classes: list[str]) -> Channel:
    from relabel_lab.pilot.channel import Channel
    from relabel_lab.pilot.io import read_matrix

    matrix = read_matrix(path, classes)
    if len(matrix) != len(classes):
        raise UsageError(
            f"--flip-matrix {path}: is for {len(matrix)} classes, --label has {len(classes)}"
        )
    return Channel.from_matrix(matrix)


def _check(args: argparse.Namespace) -> None:
    """What can be refused before anything is read."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"{', '.join(missing)} missing: install the extra, pip install 'relabel-lab[pilot]'"
        )
    noise = [
        name for name in ("epsilon", "flip_rate", "flip_matrix") if getattr(args, name) is not None
    ]
    if len(noise) > 1:
        options = " and ".join(f"--{name.replace('_', '-')}" for name in noise)
        raise UsageError(f"{options}: at most one of them may be given")
    if args.repeats is not None and not 2 <= args.repeats <= 100:
        raise bad_value("--repeats", args.repeats, "a whole number from 2 to 100")
    if not 0 < args.margin < 1:
        raise bad_value("--margin", args.margin, "in (0, 1)")
    if args.size is not None and args.size < 1:
        raise bad_value("--size", args.size, "a whole number >= 1")
    if args.workers < 0:
        raise bad_value("--workers", args.workers, "a whole number >= 0 (0: all cores)")
    if args.seed < 0:
        raise bad_value("--seed", args.seed, "a whole number >= 0")
    check_writable("--out", args.out)


@contextmanager
def _named_options() -> Iterator[None]:
    """Refusals of the library under the names of the options."""
    try:
        yield
    except UsageError:
        raise
    except ValueError as error:
        text = one_line(str(error))
        option = _OPTIONS.get(getattr(error, "argument", ""))
        if option is not None:
            value, allowed = getattr(error, "value", ""), getattr(error, "allowed", "")
            raise bad_value(option, one_line(str(value)), allowed) from None
        if _about_the_data(error):
            raise UsageError(text) from None
        raise RuntimeError(text) from error  # not the input: the work failed


def _about_the_data(error: ValueError) -> bool:
    from relabel_lab.pilot.io import DataRefused

    return isinstance(error, DataRefused) or hasattr(error, "argument")


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
