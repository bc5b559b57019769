"""Whose a store is, what decides its bits, and what leads out of it."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from relabel_lab.scan import Failed, Refused, locally, run_scan
from relabel_lab.scan.store.lock import writer_lock
from relabel_lab.scan.store.record import read_record, write_atomically


@pytest.fixture
def store(tmp_path, finished):
    return shutil.copytree(finished, tmp_path / "store")


def _scan_until(stub, store, block, happens):
    """Scan; when it comes to ``block``, something happens."""
    work = stub.simulate(stub.config())

    def simulate(number):
        if number == block:
            happens()
        return work(number)

    return run_scan(stub.config(), store, locally(simulate))


def test_second_scan_is_refused_while_the_first_runs(store, stub):
    with writer_lock(store / ".scan"):
        with pytest.raises(Refused, match=f"another scan .process {os.getpid()}. is writing"):
            stub.scan(store, resume=True)
    assert stub.scan(store, resume=True).done == 0


def test_lock_dies_with_its_process(store, stub):
    """What a killed scan leaves behind: both files, and no lock on them."""
    code = (
        "import os, sys; from pathlib import Path; from relabel_lab.scan.store.lock import *\n"
        "with writer_lock(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(store / ".scan")], check=False)
    assert killed.returncode == -9 and (store / ".scan" / "owner").exists()
    assert stub.scan(store, resume=True).done == 0


def test_a_deleted_lock_ends_the_scan_before_it_commits(tmp_path, stub, values, undisturbed):
    store = tmp_path / "store"
    lock = store / ".scan" / "lock"
    with pytest.raises(Failed, match="the store's lock was deleted while the scan ran"):
        _scan_until(stub, store, 4, lock.unlink)
    assert stub.scan(store, resume=True).kept == 4
    assert values(store) == undisturbed


def test_of_two_writers_after_a_deleted_lock_one_stops(tmp_path, stub, values, undisturbed):
    store = tmp_path / "store"
    second = []

    def steal():
        (store / ".scan" / "lock").unlink()
        second.append(stub.scan(store, resume=True))

    with pytest.raises(Failed, match=r"another scan \(process \d+\) has taken over the store"):
        _scan_until(stub, store, 5, steal)
    assert (second[0].kept, second[0].done) == (5, 7)
    assert len((store / ".scan" / "journal").read_bytes().splitlines()) == 12
    assert values(store) == undisturbed


@pytest.mark.parametrize("way", ["moved", "deleted"])
def test_a_store_taken_away_is_one_clear_failure(tmp_path, stub, way):
    store = tmp_path / "store"

    def take():
        if way == "moved":
            store.rename(tmp_path / "elsewhere")
        else:
            shutil.rmtree(store)

    with pytest.raises(Failed, match="store: the store was moved or deleted while the scan ran"):
        _scan_until(stub, store, 3, take)
    assert not store.exists(), "nothing is written where the store was"
    if way == "moved":
        assert stub.scan(tmp_path / "elsewhere", resume=True).kept == 3


@pytest.mark.parametrize("name", ["kappa_mean", "p", ".scan/journal", ".scan"])
def test_nothing_is_written_through_a_link(store, tmp_path, stub, name):
    outside = tmp_path / "outside"
    (store / name).rename(outside)
    (store / name).symlink_to(outside)
    before = {p: p.read_bytes() for p in [outside, *outside.rglob("*")] if p.is_file()}
    (store / "seeds" / "0.0").write_bytes(b"damaged")
    with pytest.raises(Refused, match=f"free of symbolic links: {name} is one"):
        stub.scan(store, resume=True)
    assert before == {p: p.read_bytes() for p in [outside, *outside.rglob("*")] if p.is_file()}


def test_a_folder_that_becomes_a_link_ends_the_scan(tmp_path, stub):
    store, outside = tmp_path / "store", tmp_path / "outside"

    def link():
        (store / "improved").rename(outside)
        (store / "improved").symlink_to(outside)

    with pytest.raises(Failed, match="improved in the store became a symbolic link"):
        _scan_until(stub, store, 6, link)
    assert len(list(outside.glob("[0-9]*"))) == 6


def _edit(store, change):
    """Write another record, with its checksum, as another machine would have."""
    from relabel_lab.scan.store.record import _digest

    record = read_record(store)
    change(record)
    text = json.dumps({**record, "sha256": _digest(record)})
    write_atomically(store / ".scan" / "config.json", text.encode())


@pytest.mark.parametrize(
    ("table", "name", "value", "says"),
    [
        ("versions", "jax", "0.0.1", r"jax 0\.0\.1 then, .* now"),
        ("settings", "jax_threefry_partitionable", False, "partitionable False then, True now"),
        ("settings", "jax_default_prng_impl", "rbg", "prng_impl rbg then, threefry2x32 now"),
        ("settings", "jax_enable_x64", False, "jax_enable_x64 False then, True now"),
    ],
)
def test_whatever_changes_bits_is_refused(store, stub, table, name, value, says):
    _edit(store, lambda record: record[table].update({name: value}))
    with pytest.raises(Refused, match=says):
        stub.scan(store, resume=True)


def test_another_kind_of_device_is_refused_where_both_are_known(store, stub):
    def resume(platform):
        work = locally(stub.simulate(stub.config()))
        return run_scan(stub.config(), store, work, resume=True, platform=platform)

    assert resume("gpu").done == 0, "the store does not say"
    _edit(store, lambda record: record["settings"].update(platform="cpu"))
    assert resume("cpu").done == resume(None).done == 0
    with pytest.raises(Refused, match="platform cpu then, gpu now"):
        resume("gpu")


def test_the_environment_is_part_of_the_fingerprint(tmp_path):
    code = "from relabel_lab.scan.store import fingerprint; print(fingerprint()['settings'])"
    environment = {**os.environ, "JAX_THREEFRY_PARTITIONABLE": "0"}
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert "'jax_threefry_partitionable': False" in told.stdout


def test_no_flipped_bit_of_the_record_goes_unnoticed(store, stub):
    path = store / ".scan" / "config.json"
    whole = path.read_bytes()
    for position in range(0, len(whole), 7):
        flipped = bytearray(whole)
        flipped[position] ^= 1 << (position % 7)
        path.write_bytes(bytes(flipped))
        if json.loads(whole) == _loaded(path):
            continue  # white space
        with pytest.raises(Refused, match="record is whole"):
            stub.scan(store, resume=True)
    path.write_bytes(whole)
    assert stub.scan(store, resume=True).done == 0


def _loaded(path):
    try:
        return json.loads(path.read_bytes())
    except ValueError:
        return None
