"""`verify`: every file against its checksum, nothing written."""

import shutil

import pytest

from relabel_lab.scan import Refused, locally, run_scan, verify


@pytest.fixture
def store(tmp_path, finished):
    return shutil.copytree(finished, tmp_path / "store")


def _flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 8
    path.write_bytes(bytes(data))


def _state(store):
    return {path: path.stat().st_mtime_ns for path in store.rglob("*")}


def test_a_whole_store_is_whole_and_left_alone(store):
    before = _state(store)
    found = verify(store)
    assert found.wrong == () and found.finished == found.blocks == 12
    chunks = [path for path in store.glob("*/[0-9]*")]
    assert found.files == len(chunks) + len([*store.glob(".z*"), *store.glob("*/.z*")])
    assert _state(store) == before


@pytest.mark.parametrize(
    "name", ["kappa_mean/2.1.0.0", "theory_status/0.0.0.0", "p/0", ".zmetadata", "rho/.zarray"]
)
def test_no_flipped_bit_goes_unnoticed(store, name):
    _flip(store / name)
    before = _state(store)
    assert verify(store).wrong == (f"{name} is damaged",)
    assert _state(store) == before


def test_missing_stray_and_linked_files_are_named(store, tmp_path):
    (store / "seeds" / "3.1").unlink()
    (store / "improved" / "9.9.0.0").write_bytes(b"?")
    (store / "kappa_se").rename(tmp_path / "outside")
    (store / "kappa_se").symlink_to(tmp_path / "outside")
    wrong = verify(store).wrong
    assert "seeds/3.1 is missing" in wrong
    assert "improved/9.9.0.0 has no line in the journal (a write cut short?)" in wrong
    assert "kappa_se/0.0.0.0 is reached by a symbolic link" in wrong
    assert len(wrong) == 2 + 12 + 2, "every chunk behind the link, and its .zarray and .zattrs"


def test_an_unfinished_store_is_whole_as_far_as_it_goes(tmp_path, stub):
    def breaks(number):
        if number == 7:
            raise KeyboardInterrupt
        return stub.simulate(stub.config())(number)

    with pytest.raises(KeyboardInterrupt):
        run_scan(stub.config(), tmp_path / "store", locally(breaks))
    found = verify(tmp_path / "store")
    assert (found.wrong, found.finished, found.blocks) == ((), 7, 12)


def test_the_boundary_is_verified_with_its_grid(store):
    shutil.copytree(store, store / "boundary")
    assert verify(store).finished == 24
    _flip(store / "boundary" / "improved" / "0.0.0.0")
    assert verify(store).wrong == ("boundary/improved/0.0.0.0 is damaged",)


def test_other_folders_and_damaged_records_are_refused(store, tmp_path):
    with pytest.raises(Refused, match="must be the store of a scan"):
        verify(tmp_path)
    _flip(store / ".scan" / "config.json")
    with pytest.raises(Refused, match="record is whole"):
        verify(store)
