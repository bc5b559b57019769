"""Files as people have them, and one clear line for everything that cannot be used."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from relabel_lab.pilot.data import dataset, repeated
from relabel_lab.pilot.io import DataRefused, Roles, load
from relabel_lab.pilot.io.matrix import read_matrix

N = 60


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.integers(20, 60, N),
            "height": rng.standard_normal(N),
            "colour": rng.choice(["red", "green"], N),
            "site": rng.choice(["a", "b"], N),
            "id": [f"row {k}" for k in range(N)],
            "label": np.where(np.arange(N) % 2, "yes", "no"),
        }
    )


def _saved(tmp_path, frame):
    path = tmp_path / "data.csv"
    frame.to_csv(path, index=False)
    return path


ROLES = Roles("label", groups=("site",), drop=("id",))


def test_csv_and_parquet_give_the_same_rows(tmp_path, frame):
    path = tmp_path / "data.parquet"
    frame.to_parquet(path)
    one, two = load(_saved(tmp_path, frame), ROLES), load(path, ROLES)
    assert np.array_equal(one.data.X, two.data.X)
    assert one.data.classes == ("no", "yes")
    assert one.features.names == {
        "numbers": ["age", "height"],
        "categories": ["colour"],
        "text": [],
    }
    assert one.data.X.shape == (N, 4)  # two numbers, two colours; groups and ids stay out
    assert set(one.groups) == {"site"}


def test_npz_dense_and_sparse(tmp_path):
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((N, 3)) * (rng.random((N, 3)) < 0.5), np.arange(N) % 3
    np.savez(tmp_path / "dense.npz", embedding=X, label=y)
    S = sparse.csr_array(X)
    parts = {"data": S.data, "indices": S.indices, "indptr": S.indptr, "shape": S.shape}
    np.savez(tmp_path / "sparse.npz", format=b"csr", label=y, **parts)
    dense, thin = (load(tmp_path / f"{kind}.npz", Roles("label")) for kind in ("dense", "sparse"))
    assert np.array_equal(dense.data.X, thin.data.X.toarray())
    assert dense.data.classes == (0, 1, 2)


def test_text_becomes_words(tmp_path, frame):
    frame["review"] = np.where(np.arange(N) % 2, "splendid wine", "awful wine")
    loaded = load(_saved(tmp_path, frame), Roles("label", text=("review",), drop=("id", "site")))
    assert sparse.issparse(loaded.data.X)
    assert loaded.features.names["text"] == ["review"]


def test_clean_labels_may_be_missing(tmp_path, frame):
    frame["checked"] = frame["label"].where(frame.index < 7)
    loaded = load(_saved(tmp_path, frame), Roles("label", drop=("id",), clean="checked"))
    assert loaded.data.clean.sum() == 7
    numeric = frame.assign(label=np.arange(N) % 2, checked=np.where(frame.index < 7, 1.0, np.nan))
    loaded = load(_saved(tmp_path, numeric), Roles("label", drop=("id",), clean="checked"))
    assert (loaded.data.truth[:7] == 1).all() and loaded.data.clean.sum() == 7


def test_repeated_rows_warn_and_share_a_unit(tmp_path, frame):
    again = pd.concat([frame, frame.iloc[:5]], ignore_index=True)
    loaded = load(_saved(tmp_path, again), ROLES)
    assert repeated(loaded.data) == 5
    assert "5 rows repeat" in loaded.warnings[0]


def _change(frame, **columns):
    return frame.assign(**columns)


BAD = {
    "missing value": (
        lambda f: _change(f, age=f.age.where(f.index > 2)),
        ROLES,
        "3 missing values",
    ),
    "missing label": (
        lambda f: _change(f, label=f.label.where(f.index > 1)),
        ROLES,
        "--label label",
    ),
    "one class": (lambda f: _change(f, label="no"), ROLES, "has 1 class"),
    "a measured label": (lambda f: _change(f, label=f.height), ROLES, "60 classes in 60 rows"),
    "class of one": (
        lambda f: _change(f, label=np.r_[["x"], f.label[1:]]),
        ROLES,
        "every class needs two",
    ),
    "absent label": (lambda f: f, Roles("labels"), "--label labels: no such column"),
    "absent group": (lambda f: f, Roles("label", groups=("sight",)), "--groups sight: no such"),
    "two roles": (lambda f: f, Roles("label", drop=("label",)), "is --label already"),
    "group of one": (
        lambda f: _change(f, site=np.r_[["z"], f.site[1:]]),
        ROLES,
        "1 groups have one member",
    ),
    "mixed column": (
        lambda f: _change(f, age=np.r_[["old"], f.age[1:].astype(str)]),
        ROLES,
        "holds numbers but for row 1",
    ),
    "free text": (
        lambda f: _change(
            pd.concat([f] * 3, ignore_index=True), id=[f"r{k}" for k in range(3 * N)]
        ),
        Roles("label", groups=("site",)),
        "--drop id leaves it out",
    ),
    "infinite": (
        lambda f: _change(f, height=np.where(f.index == 3, np.inf, f.height)),
        ROLES,
        "infinite numbers",
    ),
    "only constants": (
        lambda f: f.assign(age=1, height=2.0, colour="red"),
        ROLES,
        "no feature is left",
    ),
    "strange clean label": (
        lambda f: _change(f, truth="maybe"),
        Roles("label", groups=("site",), drop=("id",), clean="truth"),
        "no class of --label",
    ),
    "infinite label": (
        lambda f: _change(f, label=np.where(f.index % 2, np.inf, 1.0)),
        ROLES,
        "holds infinite numbers",
    ),
    "no clean label": (
        lambda f: _change(f, truth=np.nan),
        Roles("label", groups=("site",), clean="truth"),
        "no row has one",
    ),
    "numbers as text": (
        lambda f: f,
        Roles("label", groups=("site",), drop=("id",), text=("height",)),
        "--text height: holds values that are no text",
    ),
    "words of one row": (
        lambda f: _change(f, said=[f"w{k}" for k in range(N)]),
        Roles("label", groups=("site",), drop=("id",), text=("said",)),
        "no word occurs in two rows",
    ),
    "an id of a small table": (
        lambda f: f,
        Roles("label", groups=("site",)),
        "60 different texts",
    ),
    "hardly any different rows": (
        lambda f: f[["label", "site"]].assign(x=f.index % 3),
        Roles("label", groups=("site",)),
        "3 different rows of features",
    ),
    "few rows": (lambda f: f.iloc[:8], ROLES, "8 rows, at least 20"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_data_is_one_line(tmp_path, frame, name):
    change, roles, words = BAD[name]
    with pytest.raises(DataRefused) as refusal:
        load(_saved(tmp_path, change(frame)), roles)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_files_that_cannot_be_read(tmp_path):
    cases = {"absent.csv": None, "data.xlsx": b"x", "data.npz": b"no zip", "data.parquet": b"no"}
    for name, content in cases.items():
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(DataRefused) as refusal:
            load(path, Roles("label"))
        assert str(path) in str(refusal.value) and "\n" not in str(refusal.value)


def test_no_pickle_is_read(tmp_path):
    np.savez(tmp_path / "p.npz", X=np.array([[{"a": 1}]] * N, dtype=object), label=np.arange(N) % 2)
    with pytest.raises(DataRefused, match="only pickle could read"):
        load(tmp_path / "p.npz", Roles("label"))


def test_larger_than_memory_says_what_is_needed(tmp_path, frame, monkeypatch):
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("M", (), {"available": 100}))
    with pytest.raises(DataRefused, match="GiB of memory"):
        load(_saved(tmp_path, frame), ROLES)


def test_matrix_follows_its_header(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("b,a\n0.9,0.1\n0.3,0.7\n")
    assert np.array_equal(read_matrix(path, ["a", "b"]), [[0.7, 0.3], [0.1, 0.9]])
    path.write_text("0.9,0.1\n0.3\n")
    with pytest.raises(DataRefused, match="square"):
        read_matrix(path, ["a", "b"])
    path.write_text("b,c\n0.9,0.1\n0.3,0.7\n")
    with pytest.raises(DataRefused, match="classes"):
        read_matrix(path, ["a", "b"])


def test_one_class_is_refused_without_a_file():
    with pytest.raises(ValueError, match="two or more classes"):
        dataset(np.zeros((5, 2)), np.zeros(5))
