"""Scans: time a cell, what the store costs, two devices, adaptive seeds, memory."""

import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np

from relabel_lab.scan import (
    Block,
    BlockWork,
    Config,
    grid_frame,
    locally,
    open_finished,
    parse,
    run_scan,
)
from relabel_lab.sim.dice import padded_sizes

Row = dict[str, Any]
PLANE = {"p": {"linspace": [0.02, 0.45, 32]}, "rho": {"geomspace": [0.5, 4.0, 16]}, "alpha": 2.0}
CELLS = 2048  # timed; enough that creating the store once does not count


def run() -> list[Row]:
    """Rows name, value, unit, target."""
    return [*_memory(), *_speed(), *_adaptive(), *_programs()]


def _config(axes: dict[str, Any], block: int = 256, **run: Any) -> Config:
    return parse({"axes": axes, "run": {"schemes": ["full", "consensus"], **run}} | _store(block))


def _store(block: int) -> dict[str, Any]:
    return {"store": {"block": block}}


def _row(name: str, value: float, unit: str, target: str | None = None) -> Row:
    return {"name": name, "value": float(value), "unit": unit, "target": target}


def _memory() -> list[Row]:
    """A million cells whose values cost nothing: what is left is the store's."""
    p = {"linspace": [0.0, 0.45, 1000]}
    config = _config(
        {"p": p, "rho": {"geomspace": [0.5, 4.0, 1000]}, "alpha": 2.0, "n": 1000}, 1000
    )
    frame = grid_frame(config)
    values = {
        variable.name: np.random.default_rng(0).random((1000, *frame.tail(variable)))
        for variable in frame.variables
    }
    with tempfile.TemporaryDirectory() as folder:
        seconds = run_scan(config, Path(folder) / "store", locally(lambda _: values)).seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [
        _row("peak memory at 10^6 cells", peak, "GiB", "< 1.5"),
        _row("store alone, 10^6 cells", seconds, "s"),
    ]


class _Timed:
    """A block's work that remembers how long the engine itself took."""

    def __init__(self, work: BlockWork):
        self.work, self.engine_seconds = work, 0.0
        draw = work.engine.draw

        def timed(*args: Any) -> Any:
            start = time.perf_counter()
            try:
                return draw(*args)
            finally:
                self.engine_seconds += time.perf_counter() - start

        work.engine.draw = timed  # type: ignore[method-assign, assignment]

    def __call__(self, block: int) -> Block:
        return self.work(block)


def _speed() -> list[Row]:
    """Blocks of 256 cells, 1000 seeds at n = 1000, on one device and on two."""
    p = {"linspace": [0.02, 0.45, CELLS // 16]}
    config = _config({**PLANE, "p": p, "n": 1000}, seeds=1000)
    devices = tuple(jax.local_devices())
    one = BlockWork(config, devices[:1])
    two = _Timed(BlockWork(config, devices[:2]))
    one(0), two(0)
    alone = _seconds(lambda: one(0))
    two.engine_seconds = 0.0
    with tempfile.TemporaryDirectory() as folder:
        whole = _seconds(lambda: run_scan(config, Path(folder) / "store", locally(two)))
    beside = 1 - two.engine_seconds / whole
    together = _seconds(lambda: two(0))
    return [
        _row(
            "10^5 cells x 10^3 seeds, n = 10^3, two devices",
            whole / CELLS * 1e5 / 60,
            "min",
            "< 20",
        ),
        _row("store and bookkeeping", 100 * beside, "% of the time", "< 10"),
        _row("two devices against one", alone / together, "x", ">= 1.7"),
    ]


def _seconds(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _adaptive() -> list[Row]:
    """Seeds until settled, against giving every cell as many as the hardest settled one."""
    cap = 4096
    table = {"axes": {**PLANE, "n": 300}, "adaptive": {"cap": cap}} | _store(256)
    config = parse({**table, "run": {"schemes": ["full", "consensus"], "seeds": "adaptive"}})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        run_scan(config, path, locally(BlockWork(config)))
        with open_finished(path, config) as store:
            every = (slice(None), slice(None))
            seeds = store.read("seeds", every)
            lower, upper = (
                store.read(f"improved_{end}", every)[..., 1] for end in ("lower", "upper")
            )
    settled = ((lower > 0.5) | (upper < 0.5)).all(axis=-1)
    uniform = seeds[settled].max() * seeds.size
    return [
        _row(
            "adaptive seeds: uniform plan over adaptive", uniform / seeds.sum(), "x fewer", ">= 5"
        ),
        _row("cells settled", 100 * float(settled.mean()), "%"),
    ]


def _programs() -> list[Row]:
    sizes = np.unique(np.geomspace(30, 100_000, 50).astype(int))
    count = len(np.unique(padded_sizes(sizes, sizes)))
    return [_row("programs for 50 different n, several rounds", count, "programs", "<= 6")]
