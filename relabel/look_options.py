"""The options on how pictures look, shared by the commands that draw."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from relabel_lab.relabel.errors import bad_value
from relabel_lab.relabel.numbers import real_number
from relabel_lab.suggest import near

if TYPE_CHECKING:
    from relabel_lab.figures import Look

WIDTHS = (1.0, 40.0)


def add_look_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--style --width --format``."""
    group = parser.add_argument_group("the look")
    group.add_argument(
        "--style", type=Path, metavar="FILE.mplstyle", help="matplotlib style on top of the own one"
    )
    group.add_argument(
        "--width", type=real_number, metavar="INCHES", help="of the picture; 3.25 is a column"
    )
    group.add_argument("--format", metavar="KINDS", help="of pdf,svg,png (default: all)")


def look_from(args: argparse.Namespace) -> Look:
    """The look that the options describe.

    Raises:
        UsageError: naming the option, its value and what is allowed.
    """
    from relabel_lab.figures import FORMATS, Look, style_problem

    low, high = WIDTHS
    if args.width is not None and not low <= args.width <= high:
        raise bad_value("--width", args.width, f"between {low:g} and {high:g} inches")
    if args.style is not None and (problem := style_problem(args.style)):
        raise bad_value("--style", args.style, f"a matplotlib style file; {problem}")
    kinds = FORMATS if args.format is None else tuple(dict.fromkeys(args.format.split(",")))
    for kind in kinds:
        if kind not in FORMATS:
            allowed = f"a list of {', '.join(FORMATS)}{near(kind, FORMATS)}"
            raise bad_value("--format", args.format, allowed)
    return Look(args.style, args.width, kinds)
