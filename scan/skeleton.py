"""The store's metadata and coordinates: everything but the values."""

from __future__ import annotations

import json
import os
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from scan.grid import Grid
from scan.journal import Entry
from scan.layout import Layout
from scan.variables import LONG, tail_sizes, variables

DIMENSIONS = "_ARRAY_DIMENSIONS"  # how xarray finds an array's dimensions
COMPRESSOR: dict[str, Any] = {"id": "zstd", "level": 1}
PACKAGES = ("relabel-lab", "jax", "jaxlib", "numpy", "scipy", "xarray", "zarr")


def versions() -> dict[str, str]:
    """Versions of the packages that the values depend on."""
    return {name: _version(name) for name in PACKAGES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def attributes(record: dict[str, Any], entries: dict[int, Entry]) -> dict[str, Any]:
    """Attributes of the whole store: configuration, versions, seeds and timings as JSON text."""
    run = record["config"]["run"]
    timings = {
        "finished_blocks": len(entries),
        "cells": sum(e.cells for e in entries.values()),
        "seeds": sum(e.seeds for e in entries.values()),
        "compute_seconds": round(sum(e.seconds for e in entries.values()), 3),
    }
    return {
        "title": "Retraining on predicted hard labels: simulation with theory beside it",
        "config": json.dumps(record["config"]),
        "versions": json.dumps(record["versions"]),
        "root_seed": run["seed"],
        "seeds_per_cell": run["seeds"],
        "timings": json.dumps(timings),
    }


def lay(root: Path, grid: Grid, layout: Layout, attrs: dict[str, Any]) -> None:
    """Build the metadata aside and move it over the store's, file by file; chunks stay."""
    aside = root / ".scan" / "skeleton"
    shutil.rmtree(aside, ignore_errors=True)
    _build(aside, grid, layout, attrs)
    for path in sorted(aside.rglob("*")):
        target = root / path.relative_to(aside)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        else:
            os.replace(path, target)
    shutil.rmtree(aside)


def _build(path: Path, grid: Grid, layout: Layout, attrs: dict[str, Any]) -> None:
    config = grid.config
    group = zarr.create_group(path, zarr_format=2, attributes=attrs)
    for name, dims, values in _coordinates(grid):
        group.create_array(
            name,
            data=values,
            fill_value=None,
            attributes={DIMENSIONS: dims, "long_name": LONG[name], "units": "1"},
        )
    sizes = tail_sizes(config)
    coordinates = " ".join(_auxiliary(grid))
    for variable in variables(config):
        tail = tuple(sizes[name] for name in variable.tail)
        group.create_array(
            variable.name,
            shape=(*layout.shape, *tail),
            chunks=(*layout.chunk, *tail),
            dtype="<f8",
            compressors=COMPRESSOR,
            fill_value=np.nan,
            config={"write_empty_chunks": True},
            attributes={
                DIMENSIONS: [*grid.names, *variable.tail],
                "long_name": variable.long_name,
                "units": variable.units,
                "coordinates": coordinates,
            },
        )
    zarr.consolidate_metadata(path, zarr_format=2)


def _coordinates(grid: Grid) -> list[tuple[str, list[str], np.ndarray]]:
    """(name, dimensions, values) of every coordinate."""
    config = grid.config
    found = [
        (axis.name, [axis.name] if axis.swept else [], np.asarray(axis.plain()))
        for axis in config.axes
    ]
    found += [(name, list(dims), values) for name, (dims, values) in grid.derived().items()]
    found.append(("scheme", ["scheme"], np.asarray(config.run.schemes)))
    found.append(("round", ["round"], np.arange(config.run.rounds + 1)))
    if config.run.quantiles:
        found.append(("quantile", ["quantile"], np.asarray(config.run.quantiles)))
    return found


def _auxiliary(grid: Grid) -> list[str]:
    """Coordinates that are no dimensions; xarray reads their names from the attributes."""
    return [name for name, dims, _ in _coordinates(grid) if dims != [name]]
