"""One of four CPU devices for every test, and compiled programs shared by the test processes.

Each device compiles its own copy of a program, so engines see the first alone unless a test gives
them several: these come from ``jax.devices()``.
"""

import gc
import os
from pathlib import Path

os.environ["JAX_NUM_CPU_DEVICES"] = "4"  # anew in every process of pytest-xdist
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the relabel program does
os.environ.setdefault("OMP_NUM_THREADS", "1")  # every core has a test process of its own
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.3")
os.environ.setdefault(
    "JAX_COMPILATION_CACHE_DIR", str(Path(__file__).parents[1] / ".pytest_cache" / "jax")
)

import jax
import pytest

MOST_MAPS = 20_000
FIRST = jax.local_devices()[:1]

jax.local_devices = lambda *_, **__: FIRST
os.environ["JAX_NUM_CPU_DEVICES"] = "1"  # of the programs that tests start


@pytest.fixture(autouse=True, scope="module")
def few_compiled_programs():
    """Forget compiled programs before they use up the memory maps that Linux allows a process.

    Each takes some dozens of the 65,530; beyond, the compiler crashes.
    """
    yield
    if maps() > MOST_MAPS:
        jax.clear_caches()
        gc.collect()


def maps() -> float:
    """Memory maps of this process; infinite where the system does not say."""
    known = Path("/proc/self/maps")
    return known.read_bytes().count(b"\n") if known.exists() else float("inf")
