"""``--classes`` on the command line (R22)."""

from __future__ import annotations

import json

import pytest

from relabel_lab.relabel.cli import main

SIZES = ["--n", "300", "--d", "50", "--gamma", "2"]


def told(capsys, *words: str) -> dict:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_two_classes_are_the_default(capsys):
    plain = told(capsys, "theory", *SIZES, "--p", "0.2")
    assert told(capsys, "theory", *SIZES, "--p", "0.2", "--classes", "2") == plain


def test_theory_of_ten_classes(capsys):
    found = told(
        capsys, "theory", "--n", "300", "--alpha", "3", "--rho", "7.2", "--p", "0.6",
        "--classes", "10", "--schemes", "full", "soft:1", "--rounds", "2",
    )  # fmt: skip
    assert found["problem"]["classes"] == 10 and found["problem"]["d"] == 109
    assert found["alpha"] == 3.0
    assert found["schemes"]["full"]["kappa"] == pytest.approx(1.6907 / 2**0.5, abs=5e-5)
    over = found["schemes"]["full"]
    assert (
        over["rounds_method"] == "quasi-Monte Carlo" and over["rounds"][1]["kappa"] == over["kappa"]
    )
    assert 1 < over["rounds"][2]["kappa"] / over["rounds"][1]["kappa"] < 1.1
    assert 0 < over["rounds_error"][2] < 0.01
    assert found["schemes"]["soft:1"]["rounds_status"] == "classes"
    assert found["schemes"]["soft:1"]["status"] == "classes"


def test_simulation_of_three_classes(capsys):
    words = ["simulate", *SIZES, "--p", "0.3", "--classes", "3", "--seeds", "8"]
    schemes = told(capsys, *words)["schemes"]
    assert set(schemes) == {"initial", "full", "consensus"}
    assert len(schemes["full"]["kappa"]["mean"]) == 2
    assert schemes["initial"]["improved"] == [0.0, 0.0]


def test_a_flip_matrix_of_two_classes_is_flips_by_class(capsys, tmp_path):
    (tmp_path / "flips.csv").write_text("0.9,0.1\n0.3,0.7\n")
    found = told(capsys, "theory", *SIZES, "--noise", f"matrix:{tmp_path}/flips.csv")
    known = told(capsys, "theory", *SIZES, "--noise", "classes:0.1,0.3")
    assert found["schemes"] == known["schemes"] and found["problem"]["p"] == pytest.approx(0.2)


def test_a_flip_matrix_of_three_classes(capsys, tmp_path):
    (tmp_path / "flips.txt").write_text("0.8 0.1 0.1\n0.2 0.7 0.1\n\n0 0 1\n")
    words = ["--noise", f"matrix:{tmp_path}/flips.txt", "--classes", "3", "--schemes", "initial"]
    found = told(capsys, "theory", *SIZES, *words)
    assert found["problem"]["p"] == pytest.approx(0.5 / 3)
    # R22 sees the diagonal alone in the mean: a_0 = (tr T - 1)/(K (K - 1)).
    assert 0 < found["schemes"]["initial"]["kappa"]
    assert found["schemes"]["initial"]["label_accuracy"] == pytest.approx(2.5 / 3)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1 0\n0 1\n", "3 rows of 3 numbers"),
        ("1 0 0\n0 1 0\n0 0 x\n", "could not convert"),
        ("1 0 0\n.4 .4 .2\n0 0 1\n", "largest on the diagonal"),
    ],
)
def test_a_bad_flip_matrix_is_one_line(capsys, tmp_path, text, named):
    (tmp_path / "t").write_text(text)
    assert main(["theory", *SIZES, "--noise", f"matrix:{tmp_path}/t", "--classes", "3"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and named in err and "--noise matrix:" in err


@pytest.mark.parametrize("classes", ["2", "5"])
def test_an_epsilon_that_flips_nothing_is_a_warning(capsys, classes):
    assert main(["theory", *SIZES, "--epsilon", "64", "--classes", classes]) == 0
    assert "warning: --epsilon 64: no label flips" in capsys.readouterr().err


def test_an_error_is_one_line_without_warnings(capsys):
    words = ["simulate", *SIZES, "--epsilon", "64", "--classes", "5", "--schemes", "optimal"]
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "--schemes optimal: must be" in err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("--classes 1 --p 0.2", "--classes 1"),
        ("--classes 60 --p 0.2", "--classes 60: must be at most d"),
        ("--classes 4 --p 0.75", "--p 0.75"),
        ("--classes 4 --epsilon 0", "--epsilon 0"),
        ("--classes 3 --p 0.2 --margin gaussian", "--margin gaussian"),
        ("--classes 3 --noise classes:.1,.2", "--noise classes:.1,.2: must be matrix:FILE"),
        ("--classes 3 --noise matrix:nowhere", "there is no such file"),
    ],
)
def test_bad_input_is_one_line(capsys, words, named):
    assert main(["theory", *SIZES, *words.split()]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and named in err
