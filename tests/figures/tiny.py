"""Figures at sizes of no more than a few cells."""

import pytest

from relabel_lab.figures import module
from relabel_lab.figures.predicted import (
    bayes_gap,
    classes,
    cobweb,
    critical_separation,
    experiment,
    label_dp,
    label_quality,
    schemes,
    window,
)
from relabel_lab.figures.simulated import (
    accuracy_curves,
    collapse,
    cost,
    finite,
    guarantee,
    learner_boundary,
    phase_diagram,
    plane,
    rounds,
)

TINY = {
    "accuracy_curves": accuracy_curves.Preset(d=61, low=4.0, high=5.0, points=2, seeds=40),
    "phase_diagram": phase_diagram.Preset(
        side=(2, 2), seeds=40, sizes=((2000, 1000),), points=3, certified=2
    ),
    "critical_separation": critical_separation.Preset(low=0.01, high=100.0, points=5),
    "cost": cost.Preset(
        n=64, d={"direct": (8,), "dice": (8, 10**6)}, seeds={"direct": 2, "dice": 2}, repeats=1
    ),
    "schemes": schemes.Preset(points=5),
    "label_dp": label_dp.Preset(points=4, sizes=7),
    "classes": classes.Preset(points=5),
    "experiment": experiment.Preset(epsilon=(0.5,)),
    "label_quality": label_quality.Preset(points=3),
    "window": window.Preset(points=4),
    "collapse": collapse.Preset(points=2, seeds=50, fine=3),
    "guarantee": guarantee.Preset(points=2, drawn=(100,), seeds=20),
    "plane": plane.Preset(shown=20),
    "finite": finite.Preset(points=2, simulated=1, most=100, seeds=512),
    "bayes_gap": bayes_gap.Preset(points=3),
    "cobweb": cobweb.Preset(points=5, rounds=2),
    "rounds": rounds.Preset(side=2, seeds=8, rounds=2, sizes=((60, 20),), predicted=2),
    "learner_boundary": learner_boundary.Preset(
        side=2, seeds=12, r=30, alphas=(4.0,), learners=("ridge:1",), fine=5
    ),
}


def silent(done, total):
    """Progress that nobody watches."""


@pytest.fixture
def tiny(monkeypatch):
    for name, preset in TINY.items():
        monkeypatch.setitem(module(name).PRESETS, "quick", preset)
