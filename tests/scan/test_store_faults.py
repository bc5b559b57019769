"""What can happen to a store between two scans, and to the disk during one."""

import errno
import os
import resource
import shutil
import signal

import pytest

from relabel_lab.scan import (
    BlockWork,
    Exists,
    Failed,
    Refused,
    locally,
    parse,
    run_scan,
    verify,
)
from relabel_lab.scan.store import open_store


@pytest.fixture
def store(tmp_path, finished):
    return shutil.copytree(finished, tmp_path / "store")


def _repaired(stub, store, values, undisturbed):
    """Resume; how many blocks were redone."""
    summary = stub.scan(store, resume=True)
    assert values(store) == undisturbed
    return summary.done


def test_a_whole_store_is_left_alone(store, stub, values, undisturbed):
    before = {path: path.stat().st_mtime_ns for path in store.glob("kappa_mean/[0-9]*")}
    assert len(before) == 12
    assert _repaired(stub, store, values, undisturbed) == 0
    assert before == {path: path.stat().st_mtime_ns for path in store.glob("kappa_mean/[0-9]*")}


def test_a_block_without_any_value_is_whole(tmp_path):
    """One seed has no standard error: every value of that variable is NaN, as in an empty store."""
    axes = {"n": 20, "d": [5, 6], "p": 0.2, "gamma": 1.0}
    run = {"schemes": ["initial"], "seeds": 1, "quantities": ["kappa"]}
    config = parse({"axes": axes, "run": run, "store": {"block": 1}})
    path = tmp_path / "store"
    run_scan(config, path, locally(BlockWork(config)))
    assert not verify(path).wrong
    again = run_scan(config, path, locally(BlockWork(config)), resume=True)
    assert (again.kept, again.done) == (2, 0)


def test_truncated_chunk(store, stub, values, undisturbed):
    chunk = store / "kappa_mean" / "2.1.0.0"
    chunk.write_bytes(chunk.read_bytes()[:-7])
    assert _repaired(stub, store, values, undisturbed) == 1


def test_empty_chunk(store, stub, values, undisturbed):
    (store / "kappa_se" / "0.0.0.0").write_bytes(b"")
    assert _repaired(stub, store, values, undisturbed) == 1


def test_no_flipped_byte_goes_unnoticed(store, stub):
    chunk = store / "improved" / "1.0.0.0"
    whole = chunk.read_bytes()
    with open_store(store, stub.config(), resume=True) as opened:
        for position in range(len(whole)):
            flipped = bytearray(whole)
            flipped[position] ^= 1 << (position % 8)
            chunk.write_bytes(bytes(flipped))
            assert 2 not in opened.finished()
        chunk.write_bytes(whole)
        assert len(opened.finished()) == 12


