"""What decides a store's bits beside its configuration: versions, and settings of JAX."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import jax

DECISIVE = ("relabel-lab", "jax", "jaxlib", "numpy", "scipy")
PACKAGES = (*DECISIVE, "xarray", "zarr")
SETTINGS = (
    "jax_threefry_partitionable",
    "jax_default_prng_impl",
    "jax_random_seed_offset",
    "jax_enable_x64",
    "jax_numpy_dtype_promotion",
    "jax_default_matmul_precision",
    "jax_disable_jit",
)
"""Settings of JAX, environment variables of the same name included, that change draws or digits."""

Fingerprint = dict[str, dict[str, Any]]


def fingerprint(platform: str | None = None) -> Fingerprint:
    """Versions and settings of this process, and the kind of device where it is known."""
    settings = {name: _plain(getattr(jax.config, name, None)) for name in SETTINGS}
    return {
        "versions": {name: _version(name) for name in PACKAGES},
        "settings": settings if platform is None else {**settings, "platform": platform},
    }


def changes(then: Fingerprint, now: Fingerprint) -> Iterator[str]:
    """What differs of that which decides bits, one short phrase each."""
    for name in DECISIVE:
        yield from _change(name, then["versions"].get(name), now["versions"].get(name))
    for name in SETTINGS:
        yield from _change(name, then["settings"].get(name), now["settings"].get(name))
    platforms = [side["settings"].get("platform") for side in (then, now)]
    if None not in platforms:
        yield from _change("platform", *platforms)


def _change(name: str, then: Any, now: Any) -> Iterator[str]:
    if then != now:
        yield f"{name} {then} then, {now} now"


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
