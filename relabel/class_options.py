"""``--classes``: more than two classes, and what they do not go with (R22)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relabel_lab.relabel.errors import bad_value
from relabel_lab.relabel.numbers import whole_number

if TYPE_CHECKING:
    from relabel_lab.sim import ClassProblem
    from relabel_lab.sim.schemes import Scheme

MATRIX = "matrix:"

# Options that have one value with more than two classes.
ONLY = {
    "margin": "constant",
    "spectrum": "isotropic",
    "learner": "averaging",
    "intercept": False,
}


def add_class_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--classes``, where a command serves more than two."""
    parser.add_argument(
        "--classes",
        type=whole_number,
        default=2,
        metavar="K",
        help="classes (default 2); with more, --p is the probability of a wrong label, below "
        "1 - 1/K, --epsilon K-ary randomised response, and --alpha n/(d-K+1) (R22)",
    )


def many(args: argparse.Namespace) -> bool:
    """Whether there are more than two classes; commands without the option serve two."""
    classes = getattr(args, "classes", 2)
    if classes < 2:
        raise bad_value("--classes", classes, "a whole number >= 2")
    return classes > 2


def problem_from(args: argparse.Namespace, n: int, d: int, gamma: float) -> ClassProblem:
    """The problem of many classes.

    Raises:
        UsageError, ValueError: naming the option, its value and what is allowed.
    """
    from relabel_lab.sim import ClassProblem

    for option, only in ONLY.items():
        value: Any = getattr(args, option, only)
        if value != only:
            allowed = "left out" if not only else only
            raise bad_value(f"--{option}", value, f"{allowed} with --classes {args.classes}")
    sigma = 1.0 if args.sigma is None else args.sigma
    return ClassProblem(n, d, gamma=gamma, sigma=sigma, classes=args.classes, **_flips(args))


def _flips(args: argparse.Namespace) -> dict[str, Any]:
    """One of ``p``, ``epsilon`` and ``flips``, as `ClassProblem` takes them."""
    if args.noise is None:
        return {"p": args.p} if args.epsilon is None else {"epsilon": args.epsilon}
    if not args.noise.startswith(MATRIX):
        raise bad_value("--noise", args.noise, f"matrix:FILE with --classes {args.classes}")
    return {"flips": read_flips(args.noise, args.classes)}


def read_flips(noise: str, classes: int) -> Any:
    """The matrix [K, K] of ``matrix:FILE``: a row a true class, numbers apart by commas or spaces.

    Raises:
        UsageError: for a file that is none, or holds no such matrix.
    """
    from relabel_lab.sim.classes import checked_flips

    path = Path(noise.removeprefix(MATRIX))
    if not path.is_file():
        raise bad_value("--noise", noise, "matrix:FILE; there is no such file")
    try:
        lines = path.read_text(encoding="utf-8").replace(",", " ").split("\n")
        rows = [[float(word) for word in line.split()] for line in lines if line.strip()]
        if {len(row) for row in rows} | {len(rows)} != {classes}:
            raise ValueError(f"{classes} rows of {classes} numbers wanted")
        return checked_flips(rows)
    except (OSError, ValueError) as error:
        raise bad_value("--noise", noise, f"the file of a flip matrix ({error})") from None


def served(args: argparse.Namespace, schemes: list[Scheme]) -> list[Scheme]:
    """Those of ``--schemes all`` that many classes have; named ones stay and are refused later."""
    from relabel_lab.sim.classes import serves

    if many(args) and "all" in args.schemes:
        return [scheme for scheme in schemes if serves(scheme)]
    return schemes
