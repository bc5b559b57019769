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
        help=f"label rules to compare, e.g. full crossfit:5 or full,crossfit:5, or all (default: {' '.join(DEFAULT)})",
    )


def schemes_from(args: argparse.Namespace) -> list[Scheme]:
    """The schemes named on the command line, each once, in that order."""
    from relabel_lab.sim.schemes import ALL

    names = named(args)
    texts = [text for name in names for text in (ALL if name == "all" else (name,))]
    if not texts:
        raise bad_value("--schemes", " ".join(args.schemes), "one or more names")
    texts = ["initial", *texts]  # what all others are compared with
    return [scheme_from("--schemes", text) for text in dict.fromkeys(texts)]


def named(args: argparse.Namespace) -> list[str]:
    """The names as given, separated by spaces or commas."""
    return [name.strip() for words in args.schemes for name in words.split(",") if name.strip()]


def scheme_from(option: str, text: str) -> Scheme:
    """The scheme that ``option`` names."""
    from relabel_lab.sim.schemes import parse_scheme

    with naming(option, text, "a scheme"):
        return parse_scheme(text)
