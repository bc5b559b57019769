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
        "--classes", "10", "--schemes", "full", "soft:1", "--rounds", "2", "--fluctuations",
    )  # fmt: skip
    assert found["problem"]["classes"] == 10 and found["problem"]["d"] == 109
    assert found["alpha"] == 3.0
    assert found["schemes"]["full"]["kappa"] == pytest.approx(1.6907 / 2**0.5, abs=5e-5)
    assert found["schemes"]["full"]["rounds_status"] == "rounds"
    for law in found["schemes"]["full"]["rounds_fluctuations"]:
        assert law["status"] == "ok" and "draws" in law["method"]
    assert found["schemes"]["soft:1"]["fluctuations"]["status"] == "no prediction"
    assert found["schemes"]["soft:1"]["status"] == "classes"


def test_simulation_of_three_classes(capsys):
    words = ["simulate", *SIZES, "--p", "0.3", "--classes", "3", "--seeds", "8"]
    schemes = told(capsys, *words)["schemes"]
    assert set(schemes) == {"initial", "full", "consensus"}
    assert len(schemes["full"]["kappa"]["mean"]) == 2
    assert schemes["initial"]["improved"] == [0.0, 0.0]


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
        ("--classes 3 --noise classes:.1,.2", "--noise"),
    ],
)
def test_bad_input_is_one_line(capsys, words, named):
    assert main(["theory", *SIZES, *words.split()]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and named in err
