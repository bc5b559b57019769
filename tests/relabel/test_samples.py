"""`relabel samples`: the contract of its JSON and its complaints."""

import json

import pytest

from relabel_lab import sim, theory
from relabel_lab.relabel import main
from relabel_lab.theory import sample_size

PROBLEM = ["--d", "201", "--p", "0.4", "--gamma", "1.5"]


def test_json_names_n_and_method(capsys):
    assert main(["samples", *PROBLEM, "--target", "0.95", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "n" not in told["problem"]  # none was asked about
    assert 200 < told["n"] < 260  # dice: P(improves) = 0.95 near 236
    assert told["probability"] >= 0.95 and told["method"].startswith("R25")
    # A proof asks for more samples than a prediction, here by about a factor of ten.
    assert 4 * told["n"] < told["certified"]["n"] < 40 * told["n"]
    assert told["certified"]["method"].startswith("R15")


def test_one_sample_fewer_is_too_few():
    found = sample_size(sim.Problem(2, 201, 0.4, 1.5), 0.95)
    chances = [
        theory.finite_law(sim.Problem(n, 201, 0.4, 1.5), sim.Full()).p_improves
        for n in (found.n - 1, found.n)
    ]
    assert chances[0] < 0.95 <= chances[1] == pytest.approx(found.probability, rel=1e-9)


def test_boundary_surrounds_the_separation_asked_about(capsys):
    words = [*PROBLEM, "--scheme", "consensus", "--boundary", "rho", "--json"]
    assert main(["samples", *words]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["certified"] is None  # R15 is about full retraining
    low, middle, high = told["boundary"]["values"]
    assert low < middle < high
    assert high == pytest.approx(1.5**2, rel=0.01)  # n was chosen so that P = 0.95 there


@pytest.mark.parametrize(
    ("extra", "names"),
    [
        (["--target", "1"], "--target 1"),
        (["--accuracy", "0.2"], "--accuracy"),
        (["--scheme", "initial"], "initial"),
        (["--scheme", "nonsense"], "--scheme nonsense"),
    ],
)
def test_bad_input_is_one_line(extra, names, capsys):
    assert main(["samples", *PROBLEM, *extra]) == 2
    stdout, stderr = capsys.readouterr()
    assert stdout == "" and stderr.count("\n") == 1
    assert names in stderr


def test_no_number_of_samples_is_said_so(capsys):
    """Clean labels: retraining cannot help, and the search ends on its own."""
    assert main(["samples", "--d", "5", "--p", "0", "--gamma", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["n"] is None and told["probability"] < 0.5 and told["tried"] < 1000
