"""Draw figures: each is computed, written as a data file, and drawn from that file."""

from __future__ import annotations

import argparse
from pathlib import Path

from relabel_lab.relabel.errors import UsageError, bad_value
from relabel_lab.relabel.folder import check_writable
from relabel_lab.relabel.output import print_json, print_table, progress_bar, shows_progress
from relabel_lab.suggest import near

SUMMARY = "compute and draw figures"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which figures, how large, and where to."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="figures (default: all)")
    parser.add_argument("--list", action="store_true", help="list the figures and stop")
    parser.add_argument("--preset", choices=("quick", "full"), default="quick", help="size of work")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for data and pictures")


def main(args: argparse.Namespace) -> int:
    """List or draw."""
    from relabel_lab import figures

    if args.list:
        return _list(args, figures.summaries())
    for name in args.names:
        if name not in figures.NAMES:
            allowed = f"one of {', '.join(figures.NAMES)}{near(name, figures.NAMES)}"
            raise bad_value("NAME", name, allowed)
    if args.out is None:
        raise UsageError("--out is required: the folder for data and pictures")
    check_writable("--out", args.out)
    names = tuple(dict.fromkeys(args.names)) or figures.NAMES
    files = {}
    for name in names:
        with progress_bar(name, shown=shows_progress(args)) as step:
            files[name] = figures.make(name, args.preset, args.out, step)
    if args.json:
        told = [{"name": name, "files": [str(f) for f in made]} for name, made in files.items()]
        print_json({"preset": args.preset, "figures": told})
    else:
        print_table(["figure", "picture"], [[name, made[-1]] for name, made in files.items()])
    return 0


def _list(args: argparse.Namespace, summaries: dict[str, str]) -> int:
    if args.json:
        print_json([{"name": name, "summary": text} for name, text in summaries.items()])
    else:
        for name, text in summaries.items():
            print(f"{name:24s}{text}")
    return 0
