"""What `relabel simulate` prints."""

import json

import numpy as np
import pytest

from relabel_lab.relabel import main
from relabel_lab.relabel.output import strict
from relabel_lab.relabel.simulation import mean_and_error
from tests.relabel.running import PROBLEM, run_json
from tests.strategies import within


@pytest.mark.parametrize("engine", ["dice", "direct"])
def test_simulate(engine, capsys):
    options = ["--engine", engine, "--seeds", "40", "--rounds", "1"]
    code, told = run_json(capsys, "simulate", *PROBLEM, *options)
    assert code == 0
    assert set(told) == {
        *("problem", "engine", "learner", "rounds", "seeds", "seed", "schemes", "versions")
    }
    assert (told["engine"], told["seeds"]) == (engine, 40)
    _, theory = run_json(capsys, "theory", *PROBLEM)
    for name, values in told["schemes"].items():
        assert set(values) == {"kappa", "accuracy", "label_accuracy", "coverage", "improved"}
        for quantity in set(values) - {"improved"}:
            assert set(values[quantity]) == {"mean", "se"}
            assert len(values[quantity]["mean"]) == len(values[quantity]["se"]) == 2
        assert values["improved"][0] == 0.0
        mean, se = values["accuracy"]["mean"][1], values["accuracy"]["se"][1]
        # The finite-size shift is of order 1/n.
        assert within(mean, theory["schemes"][name]["accuracy"], se, also=3 / 300)
    assert told["schemes"]["initial"]["improved"] == [0.0, 0.0]
    assert told["schemes"]["full"]["improved"][1] > 0.9
    kappas = {name: values["kappa"]["mean"] for name, values in told["schemes"].items()}
    assert kappas["initial"][0] == kappas["full"][0] == kappas["consensus"][0]


def test_one_seed_has_no_standard_error():
    told = strict(mean_and_error(np.array([[1.0, 2.0]])))
    assert told == {"mean": [1.0, 2.0], "se": [None, None]}


def test_standard_error():
    told = mean_and_error(np.array([[1.0], [3.0]]))
    assert told["mean"] == [2.0]
    assert told["se"] == [pytest.approx(1.0)]  # sd sqrt(2) over sqrt(2) seeds


def test_seed_is_the_root_of_all_draws(capsys):
    tell = ["simulate", *PROBLEM, "--seeds", "40"]
    first, again, other = (run_json(capsys, *tell, "--seed", s)[1] for s in ("5", "5", "6"))
    assert first == again
    assert first["schemes"] != other["schemes"]


def test_batches_under_a_progress_bar_change_nothing(capsys, monkeypatch):
    monkeypatch.setattr("relabel_lab.relabel.simulation.BATCH", 16)
    tell = ["simulate", *PROBLEM, "--seeds", "40"]
    _, plain = run_json(capsys, *tell)
    assert main([*tell, "--json", "--progress"]) == 0
    out, err = capsys.readouterr()
    batched = json.loads(out)
    assert "100%" in err
    for name, values in plain["schemes"].items():
        for quantity in ("kappa", "accuracy", "label_accuracy"):
            for part, value in values[quantity].items():
                assert batched["schemes"][name][quantity][part] == pytest.approx(value, rel=1e-12)
        assert batched["schemes"][name]["improved"] == values["improved"]


def test_learners_report_convergence(capsys):
    direct = ("--engine", "direct", "--seeds", "4", "--schemes", "full")
    code, told = run_json(
        capsys, "simulate", *PROBLEM, *direct, "--learner", "ridge:0.1", "--intercept"
    )
    assert code == 0
    full = told["schemes"]["full"]
    assert full["converged"] == [1.0, 1.0]
    _, averaging = run_json(capsys, "simulate", *PROBLEM, *direct)
    assert "converged" not in averaging["schemes"]["full"]
    assert averaging["schemes"]["full"]["kappa"] != full["kappa"]


def test_fits_that_stop_early_are_named(capsys):
    from relabel_lab.relabel import simulation
    from relabel_lab.sim import Full, Problem
    from relabel_lab.sim.learners import Ridge

    impossible = Ridge(0.1, True, tolerance=1e-300)  # the program of the test before
    problem = Problem(300, 61, 0.25, 1.4)
    outcomes = simulation.run(
        problem, [Full()], engine="direct", rounds=1, seeds=4, seed=0, learner=impossible
    )
    simulation.warn_unconverged("full", outcomes["full"])
    assert capsys.readouterr().err == "warning: full: 8 of 8 fits did not converge\n"
