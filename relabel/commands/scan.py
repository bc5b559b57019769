"""Simulate a grid of problems into a store that xarray opens, with the theory beside it.

CONFIG.toml says what to scan (axes, schemes, seeds); a preset's name serves as well: window,
p-rho, alpha-rho, p-n, four-axes.  A scan that was cut short, however, goes on with --resume.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relabel_lab.relabel import signals
from relabel_lab.relabel.errors import UsageError, WorkFailed, as_option, bad_value, one_line
from relabel_lab.relabel.folder import check_writable
from relabel_lab.relabel.numbers import whole_number
from relabel_lab.relabel.output import print_json, shows_progress

if TYPE_CHECKING:
    from relabel_lab.scan import Config, Summary

SUMMARY = "simulate a grid of problems into a resumable store"

SAFE = "finished blocks are safe, continue with"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to scan, where to, and on what."""
    parser.add_argument(
        "config", metavar="CONFIG.toml", nargs="?", help="what to scan, or a preset's name"
    )
    parser.add_argument("--store", type=Path, metavar="DIR", help="folder of the results")
    parser.add_argument("--resume", action="store_true", help="go on with an existing store")
    parser.add_argument(
        "--devices", type=whole_number, metavar="N", help="local devices to use (default: all)"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="run on the Dask cluster of this scheduler"
    )
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--verify",
        type=Path,
        metavar="STORE",
        help="instead of scanning, compare every file of a store with its checksum",
    )
    instead.add_argument(
        "--schema",
        action="store_true",
        help="instead of scanning, print the JSON Schema of CONFIG.toml, for editors",
    )


def main(args: argparse.Namespace) -> int:
    """Scan, and say what was done."""
    if args.verify is not None or args.schema:
        _refuse_beside("--schema" if args.schema else "--verify", args)
        return _schema() if args.schema else _verify(args)
    for option, value in (("CONFIG.toml", args.config), ("--store", args.store)):
        if value is None:
            raise UsageError(f"{option} is missing: give both CONFIG.toml and --store DIR")
    check_writable("--store", args.store)
    if args.scheduler is not None:
        _check_scheduler(args.scheduler)
    if args.devices is not None:
        if args.scheduler is not None:
            raise bad_value("--devices", args.devices, "left out with --scheduler")
        if args.devices < 1:
            raise bad_value("--devices", args.devices, "a whole number >= 1")
        os.environ["JAX_NUM_CPU_DEVICES"] = str(args.devices)  # has effect until JAX is in use

    go_on = f"relabel scan {args.config} --store {args.store} --resume"
    signals.advise(f"; {SAFE} {go_on}")  # added to the one line that an interrupt prints
    _tell(args, _scan(args, _config(args.config)))
    return 0


def _check_scheduler(address: str) -> None:
    """Encryption needs certificates, which Dask has from its own configuration."""
    if not address.startswith("tls://"):
        return
    try:
        from distributed.security import Security
    except ImportError:
        return  # refused later, with how to install it
    if Security().get_connection_args("client")["ssl_context"] is None:
        words = "given certificates in Dask's configuration (distributed.comm.tls), or tcp://"
        raise bad_value("--scheduler", address, words)


def _refuse_beside(option: str, args: argparse.Namespace) -> None:
    beside = (args.config, args.store, args.devices, args.scheduler, args.resume or None)
    if any(value is not None for value in beside):
        raise UsageError(f"{option} stands alone: leave out CONFIG.toml and what a scan takes")


def _schema() -> int:
    from relabel_lab.scan import json_schema

    print_json(json_schema())
    return 0


def _verify(args: argparse.Namespace) -> int:
    from relabel_lab.scan import Refused, verify

    try:
        found = verify(args.verify)
    except Refused as error:
        raise bad_value("--verify", args.verify, error.allowed) from None
    if args.json:
        print_json({"store": str(args.verify), "whole": not found.wrong, **asdict(found)})
        return 1 if found.wrong else 0
    if found.wrong:
        more = f", and {len(found.wrong) - 1} more (--json lists all)" * (len(found.wrong) > 1)
        raise WorkFailed(f"{args.verify} is not whole: {found.wrong[0]}{more}")
    print(
        f"{args.verify}: {found.files} files match their checksums; "
        f"{found.finished} of {found.blocks} blocks are finished"
    )
    return 0


def _tell(args: argparse.Namespace, summary: Summary) -> None:
    if args.json:
        print_json({"store": str(args.store), **asdict(summary)})
        return
    print(
        f"{summary.cells} cells in {summary.blocks} blocks: {summary.kept} found whole, "
        f"{summary.done} computed in {summary.seconds:.1f} s; xarray.open_zarr({str(args.store)!r})"
    )


def _config(name: str) -> Config:
    from relabel_lab.scan import load, preset

    try:
        return load(preset(name) or name)
    except ValueError as error:
        raise UsageError(one_line(f"CONFIG {name}: {error}")) from None


def _scan(args: argparse.Namespace, config: Config) -> Summary:
    from relabel_lab.scan import Exists, Failed

    try:
        return _on_cluster(args, config) if args.scheduler is not None else _here(args, config)
    except Exists as error:
        raise UsageError(f"{as_option(error)}: it exists, --resume goes on with it") from None
    except Failed as error:
        raise WorkFailed(f"{error}; {SAFE} --resume") from error


def _here(args: argparse.Namespace, config: Config) -> Summary:
    """Compute the grid, then its boundary, on devices of this machine."""
    from relabel_lab.scan import BlockWork, bisect, locally

    devices = _devices(args.devices)
    work = BlockWork(config, devices)
    platform = devices[0].platform
    summary = _grid(args, config, locally(work), platform)
    if config.refine is not None:
        _boundary(args, config, lambda part: locally(lambda b: bisect(work, part(b))), platform)
    return summary


def _on_cluster(args: argparse.Namespace, config: Config) -> Summary:
    """Compute the grid, then its boundary, on the workers of a cluster."""
    from relabel_lab.scan import bisect_block, on_cluster

    summary = _grid(args, config, on_cluster(config, args.scheduler))
    if config.refine is not None:
        _boundary(
            args,
            config,
            lambda part: on_cluster(config, args.scheduler, bisect_block, part=part),
        )
    return summary


def _grid(
    args: argparse.Namespace, config: Config, execute: Any, platform: str | None = None
) -> Summary:
    from relabel_lab.scan import Progress, Watcher, run_scan

    watcher = Progress() if shows_progress(args) else Watcher()
    return run_scan(
        config, args.store, execute, resume=args.resume, watcher=watcher, platform=platform
    )


def _boundary(
    args: argparse.Namespace, config: Config, executor: Any, platform: str | None = None
) -> None:
    """Bisect the boundary of the finished grid, where the grid was computed."""
    from relabel_lab.scan import BOUNDARY, boundary_frame, boundary_parts, run_scan

    execute = executor(boundary_parts(config, args.store))
    frame = boundary_frame(config)
    run_scan(config, args.store / BOUNDARY, execute, resume=True, frame=frame, platform=platform)


def _devices(count: int | None) -> Any:
    import jax

    found = tuple(jax.local_devices())
    if count is None:
        return found
    if count > len(found):
        raise bad_value("--devices", count, f"at most the {len(found)} found")
    return found[:count]
