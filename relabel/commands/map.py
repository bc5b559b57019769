"""Predict over a grid without simulation: a map that relabel plot draws and xarray opens."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relabel_lab.relabel.errors import UsageError, bad_value, one_line
from relabel_lab.relabel.folder import check_writable
from relabel_lab.relabel.numbers import whole_number
from relabel_lab.relabel.output import print_json

if TYPE_CHECKING:
    from relabel_lab.scan import Config

SUMMARY = "predict over a grid (phase diagrams without simulation)"
LARGE = 10**8  # n where only alpha is given: the limit depends on n/(d-1) alone


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The grid, by a file or by options, and where the map goes."""
    parser.add_argument(
        "config", nargs="?", metavar="CONFIG.toml", help="of a scan, or one of its presets"
    )
    parser.add_argument(
        "--axes",
        nargs="+",
        metavar="NAME=RANGE",
        help="instead of CONFIG: a number or word, a list a,b,c, LOW:HIGH:COUNT or "
        "LOW:HIGH:COUNT:log; names as in a scan, e.g. p=0:0.48:97 rho=0.25:8:81:log alpha=2",
    )
    parser.add_argument("--schemes", nargs="+", metavar="SCHEME", help="with --axes")
    parser.add_argument("--rounds", type=whole_number, help="with --axes (default 1)")
    parser.add_argument("--store", type=Path, metavar="DIR", help="new folder for the map")


def main(args: argparse.Namespace) -> int:
    """Compute and write the map."""
    if args.store is None:
        raise UsageError("--store is required: a new folder for the map")
    if args.store.exists():
        raise bad_value("--store", args.store, "a new folder; it exists")
    check_writable("--store", args.store)
    config = _config(args)
    from relabel_lab.scan import theory_map

    data = theory_map(config)
    _write(data, args.store)
    cells = config.grid.cells
    if args.json:
        sizes = {str(name): int(size) for name, size in data.sizes.items()}
        print_json({"store": str(args.store), "cells": cells, "sizes": sizes})
    else:
        print(f"{cells} cells; relabel plot {args.store} --out NAME draws them")
    return 0


def _config(args: argparse.Namespace) -> Config:
    from relabel_lab.scan import load, parse, preset

    if (args.config is None) == (args.axes is None):
        raise UsageError("give either CONFIG.toml or --axes")
    if args.config is not None:
        for option, value in (("--schemes", args.schemes), ("--rounds", args.rounds)):
            if value is not None:
                raise UsageError(f"{option}: only with --axes; CONFIG.toml has its own")
        try:
            return load(preset(args.config) or args.config)
        except ValueError as error:
            raise UsageError(one_line(f"CONFIG {args.config}: {error}")) from None
    try:
        return parse(_table(args))
    except ValueError as error:
        raise UsageError(one_line(f"--axes: {error}")) from None


def _table(args: argparse.Namespace) -> dict[str, Any]:
    axes = dict(_axis(text) for text in args.axes)
    if "alpha" in axes and "n" not in axes and "d" not in axes:
        axes["n"] = LARGE
    texts = args.schemes or ["full", "consensus"]
    schemes = [name for text in texts for name in text.split(",") if name]
    rounds = 1 if args.rounds is None else args.rounds
    return {"axes": axes, "run": {"schemes": schemes, "rounds": rounds, "seeds": 1}}


def _axis(text: str) -> tuple[str, Any]:
    name, sign, values = text.partition("=")
    if not (name and sign and values):
        raise bad_value("--axes", text, "NAME=RANGE, as p=0:0.48:97")
    if name in ("margin", "spectrum", "noise"):
        return name, values
    parts = values.split(":")
    if len(parts) not in (1, 3, 4) or (len(parts) == 4 and parts[3] != "log"):
        raise bad_value("--axes", text, "NAME=LOW:HIGH:COUNT or NAME=LOW:HIGH:COUNT:log")
    if len(parts) == 1:
        found = [_number(text, part) for part in values.split(",")]
        return name, found if len(found) > 1 else found[0]
    low, high, count = (_number(text, part) for part in parts[:3])
    return name, {"geomspace" if len(parts) == 4 else "linspace": [low, high, count]}


def _number(text: str, part: str) -> int | float:
    try:
        value = float(part)
    except ValueError:
        raise bad_value("--axes", text, f"numbers; {part!r} is none") from None
    return int(value) if value.is_integer() and "." not in part else value


def _with_plain_text(data: Any) -> Any:
    """Words as strings of any length, which all readers of Zarr know."""
    import numpy as np

    words = {name: axis for name, axis in data.coords.items() if axis.dtype.kind in "UO"}
    kind = np.dtypes.StringDType()
    return data.assign_coords({k: (v.dims, v.values.astype(kind)) for k, v in words.items()})


def _write(data: Any, store: Path) -> None:
    """Whole or not at all: beside its place first."""
    store.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store.parent, prefix=f".{store.name}.") as beside:
        _with_plain_text(data).to_zarr(Path(beside) / "map", zarr_format=3, consolidated=False)
        shutil.move(Path(beside) / "map", store)
