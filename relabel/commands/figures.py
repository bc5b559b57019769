"""Draw figures: each is computed, written as a data file, and drawn from that file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relabel_lab.relabel.errors import UsageError, bad_value, one_line
from relabel_lab.relabel.folder import check_writable
from relabel_lab.relabel.look_options import add_look_arguments, look_from
from relabel_lab.relabel.numbers import real_number
from relabel_lab.relabel.output import print_json, print_table, progress_bar, shows_progress
from relabel_lab.suggest import near

if TYPE_CHECKING:
    from relabel_lab.figures import Asked, Drawn, Look

SUMMARY = "compute and draw figures"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which figures, how large, and where to."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="figures (default: all)")
    parser.add_argument("--list", action="store_true", help="list the figures and stop")
    parser.add_argument("--preset", choices=("quick", "full"), default="quick", help="size of work")
    group = parser.add_argument_group("parameters, of figures that have them")
    group.add_argument(
        "--alpha", metavar="A[,A...]", help="values of n/(d-1), one a panel or one for the figure"
    )
    group.add_argument("--margin", metavar="LAW", help="margin law, e.g. half-normal:0.6")
    group.add_argument("--schemes", metavar="S[,S...]", help="schemes, e.g. full,crossfit:5")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for data and pictures")
    parser.add_argument(
        "--from-data", action="store_true", help="draw from the data files in --out, compute none"
    )
    parser.add_argument(
        "--report", action="store_true", help="also write report.html: figures, claims, explorer"
    )
    parser.add_argument(
        "--claims",
        type=Path,
        metavar="FILE",
        help="claims.json of relabel check for --report (default: in --out or the folder above)",
    )
    add_look_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """List or draw."""
    from relabel_lab import figures

    if args.list:
        return _list(args, figures.summaries())
    for name in args.names:
        if name not in figures.NAMES:
            allowed = f"one of {', '.join(figures.NAMES)}{near(name, figures.NAMES)}"
            raise bad_value("NAME", name, allowed)
    names = tuple(dict.fromkeys(args.names)) or figures.NAMES
    asked = _asked(args, names)
    if args.out is None:
        raise UsageError("--out is required: the folder for data and pictures")
    look = look_from(args)
    check_writable("--out", args.out)
    claims = _claims(args, look) if args.report else None
    drawn = _drawn(args, names, look, asked)
    report = _report(drawn, claims, args.out) if args.report else None
    if args.json:
        told = [{"name": each.name, "files": [str(f) for f in each.files]} for each in drawn]
        page = {} if report is None else {"report": str(report)}
        print_json({"preset": args.preset, "figures": told, **page})
    else:
        print_table(["figure", "picture"], [[each.name, each.files[-1]] for each in drawn])
        if report is not None:
            print(f"\nwritten: {report}")
    return 0


def _claims(args: argparse.Namespace, look: Look) -> Path | None:
    """The record of claims for the report, refused before anything is drawn."""
    from relabel_lab.report import read_claims

    if not {"svg", "png"} & set(look.formats):
        raise bad_value("--format", ",".join(look.formats), "with svg or png for --report")
    beside = [folder / "claims.json" for folder in (args.out, args.out.parent)]
    found = [args.claims] if args.claims is not None else [file for file in beside if file.exists()]
    if not found:
        return None
    try:
        read_claims(found[0])
    except ValueError as error:
        raise UsageError(f"--claims: {error}") from None
    return found[0]


def _report(drawn: list[Drawn], claims: Path | None, out: Path) -> Path:
    from relabel_lab.report import write_report

    return write_report(drawn, claims, out)


def _asked(args: argparse.Namespace, names: tuple[str, ...]) -> Asked:
    """The parameters asked for, refused where a figure does not have them."""
    from relabel_lab.figures import Asked, settled

    asked = Asked(
        alpha=None if args.alpha is None else _numbers("--alpha", args.alpha),
        margin=args.margin,
        schemes=None if args.schemes is None else tuple(args.schemes.split(",")),
    )
    if asked.given and not args.names:
        option = next(iter(asked.given))
        raise UsageError(f"--{option}: only with the NAME of figures that have it")
    for name in names:
        try:
            settled(name, asked)
        except ValueError as error:
            raise UsageError(one_line(str(error))) from None
    return asked


def _numbers(option: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(real_number(part) for part in text.split(","))
    except (ValueError, argparse.ArgumentTypeError):
        raise bad_value(option, text, "numbers, separated by commas") from None


def _drawn(
    args: argparse.Namespace, names: tuple[str, ...], look: Look, asked: Asked
) -> list[Drawn]:
    from relabel_lab import figures

    drawn = []
    for done, name in enumerate(names, 1):
        with progress_bar(f"{done}/{len(names)} {name}", shown=shows_progress(args)) as step:
            try:
                options: Any = {"from_data": args.from_data, "asked": asked}
                drawn.append(figures.make(name, args.preset, args.out, step, look, **options))
            except figures.Stale as error:
                raise UsageError(f"--from-data: {error}; without it {name} is computed") from None
    return drawn


def _list(args: argparse.Namespace, summaries: dict[str, str]) -> int:
    if args.json:
        print_json([{"name": name, "summary": text} for name, text in summaries.items()])
    else:
        for name, text in summaries.items():
            print(f"{name:24s}{text}")
    return 0
