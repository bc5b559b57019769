"""What figures show is right."""

import json

import numpy as np
import pytest

from relabel_lab.figures.boundaries import certified_separation, limit_separation
from relabel_lab.figures.predicted import (
    critical_separation,
    experiment,
    label_dp,
)
from relabel_lab.figures.simulated import (
    finite,
    learner_boundary,
    phase_diagram,
    plane,
    rounds,
)
from relabel_lab.sim import Consensus, Full, Problem
from relabel_lab.theory import critical_separation as critical
from relabel_lab.theory.finite import p_improves
from tests.figures.tiny import TINY, silent
from tests.strategies import share_error, within


def test_phase_diagram_cells_lie_on_the_right_side(tiny):
    data = phase_diagram.compute(TINY["phase_diagram"], silent)
    for panel in data["panels"]:
        for name in ("full", "consensus"):
            share, low = np.asarray(panel["improved"][name]), panel["band"][name][0][1]
            limit = np.asarray(panel["limit"][name])
            # rho = 0.75 harms and rho = 4.8 helps at n/(d-1) = 2, little noise or much.
            assert (share[0] < 0.5).all() and (share[1] > 0.5).all()
            assert ((0.75 < limit) & (limit < 4.8)).all() and low < limit[1]


def test_learner_boundary_cells_lie_on_the_right_side(tiny):
    data = learner_boundary.compute(TINY["learner_boundary"], silent)
    (panel,) = data["panels"]
    score, ridge = np.asarray(panel["score"]), np.asarray(panel["ridge"])
    # rho = 3.06 helps; so does the limit from rho = 1.2 on, at every p of the grid.
    assert (score[1] > 2).all() and (ridge[2:] > 0).all() and (ridge[0, -1] < 0)
    assert np.asarray(panel["averaging"]).shape == ridge.shape == (5, 5)


def test_critical_separations_fall_from_their_limits():
    preset = critical_separation.Preset(low=1e-6, high=1e6, points=25)
    data = critical_separation.compute(preset, silent)
    for name, start in (("full", 2.0), ("consensus", 1.5)):
        curve = np.asarray(data[name])
        assert curve[0] == pytest.approx(start, abs=1e-3)
        assert curve[-1] == pytest.approx(1.0, abs=1e-2)
        assert (np.diff(curve) < 0).all()


def test_best_round_is_the_first_within_a_percent_of_the_best():
    paths = ([1.0, 2.0, 2.5, 2.51], [1.0, 0.9, 1.02, 0.5], [1.0, 0.9, 1.005, 0.5], [2.0, 1.0, 0.5])
    assert [rounds.best_round(np.array([path, path])) for path in paths] == [2, 2, 0, 0]
    assert rounds.best_round(np.array([[1.0, 4.0], [3.0, 1.0]])) == 1  # of the mean: 2, 2.5


def test_rounds_pay_above_the_boundary_and_harm_below():
    data = rounds.compute(TINY["rounds"], silent)
    (panel,) = data["panels"]
    for name in ("full", "consensus"):
        best, line = np.asarray(panel["best"][name]), np.asarray(panel["first_round"][name])
        # rho = 0.94 and 2.31 at n/(d-1) = 3, p = 0.135.
        assert best[0, 0] == 0 and best[1, 0] > 0
        assert (line[0] < 0).all() and (line[-1] > 0).all()
    for path in data["paths"]:
        for line in path["schemes"].values():
            assert line["mean"][line["best"]] * rounds.GAIN >= max(line["mean"])


def test_limit_separation_tends_to_the_critical_one():
    for scheme in (Full(), Consensus()):
        found = limit_separation(1.0, [0.4999], scheme)
        assert found == pytest.approx(float(critical(1.0, scheme)), rel=1e-3)


def test_certified_separation_lies_above_the_boundary():
    near = float(limit_separation(2.0, 0.3, Full()))
    least = certified_separation(4000, 2000, 0.3, near)
    assert least is not None and near < least < 10
    assert certified_separation(50, 25, 0.3, near) is None  # far too few samples


def test_shares_of_seeds_agree_with_the_law_at_finite_n():
    data = finite.compute(finite.Preset(points=2, simulated=1, most=100, seeds=512), silent)
    for panel, scheme in zip(data["panels"], finite.SCHEMES, strict=True):
        for curve in panel["curves"]:
            law = p_improves(Problem(100, 101, finite.P, curve["rho"] ** 0.5), scheme).value
            assert within(curve["share"][0], law, share_error(law, 512))


def test_plane_shows_what_its_numbers_say():
    data = plane.compute(plane.Preset(shown=600), silent)
    for panel in data["panels"]:
        first, second = panel["views"]
        x, normal = np.asarray(first["x"]), np.asarray(first["normal"])
        # The second model is trained on the sides of the first one's boundary.
        assert (np.sign(x @ normal) == np.asarray(second["labels"])).mean() > 0.995
        assert 1 - np.mean(first["right"]) == pytest.approx(first["wrong_share"])
    assert data["panels"][0]["views"][1]["accuracy"] > data["panels"][0]["views"][0]["accuracy"]
    assert data["panels"][1]["views"][1]["accuracy"] < data["panels"][1]["views"][0]["accuracy"]


def test_needed_samples_reach_the_target():
    alphas = np.geomspace(0.1, 10, 5)
    assert label_dp._needed(np.array([0.5, 0.6, 0.8, 1.0, 1.0]), alphas) == pytest.approx(10**0.25)
    assert label_dp._needed(np.full(5, 0.7), alphas) is None


def test_experiment_gains_are_those_of_the_records():
    data = experiment.compute(experiment.PRESETS["quick"], silent)
    assert len(data["pairs"]) == 180  # 45 pairs of classes at four epsilon
    first = data["pairs"][0]
    law = json.loads((experiment.MEASURED / "law.json").read_text())["pairs"][0]
    accuracy = {name: law["measured"][name]["accuracy"] for name in ("given", "full")}
    assert first["measured"]["full"] == pytest.approx(100 * (accuracy["full"] - accuracy["given"]))
    assert [row[0] for row in data["ten"]["full"]] == [0.5, 1.0, 2.0, 3.0, 4.0, 6.0]
    assert all(row[3] >= 2 for rows in data["ten"].values() for row in rows)