def test_flipped_bit_is_redone(store, stub, values, undisturbed):
    chunk = store / "improved_lower" / "5.1.0.0"
    data = bytearray(chunk.read_bytes())
    data[len(data) // 2] ^= 4
    chunk.write_bytes(bytes(data))
    assert _repaired(stub, store, values, undisturbed) == 1


def test_missing_chunk(store, stub, values, undisturbed):
    (store / "seeds" / "3.1").unlink()
    assert _repaired(stub, store, values, undisturbed) == 1


def test_chunks_without_a_journal_prove_nothing(store, stub, values, undisturbed):
    (store / ".scan" / "journal").unlink()
    assert _repaired(stub, store, values, undisturbed) == 12


def test_torn_and_damaged_journal_lines_are_redone(store, stub, values, undisturbed):
    journal = store / ".scan" / "journal"
    lines = journal.read_bytes().splitlines(keepends=True)
    damaged = lines[4].replace(b'"cells": 2', b'"cells": 3')
    journal.write_bytes(b"".join([*lines[:4], damaged, *lines[5:-1], lines[-1][:40]]))
    assert _repaired(stub, store, values, undisturbed) == 2
    assert _repaired(stub, store, values, undisturbed) == 0


def test_damaged_metadata_is_written_anew(store, stub, values, undisturbed):
    for name in (".zmetadata", "kappa_mean/.zarray", "p/.zarray", "p/0"):
        (store / name).write_bytes(b"{")
    assert _repaired(stub, store, values, undisturbed) == 0


def test_leftovers_of_torn_writes_vanish(store, stub):
    leftover = store / "kappa_mean" / "0.0.0.0abc.partial"
    leftover.write_bytes(b"half")
    stub.scan(store, resume=True)
    assert not leftover.exists()


def test_existing_store_is_refused_without_resume(store, stub, values, undisturbed):
    with pytest.raises(Exists, match="store = .* must be new unless it is resumed"):
        stub.scan(store)
    assert values(store) == undisturbed


def test_something_else_is_never_touched(tmp_path, stub):
    (tmp_path / "thesis.tex").write_text("years of work")
    for resume in (False, True):
        with pytest.raises(Refused, match="the store of a scan, or not there yet"):
            stub.scan(tmp_path, resume=resume)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(Refused, match="the store of a scan, or not there yet"):
        stub.scan(tmp_path / "thesis.tex", resume=True)


def test_another_configuration_is_refused_and_the_difference_shown(store, stub):
    with pytest.raises(Refused, match=r"run\.seeds is 10 in the store, 11 in the config"):
        stub.scan(store, resume=True, config=stub.config(seeds=11))
    with pytest.raises(Refused, match=r"run\.rounds is 1 .* 2 .*; run\.seed is 0 .* 5 in"):
        stub.scan(store, resume=True, config=stub.config(seed=5, rounds=2))


def test_read_only_disk(tmp_path, stub):
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o555)
    was = os.geteuid()
    if was == 0:  # root may write anywhere
        os.seteuid(65534)
    try:
        with pytest.raises(Refused, match="a folder that can be written"):
            stub.scan(shut / "store")
    finally:
        os.seteuid(was)
    assert not any(shut.iterdir())


def _failing_at(stub, block, failure):
    """Simulate as ever, but let ``failure`` happen when it comes to ``block``."""
    work = stub.simulate(stub.config())

    def simulate(number):
        if number == block:
            failure()
        return work(number)

    return locally(simulate)


def test_no_room_for_a_chunk(tmp_path, stub, values, undisturbed):
    store, limits = tmp_path / "store", resource.getrlimit(resource.RLIMIT_FSIZE)
    fill = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16, limits[1]))  # noqa: E731
    try:
        with pytest.raises(Failed, match=os.strerror(errno.EFBIG)):
            run_scan(stub.config(), store, _failing_at(stub, 5, fill))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    summary = stub.scan(store, resume=True)
    assert (summary.kept, summary.done) == (5, 7)
    assert values(store) == undisturbed


def test_no_room_for_the_journal(tmp_path, stub, values, undisturbed):
    store = tmp_path / "store"
    journal, aside = store / ".scan" / "journal", tmp_path / "journal"

    def fill():
        journal.rename(aside)
        journal.symlink_to("/dev/full")

    with pytest.raises(Failed, match=os.strerror(errno.ENOSPC)):
        run_scan(stub.config(), store, _failing_at(stub, 3, fill))
    journal.unlink()
    aside.rename(journal)
    assert stub.scan(store, resume=True).kept == 3
    assert values(store) == undisturbed


def test_interrupt_drops_the_block_in_hand_whole(tmp_path, stub, values, undisturbed):
    store = tmp_path / "store"
    interrupt = lambda: signal.raise_signal(signal.SIGINT)  # noqa: E731
    with pytest.raises(KeyboardInterrupt):
        run_scan(stub.config(), store, _failing_at(stub, 4, interrupt))
    assert stub.scan(store, resume=True).kept == 4
    assert values(store) == undisturbed
