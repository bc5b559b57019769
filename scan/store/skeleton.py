"""The store's metadata and coordinates: everything but the values."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import zarr

from relabel_lab.scan.store.frame import Frame
from relabel_lab.scan.store.journal import Entry
from relabel_lab.scan.store.variables import LONG

DIMENSIONS = "_ARRAY_DIMENSIONS"  # how xarray finds an array's dimensions
COMPRESSOR: dict[str, Any] = {"id": "zstd", "level": 1}


def attributes(record: dict[str, Any], entries: dict[int, Entry], blocks: int) -> dict[str, Any]:
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
        "settings": json.dumps(record["settings"]),
        "root_seed": run["seed"],
        "seeds_per_cell": run["seeds"],
        "blocks": blocks,
        "timings": json.dumps(timings),
    }


def lay(root: Path, frame: Frame, attrs: dict[str, Any]) -> dict[str, bytes]:
    """Build the metadata aside and move it over the store's, file by file; chunks stay.

    Returns:
        What was written: content by path below ``root``.
    """
    aside = root / ".scan" / "skeleton"
    shutil.rmtree(aside, ignore_errors=True)
    _build(aside, frame, attrs)
    written = {}
    for path in sorted(aside.rglob("*")):
        name = path.relative_to(aside).as_posix()
        if path.is_dir():
            (root / name).mkdir(exist_ok=True)
        else:
            written[name] = path.read_bytes()
            os.replace(path, root / name)
    shutil.rmtree(aside)
    return written


def _build(path: Path, frame: Frame, attrs: dict[str, Any]) -> None:
    group = zarr.create_group(path, zarr_format=2, attributes=attrs)
    for name, dims, values in frame.coordinates:
        group.create_array(
            name,
            data=values,
            fill_value=None,
            attributes={DIMENSIONS: dims, "long_name": LONG[name], "units": "1"},
        )
    beside = " ".join(name for name, dims, _ in frame.coordinates if dims != (name,))
    for variable in frame.variables:
        tail = frame.tail(variable)
        group.create_array(
            variable.name,
            shape=(*frame.layout.shape, *tail),
            chunks=(*frame.layout.chunk, *tail),
            dtype=variable.dtype,
            compressors=COMPRESSOR,
            fill_value=variable.fill,
            config={"write_empty_chunks": True},
            attributes={
                DIMENSIONS: [*frame.names, *variable.tail],
                "long_name": variable.long_name,
                "units": variable.units,
                "coordinates": beside,
                **variable.attributes,
            },
        )
    zarr.consolidate_metadata(path, zarr_format=2)
