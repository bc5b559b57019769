"""The contract of what commands print."""

import json
import math

import numpy as np
import pytest

from relabel_lab.relabel import main
from relabel_lab.relabel.output import strict
from tests.relabel.running import PROBLEM, run_json
from tests.strategies import within

QUANTITIES = ("kappa", "accuracy", "log_error", "label_accuracy", "coverage")


def test_fluctuations_agree_with_seeds_or_say_why_not(capsys):
    named = ["--schemes", "initial", "full"]
    _, told = run_json(capsys, "theory", *PROBLEM, *named, "--fluctuations")
    law = {name: values["fluctuations"] for name, values in told["schemes"].items()}
    _, drawn = run_json(capsys, "simulate", *PROBLEM, "--schemes", "full", "--seeds", "2000")
    full = drawn["schemes"]["full"]
    mean, se = full["kappa"]["mean"][1], full["kappa"]["se"][1]
    assert law["full"]["reason"] is None
    assert within(law["full"]["mean"], mean, se)
    assert law["full"]["spread"] == pytest.approx(se * 2000**0.5, rel=0.07)
    assert law["full"]["p_improves"] == pytest.approx(full["improved"][1], abs=0.05)
    assert law["full"]["method"].startswith("R25") and law["full"]["error"] < 0.005
    assert law["initial"]["p_improves"] == 0 and law["initial"]["method"].startswith("R2:")


def test_theory(capsys):
    code, told = run_json(capsys, "theory", *PROBLEM)
    assert code == 0
    assert set(told) == {"problem", "alpha", "schemes", "versions"}
    assert told["alpha"] == 5.0
    assert told["problem"] == {
        "n": 300,
        "d": 61,
        "p": 0.25,
        "gamma": 1.4,
        "sigma": 1.0,
        "margin": "constant",
        "spectrum": "isotropic",
    }
    assert list(told["schemes"]) == ["initial", "full", "consensus"]
    initial = told["schemes"]["initial"]
    assert set(initial) == {"kappa", "accuracy", "log_error", "label_accuracy", "coverage"}
    # R5: kappa_0 = rho sqrt(alpha) (1 - 2p), label accuracy 1 - p, everything trained on.
    assert initial["kappa"] == pytest.approx(1.96 * 5**0.5 * 0.5, rel=1e-12)
    assert initial["label_accuracy"] == pytest.approx(0.75, rel=1e-12)
    assert initial["coverage"] == 1.0
    phi = 0.5 * math.erfc(-initial["kappa"] / 2**0.5)
    assert initial["accuracy"] == pytest.approx(phi, rel=1e-12)
    assert initial["log_error"] == pytest.approx(math.log1p(-phi), rel=1e-12)


def test_theory_keeps_schemes_in_order_and_once_below_the_initial_model(capsys):
    _, told = run_json(capsys, "theory", *PROBLEM, "--schemes", "consensus", "full,consensus")
    assert list(told["schemes"]) == ["initial", "consensus", "full"]


def test_rho_alpha_and_percentages_say_the_same(capsys):
    _, told = run_json(capsys, "theory", *PROBLEM)
    named = ["--n", "300", "--alpha", "5", "--p", "25%", "--rho", "1.96"]
    _, again = run_json(capsys, "theory", *named)
    assert again["problem"] == pytest.approx(told["problem"] | {"gamma": 1.4})
    assert again["schemes"]["full"]["kappa"] == pytest.approx(told["schemes"]["full"]["kappa"])
    _, by_d = run_json(capsys, "theory", "--d", "61", *named[2:])
    assert by_d["problem"]["n"] == 300


def test_a_dominating_eigenvalue_has_no_prediction(capsys, tmp_path):
    """The formula would say accuracy 0.529; the exact law says 0.650."""
    path = tmp_path / "one-large.txt"
    path.write_text("100\n" + "0.01\n" * 28)
    problem = ["--n", "398", "--d", "30", "--epsilon", "1", "--gamma", "2.82"]
    _, told = run_json(capsys, "theory", *problem, "--spectrum", str(path))
    for values in told["schemes"].values():
        assert values["kappa"] is None and values["accuracy"] is None
        assert values["status"] == "dominated" and "simulate" in values["reason"]
    assert main(["theory", *problem, "--spectrum", str(path)]) == 0
    assert "full: no prediction, because a few eigenvalues" in capsys.readouterr().out


