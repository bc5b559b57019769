"""``--schemes``: which label rules to compare."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from relabel_lab.relabel.errors import bad_value, naming

if TYPE_CHECKING:
    from relabel_lab.sim.schemes import Scheme

DEFAULT = ("initial", "full", "consensus")


def add_scheme_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--schemes``."""
    parser.add_argument(
        "--schemes",
        nargs="+",
        default=DEFAULT,
        metavar="SCHEME",
        help=f"label rules to compare, e.g. crossfit:5, or all (default: {' '.join(DEFAULT)})",
    )


def schemes_from(args: argparse.Namespace) -> list[Scheme]:
    """The schemes named on the command line, each once, in that order."""
    from relabel_lab.sim.schemes import ALL

    texts = [text for name in args.schemes for text in (ALL if name == "all" else (name,))]
    return [scheme_from("--schemes", text) for text in dict.fromkeys(texts)]


def scheme_from(option: str, text: str) -> Scheme:
    """The scheme that ``option`` names."""
    from relabel_lab.sim.schemes import parse_scheme

    if "," in text:
        raise bad_value(option, text, "a name; several are separated by spaces")
    with naming(option, text, "a scheme"):
        return parse_scheme(text)
