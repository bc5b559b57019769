"""Try every claim of the theory and report the verdicts; exit 1 if one fails.

The report goes to standard output and, with the certificates, into the folder --out.
"""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from pathlib import Path
from typing import Any

from relabel_lab.relabel.folder import check_writable
from relabel_lab.relabel.output import print_json, print_table, shows_progress

SUMMARY = "try every claim; exit 1 if one fails"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which claims, how hard, and where the report goes."""
    parser.add_argument(
        "--level",
        choices=("quick", "full"),
        default="quick",
        help="deviations to be found: 1 %% (quick, default) or 0.1 %% (full)",
    )
    parser.add_argument(
        "--only", nargs="+", metavar="ID", help="claims, or how their names begin (default: all)"
    )
    parser.add_argument("--list", action="store_true", help="what is claimed; nothing is tried")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", default="results", help="folder (default results)"
    )


def main(args: argparse.Namespace) -> int:
    """Try the claims; a claim that fails or crashes makes the exit code 1."""
    if args.list:
        return _list(args)
    check_writable("--out", args.out)
    from relabel_lab.proofs_check import try_claims

    say = _say if shows_progress(args) else None
    workers = 1 if args.only else min(2, os.cpu_count() or 1)
    record = try_claims(args.level, args.only, say, args.out, workers)
    if args.json:
        print_json(record)
    else:
        _print(record)
        print(f"\nwritten: {args.out / 'claims.md'}")
    crashed = any("crash" in claim["details"] for claim in record["claims"])
    return 1 if record["fails"] or crashed else 0


def _list(args: argparse.Namespace) -> int:
    from relabel_lab.proofs_check import listed

    claims = listed(args.only)
    if args.json:
        print_json({"claims": claims})
        return 0
    for claim in claims:
        print(f"{claim['id']}: {claim['proved']}; {claim['regime']}; {claim['finding']}")
        print(textwrap.fill(claim["statement"], 80, initial_indent="  ", subsequent_indent="  "))
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _print(record: dict[str, Any]) -> None:
    claims = record["claims"]
    print_table(
        ["claim", "verdict", "we find", "proved how", "about"],
        [[c["id"], *(c[k] for k in ("verdict", "finding", "proved", "regime"))] for c in claims],
    )
    for claim in claims:
        for line in _reasons(claim["details"]):
            text = f"{claim['id']} {claim['verdict']}: {line}"
            print("\n" + textwrap.fill(text, 80, subsequent_indent="  "), end="")
    counts = ", ".join(f"{record[name]} {name}" for name in ("holds", "fails", "undecided"))
    print(f"\n{counts}")


def _reasons(details: dict[str, Any]) -> list[str]:
    """Why a claim does not hold: what was expected and what was found."""
    if "crash" in details:
        return [f"crashed: {details['crash'].strip().splitlines()[-1]}"]
    return [
        f"{item['name']}: expected {item['expected']}, found {item['found']}"
        for item in [*details.get("refuted", ()), *details.get("open", ())]
    ]
