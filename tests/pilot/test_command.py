"""``relabel pilot`` as a practitioner uses it: one command, a page, an exit code."""

import contextlib
import io
import json
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from relabel_lab.relabel.cli import main

KEYS = {"noise", "fit", "gain", "cost", "coverage", "verdict"}
FILES = {"pilot.html", "pilot.json", "relabelled.csv", "model.skops"}


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    n, d = 240, 10
    y = rng.integers(2, size=n)
    X = rng.standard_normal((n, d))
    X[:, 0] += 2.0 * (2 * y - 1)
    frame = pd.DataFrame(X, columns=[f"x{k}" for k in range(d)])
    frame["site"] = rng.choice(["north", "south"], n)
    frame["truth"] = np.where(y, "yes", "no")
    flipped = np.where(rng.random(n) < 0.2, 1 - y, y)
    frame["answer"] = np.where(flipped, "yes", "no")
    return frame


@pytest.fixture(scope="module")
def table(rows, tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "rows.csv"
    rows.to_csv(path, index=False)
    return path


LEARNER = [
    "--learner",
    "relabel_lab.pilot.study.lean:LeanRidge",
    "--repeats",
    "2",
    "--workers",
    "1",
]


def _words(table, out, *more):
    first = ["pilot", str(table), "--label", "answer", "--out", str(out)]
    return [*first, "--drop", "truth", "--groups", "site", *LEARNER, *more]


@pytest.fixture(scope="module")
def report(table, tmp_path_factory):
    out = tmp_path_factory.mktemp("report") / "out"
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        assert main(_words(table, out, "--flip-rate", "0.2")) == 0
    (out.parent / "summary").write_text(told.getvalue())
    return out


def test_files_and_schema(report):
    assert FILES <= {path.name for path in report.iterdir()}
    assert {"gains.svg", "rounds.svg", "coverage.svg"} <= {
        path.name for path in (report / "figures").iterdir()
    }
    told = json.loads((report / "pilot.json").read_text())
    assert KEYS <= set(told)
    assert {"flip_rate", "interval", "verdict"} <= set(told["noise"])
    assert told["noise"]["flip_rate"] == pytest.approx(0.2)
    for name in ("full", "consensus", "crossfit-consensus"):
        for base in ("over_given", "over_tuned"):
            low, high = told["gain"][name][base]["interval"]
            assert low <= told["gain"][name][base]["estimate"] <= high
    assert set(told["gain"]["tuned"]) == {"over_given"}
    assert told["verdict"]["decision"] in {"adopt", "tune", "keep", "undecided"}
    assert {"scheme", "rounds", "why"} <= set(told["verdict"])
    assert {part["name"] for part in told["coverage"]["groups"]} == {"site = north", "site = south"}


def test_relabelled_rows(report, rows):
    told = pd.read_csv(report / "relabelled.csv")
    assert list(told.columns) == ["given", "new", "confidence", "changed"]
    assert (told["given"] == rows["answer"]).all()
    assert (told["changed"] == (told["given"] != told["new"])).all()
    # Cross-fitted labels are right more often than the given ones, which nobody used.
    assert (told["new"] == rows["truth"]).mean() > (told["given"] == rows["truth"]).mean()


def test_page_is_whole_and_asks_nobody(report):
    page = (report / "pilot.html").read_text()
    assert page.startswith("<!doctype html>") and page.rstrip().endswith("</html>")
    loaded = re.findall(r"(?:src|href)\s*=\s*[\"']([^\"'#][^\"']*)", page)
    assert not loaded
    assert not re.search(r"@import|url\(\s*[\"']?(?!#)", page)
    assert page.count("<svg") == page.count("</svg>") >= 4
    assert "prefers-color-scheme: dark" in page and 'name="viewport"' in page


def test_model_predicts_the_tables_rows(report, rows):
    import skops.io

    types = skops.io.get_untrusted_types(file=report / "model.skops")
    assert all(name.startswith("relabel_lab.pilot.") for name in types)
    model = skops.io.load(report / "model.skops", trusted=types)
    predicted = model.predict(rows.drop(columns=["answer", "site", "truth"]))
    assert np.mean(predicted == rows["truth"]) > 0.8


def test_summary_fits_80_columns_and_ends_with_the_verdict(report):
    told = (report.parent / "summary").read_text().splitlines()
    assert max(map(len, told)) <= 80
    last = max(k for k, line in enumerate(told) if line.startswith("verdict: "))
    assert all(line.startswith((" ", "verdict")) for line in told[last:])


def test_json_is_alone_and_the_same_again(table, report, tmp_path, capsys):
    """A second run, told as JSON, says what the files of the first say."""
    out = tmp_path / "out"
    assert main(_words(table, out, "--flip-rate", "0.2", "--json")) == 0
    told = [json.loads(capsys.readouterr().out), json.loads((report / "pilot.json").read_text())]
    assert {"relabel-lab", "scikit-learn"} <= set(told[0].pop("versions"))
    for one in told:
        del one["cost"]  # seconds and memory are the machine's
    assert told[0] == told[1]
    assert (out / "relabelled.csv").read_bytes() == (report / "relabelled.csv").read_bytes()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--epsilon", "0"], "--epsilon 0"),
        (["--epsilon", "-1"], "--epsilon -1"),
        (["--epsilon", "inf"], "--epsilon"),
        (["--epsilon", "1", "--flip-rate", "0.2"], "--epsilon and --flip-rate"),
        (["--flip-rate", "0.5"], "--flip-rate 0.5"),
        (["--flip-rate", "x"], "--flip-rate"),
        (["--groups", "nowhere"], "--groups nowhere: no such column"),
        (["--learner", "forest"], "--learner forest"),
        (["--learner", "sklearn.linear_model:LinearRegression"], "classifier"),
        (["--learner", "logistic:-1"], "--learner logistic:-1"),
        (["--repeats", "1"], "--repeats 1"),
        (["--margin", "0"], "--margin 0"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_bad_options_are_one_line_and_leave_nothing(table, tmp_path, capsys, more, words):
    out = tmp_path / "out"
    assert main(_words(table, out, *more)) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert words in told.err and told.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("0.5,0.5\n0.5,0.5\n", "--flip-matrix"),
        ("0.9,0.1\n0.2,0.9\n", "--flip-matrix"),
        ("0.8,0.1,0.1\n0.1,0.8,0.1\n0.1,0.1,0.8\n", "is for 3 classes"),
        ("no,maybe\n0.9,0.1\n0.2,0.8\n", "classes"),
    ],
)
def test_bad_matrices(table, tmp_path, capsys, content, words):
    path = tmp_path / "matrix.csv"
    path.write_text(content)
    assert main(_words(table, tmp_path / "out", "--flip-matrix", str(path))) == 2
    told = capsys.readouterr()
    assert words in told.err and told.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_bad_data_leave_nothing(tmp_path, capsys):
    path = tmp_path / "bad.csv"
    path.write_text("x,answer\n" + "1,a\n" * 30)
    assert main(["pilot", str(path), "--label", "answer", "--out", str(tmp_path / "out")]) == 2
    assert "1 class" in capsys.readouterr().err
    assert {item.name for item in tmp_path.iterdir()} == {"bad.csv"}


def test_help_is_cheap():
    """No heavy import behind ``relabel pilot --help``."""
    code = (
        "import sys\nfrom relabel_lab.relabel.cli import build_parser\nbuild_parser()\n"
        "print([m for m in ('jax', 'sklearn', 'pandas', 'numpy') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
