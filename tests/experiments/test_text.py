"""The text experiment at the smoke preset: every kind of noise, pairing, side by side."""

from dataclasses import replace

import numpy as np
import pytest

from relabel_lab.experiments.runs import TEXT, run_deep
from relabel_lab.experiments.runs import run as run_module
from relabel_lab.experiments.runs.text import text_material


@pytest.fixture
def short(monkeypatch):
    """The smoke preset with two arms and one decay."""
    preset = replace(
        TEXT["smoke"], arms=("given", "full"), extra=("forward",), decays=(0.01,), noises=("human",)
    )
    monkeypatch.setitem(TEXT, "smoke", preset)
    monkeypatch.setattr("relabel_lab.experiments.runs.cells.CORE", ("given",))
    return preset


def test_every_noise_has_its_rows(short, tmp_path):
    rows = run_deep("text", "smoke", data=None, out=tmp_path).records()
    assert [(row.noise, row.epsilon, row.arm) for row in rows] == [
        ("human", None, "given"),
        ("rr", 0.8, "given"),
        ("rr", 0.8, "full"),
        ("rr", 0.8, "forward"),
    ]
    human, given, full, forward = rows
    assert human.labels["given"] == pytest.approx(0.8, abs=0.1)
    assert given.labels == forward.labels and sum(full.size) == 120
    assert given.choices["loss"] != forward.choices["loss"]
    assert all(np.isfinite(row.choices["loss"]) for row in rows)


def test_replicates_side_by_side_have_the_labels_of_single_ones(short, tmp_path, monkeypatch):
    one = replace(short, arms=("given",), extra=(), noises=())
    monkeypatch.setitem(TEXT, "smoke", one)
    apart = run_deep("text", "smoke", data=None, out=tmp_path / "apart", seeds=2).records()
    monkeypatch.setattr(run_module, "replicates_at_once", lambda *told: 2)
    beside = run_deep("text", "smoke", data=None, out=tmp_path / "beside", seeds=2).records()
    assert [row.labels for row in apart] == [row.labels for row in beside]
    assert apart[0].labels != apart[1].labels and apart[0].setting == apart[1].setting
    for alone, together in zip(apart, beside, strict=True):
        assert alone.choices["loss"] == pytest.approx(together.choices["loss"], abs=1e-3)


def test_tokens_are_padded_and_of_the_training_texts():
    material = text_material("smoke", TEXT["smoke"], None)
    assert material.features.shape == (120, 32) and material.test_features.shape == (60, 32)
    assert material.features.max() == material.facts["vocabulary"] - 1
    assert (material.features[:, 0] == 2).all() and (material.features[:, -1] == 0).all()
    assert set(material.human) == {"human"}
    again = text_material("smoke", TEXT["smoke"], None)
    assert again.facts == material.facts