def test_theory_over_rounds(capsys):
    _, told = run_json(capsys, "theory", *PROBLEM, "--schemes", "full", "--rounds", "2")
    scheme = told["schemes"]["full"]
    assert [set(values) for values in scheme["rounds"]] == [set(QUANTITIES)] * 3
    for quantity in QUANTITIES:
        assert scheme["rounds"][1][quantity] == pytest.approx(scheme[quantity], rel=1e-12)
    assert scheme["rounds_method"] == "quadrature" and max(scheme["rounds_error"]) < 1e-10
    assert main(["theory", *PROBLEM, "--rounds", "-1"]) == 2
    assert "--rounds -1" in capsys.readouterr().err


def test_epsilon_stands_for_p(capsys):
    problem = ["--n", "3e2", "--d", "61", "--gamma", "1.4"]
    _, by_epsilon = run_json(capsys, "theory", *problem, "--epsilon", str(math.log(3)))
    _, by_p = run_json(capsys, "theory", *PROBLEM)
    assert by_epsilon["problem"]["p"] == pytest.approx(0.25, rel=1e-15)
    assert by_epsilon["problem"]["epsilon"] == math.log(3)
    for name, values in by_p["schemes"].items():
        assert by_epsilon["schemes"][name] == pytest.approx(values, rel=1e-12)


def test_spectrum_file_of_equal_eigenvalues_is_isotropic(capsys, tmp_path):
    path = tmp_path / "spectrum.txt"
    path.write_text("4.0\n" * 60)
    _, from_file = run_json(capsys, "theory", *PROBLEM, "--spectrum", str(path))
    _, isotropic = run_json(capsys, "theory", *PROBLEM, "--sigma", "2")
    assert from_file["problem"]["sigma"] == pytest.approx(2.0)
    for name, values in isotropic["schemes"].items():
        assert from_file["schemes"][name] == pytest.approx(values, rel=1e-9)


def test_tables_for_people(capsys):
    assert main(["theory", *PROBLEM]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert " ".join(lines[2].split()) == "scheme kappa accuracy log_error labels right used"
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[3:]] == ["initial", "full", "consensus"]


def test_table_of_all_schemes_puts_the_best_first(capsys):
    assert main(["theory", *PROBLEM, "--schemes", "all"]) == 0
    kappas = [float(line.split()[1]) for line in capsys.readouterr().out.splitlines()[3:]]
    assert len(kappas) > 3
    assert kappas == sorted(kappas, reverse=True)


def test_check_tries_one_claim_and_writes_the_record(capsys, tmp_path):
    code, told = run_json(capsys, "check", "--only", "R8-clean", "--out", str(tmp_path))
    assert code == 0
    assert told["level"] == "quick"
    assert (told["holds"], told["fails"], told["undecided"]) == (1, 0, 0)
    (claim,) = told["claims"]
    assert {"id", "source", "statement", "evidence", "verdict", "details"} <= set(claim)
    written = json.loads((tmp_path / "claims.json").read_text())
    assert written == {name: told[name] for name in written}
    assert "R8-clean" in (tmp_path / "claims.md").read_text()


def test_check_lists_what_is_claimed_without_trying_it(capsys):
    assert main(["check", "--list", "--only", "R7"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in told if not line.startswith(" ")] == [
        "R7-monotone",
        "R7-consensus",
    ]
    assert max(map(len, told)) <= 80


@pytest.mark.parametrize(
    ("verdict", "details", "code", "line"),
    [
        (
            "fails",
            {"refuted": [{"name": "mean", "expected": 2, "found": 3}]},
            1,
            "X fails: mean: expected 2, found 3",
        ),
        (
            "undecided",
            {"crash": "Traceback\nValueError: no"},
            1,
            "X undecided: crashed: ValueError",
        ),
        ("undecided", {"open": [{"name": "mean", "expected": 2, "found": 3}]}, 0, "X undecided: "),
    ],
)
def test_check_says_what_did_not_hold(verdict, details, code, line, capsys, monkeypatch, tmp_path):
    claim = {"id": "X", "verdict": verdict, "finding": "-", "proved": "sampled", "regime": "limit"}
    record = {"claims": [claim | {"details": details}], "holds": 0, "fails": 0, "undecided": 0}
    record[verdict] = 1
    monkeypatch.setattr("relabel_lab.proofs_check.try_claims", lambda *_: record)
    assert main(["check", "--out", str(tmp_path)]) == code
    assert line in capsys.readouterr().out


def test_strict_json_tells_nan_and_infinity_apart():
    told = strict({"a": np.array([1.0, np.nan]), "b": (np.inf, 2), "c": np.float64(-np.inf)})
    assert told == {"a": [1.0, None], "b": ["inf", 2], "c": "-inf"}
