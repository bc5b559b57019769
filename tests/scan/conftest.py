import importlib.util
import signal
from pathlib import Path

import pytest
import zarr


def _load():
    spec = importlib.util.spec_from_file_location(
        "stub_scan", Path(__file__).with_name("stub_scan.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STUB = _load()


def chunk_values(path):
    """Every array of a store: name -> bytes of its values, coordinates included."""
    group = zarr.open_group(path, mode="r", zarr_format=2)
    return {name: repr(array[...].tolist()) for name, array in group.arrays()}


@pytest.fixture(scope="session")
def stub():
    return STUB


@pytest.fixture(scope="session")
def values():
    return chunk_values


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """The store of a stub scan to which nothing happened."""
    path = tmp_path_factory.mktemp("undisturbed") / "store"
    STUB.scan(path)
    return path


@pytest.fixture(scope="session")
def undisturbed(finished):
    return chunk_values(finished)


@pytest.fixture(autouse=True)
def interruptible():
    """Ctrl-C interrupts, also where the tests were started with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
