"""How much memory a simulation may use."""

from __future__ import annotations

import os
from pathlib import Path

import jax

from relabel_lab.sim.kit import reject

CAUTION = 0.5


def budget(devices: tuple[jax.Device, ...]) -> int:
    """Bytes that all ``devices`` together may hold: half of what is free now."""
    if all(device.platform == "cpu" for device in devices):
        return int(CAUTION * free_memory())
    return int(CAUTION * sum(_free_on(device) for device in devices))


def require_room(need: int, n: int, devices: tuple[jax.Device, ...] | None = None) -> None:
    """Refuse ``n`` samples of which one seed alone needs more bytes than any device has free.

    Raises:
        ValueError: naming both.
    """
    have = max(_free_on(device) for device in devices or jax.local_devices())
    if need > have:
        room = f"{need / 2**30:.3g} GiB, of which {have / 2**30:.3g} are free"
        raise reject("n", n, f"small enough that one seed fits into memory: it needs {room}")


def free_memory() -> int:
    """Bytes of main memory that can be had without swapping, control groups respected."""
    return min(_available(), _group_limit())


def _free_on(device: jax.Device) -> int:
    stats = device.memory_stats() or {}
    if "bytes_limit" not in stats:
        return free_memory()
    return stats["bytes_limit"] - stats.get("bytes_in_use", 0)


def _available() -> int:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        kibibytes = next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))
        return 1024 * int(kibibytes)
    except (OSError, StopIteration):  # not Linux: half of what is installed
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def _group_limit() -> int:
    unlimited = 1 << 62
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
        used = int(Path("/sys/fs/cgroup/memory.current").read_text())
    except OSError:
        return unlimited
    return unlimited if limit == "max" else max(0, int(limit) - used)
