"""Simulate a grid of problems into a store that xarray opens, with the theory beside it.

CONFIG.toml says what to scan (axes, schemes, seeds); a preset's name serves as well: window,
p-rho, alpha-rho, p-n, four-axes.  A scan that was cut short, however, goes on with --resume.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relabel_lab.relabel.errors import UsageError, WorkFailed, bad_value, one_line
from relabel_lab.relabel.numbers import whole_number
from relabel_lab.relabel.output import print_json, shows_progress

if TYPE_CHECKING:
    from relabel_lab.scan.config import Config

SUMMARY = "simulate a grid of problems into a resumable store"

INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to scan, where to, and on what."""
    parser.add_argument("config", metavar="CONFIG.toml", help="what to scan, or a preset's name")
    parser.add_argument(
        "--store", type=Path, required=True, metavar="DIR", help="folder of the results"
    )
    parser.add_argument("--resume", action="store_true", help="go on with an existing store")
    parser.add_argument(
        "--devices", type=whole_number, metavar="N", help="local devices to use (default: all)"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="run on the Dask cluster of this scheduler"
    )


def main(args: argparse.Namespace) -> int:
    """Scan, and say what was done."""
    if args.devices is not None and args.scheduler is not None:
        raise bad_value("--devices", args.devices, "left out with --scheduler")
    if args.devices is not None:
        if args.devices < 1:
            raise bad_value("--devices", args.devices, "a whole number >= 1")
        os.environ["JAX_NUM_CPU_DEVICES"] = str(args.devices)  # has effect until JAX is in use
    config = _config(args.config)
    try:
        summary = _scan(args, config)
    except KeyboardInterrupt:
        print(
            "relabel scan: interrupted; finished blocks are safe, continue with "
            f"relabel scan {args.config} --store {args.store} --resume",
            file=sys.stderr,
        )
        return INTERRUPTED
    if args.json:
        print_json({"store": str(args.store), **asdict(summary)})
    else:
        print(
            f"{summary.cells} cells in {summary.blocks} blocks: {summary.kept} found whole, "
            f"{summary.done} computed in {summary.seconds:.1f} s; xarray.open_zarr({str(args.store)!r})"
        )
    return 0


def _config(name: str) -> Config:
    from relabel_lab.scan.config import load, preset

    try:
        return load(preset(name) or name)
    except ValueError as error:
        raise UsageError(one_line(f"CONFIG {name}: {error}")) from None


def _scan(args: argparse.Namespace, config: Config) -> Any:
    from relabel_lab.scan.work import Failed, Progress, Watcher, run_scan

    watcher = Progress() if shows_progress(args) else Watcher()
    try:
        execute = _executor(args, config)
        summary = run_scan(config, args.store, execute, resume=args.resume, watcher=watcher)
        if config.refine is not None:
            _refine(args, config)
        return summary
    except Failed as error:
        raise WorkFailed(str(error)) from error


def _refine(args: argparse.Namespace, config: Config) -> None:
    """Bisect the boundary of the finished grid, where the grid was computed."""
    from relabel_lab.scan.work import (
        FOLDER,
        bisect,
        boundary_frame,
        boundary_parts,
        locally,
        run_scan,
    )

    part = boundary_parts(config, args.store)
    if args.scheduler is not None:
        from relabel_lab.scan.work import bisect_block, on_cluster

        execute = on_cluster(config, args.scheduler, bisect_block, part=part)
    else:
        from relabel_lab.scan.work import BlockWork

        work = BlockWork(config, _devices(args.devices))
        execute = locally(lambda block: bisect(work, part(block)))
    run_scan(config, args.store / FOLDER, execute, resume=True, frame=boundary_frame(config))


def _executor(args: argparse.Namespace, config: Config) -> Any:
    if args.scheduler is not None:
        from relabel_lab.scan.work import on_cluster

        return on_cluster(config, args.scheduler)
    from relabel_lab.scan.work import BlockWork, locally

    return locally(BlockWork(config, _devices(args.devices)))


def _devices(count: int | None) -> Any:
    import jax

    found = tuple(jax.local_devices())
    if count is None:
        return found
    if count > len(found):
        raise bad_value("--devices", count, f"at most the {len(found)} found")
    return found[:count]
