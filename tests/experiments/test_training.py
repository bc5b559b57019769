"""Training: losses and schedules by hand, replicates side by side, kills, choices."""

import os
import subprocess
import sys
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from relabel_lab.experiments.training import Images, Plan, Recipe, Search, plan_of, targets_of
from relabel_lab.experiments.training import training as training_module
from relabel_lab.experiments.training.batches import epoch_batches
from relabel_lab.experiments.training.devices import mesh_for
from relabel_lab.experiments.training.inputs import random_crop, random_cutout, random_flip
from relabel_lab.experiments.training.learner import DeepLearner
from relabel_lab.experiments.training.losses import Targets, batch_loss, mix, mixed_loss
from relabel_lab.experiments.training.optimisation import shares_of_rate, transform
from relabel_lab.experiments.training.search import _best
from tests.experiments import toy

KEY = jax.random.key(0)


def same_bits(one, two) -> bool:
    pairs = zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True)
    return all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in pairs)


def test_forward_correction_by_hand():
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]])
    flips = np.array([[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.0, 0.2, 0.8]])  # rows: true class
    labels = np.array([1, 2])
    targets = Targets(jnp.int32(labels), jnp.float32([1.0, 3.0]), jnp.float32(flips.T[labels]))
    # P(1) = .7 * .1 + .2 * .6 + .1 * .2 = .21;  P(2) = .1 * .1 + .6 * .1 + .3 * .8 = .31
    expected = -(np.log(0.21) + 3 * np.log(0.31)) / 4
    found = batch_loss(jnp.log(jnp.float32(probabilities)) + 5.0, targets)
    assert float(found) == pytest.approx(expected, rel=1e-6)
    plain = batch_loss(jnp.log(jnp.float32(probabilities)), targets._replace(likelihood=None))
    assert float(plain) == pytest.approx(-(np.log(0.2) + 3 * np.log(0.3)) / 4, rel=1e-6)


def test_mixed_targets_weigh_both_partners():
    scores = jax.random.normal(KEY, (4, 3), jnp.float32)
    targets = Targets(jnp.int32([0, 1, 2, 1]), jnp.ones(4, jnp.float32), None)
    partner = targets._replace(labels=targets.labels[::-1])
    found = mixed_loss(scores, targets, jnp.float32(0.25))
    expected = 0.25 * batch_loss(scores, targets) + 0.75 * batch_loss(scores, partner)
    assert float(found) == pytest.approx(float(expected), rel=1e-6)
    assert (mix(scores, jnp.float32(1.0)) == scores).all()


def test_schedules_by_hand():
    recipe = Recipe(1, 1, 0.1, 0.0, "sgd", schedule="linear", warmup=0.2)
    expected = [1 / 3, 2 / 3, *(1 - np.arange(8) / 8)]
    np.testing.assert_allclose(shares_of_rate(recipe, 10), expected, rtol=1e-6)
    cosine = shares_of_rate(recipe.but(schedule="cosine", warmup=0.0), 4)
    np.testing.assert_allclose(cosine, (1 + np.cos(np.pi * np.arange(4) / 4)) / 2, rtol=1e-6)


def test_decay_shrinks_matrices_alone():
    recipe = Recipe(1, 1, 0.1, 0.0, "adamw")
    weights = {"matrix": jnp.full((2, 2), 2.0), "bias": jnp.full(2, 2.0)}
    still = jax.tree.map(jnp.zeros_like, weights)
    rule = transform(recipe, 0.5)
    step, _ = rule.update(still, rule.init(weights), weights)
    assert (step["matrix"] == 1.0).all() and (step["bias"] == 0.0).all()


def test_augmentation_moves_mirrors_and_cuts():
    images = np.random.default_rng(0).uniform(1, 2, (64, 8, 8, 3)).astype(np.float32)
    padded = np.pad(np.asarray(images), ((0, 0), (2, 2), (2, 2), (0, 0)))
    moved = np.asarray(jax.jit(partial(random_crop, reach=2))(images, key=KEY))
    windows = [padded[:, i : i + 8, j : j + 8] for i in range(5) for j in range(5)]
    hits = np.array([(moved == window).all((1, 2, 3)) for window in windows])
    assert (hits.sum(axis=0) == 1).all() and hits.any(axis=1).sum() > 15
    mirrored = np.asarray(jax.jit(random_flip)(images, key=KEY)) != np.asarray(images)
    assert 16 < mirrored.any((1, 2, 3)).sum() < 48
    holes = np.asarray(jax.jit(partial(random_cutout, side=4))(images, key=KEY) == 0).all(axis=3)
    assert (holes.sum((1, 2)) <= 16).all() and (holes.sum((1, 2)) == 16).any()
    assert (
        holes.any(axis=2).sum(axis=1) * holes.any(axis=1).sum(axis=1) == holes.sum((1, 2))
    ).all()


def test_images_are_scaled_by_the_training_images_and_left_alone_in_scoring():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), np.uint8)
    inputs = Images.of(pixels, crop=2, flip=True, cutout=2)
    seen = np.asarray(eqx.filter_jit(inputs)(pixels, key=None))
    np.testing.assert_allclose(seen.mean((0, 1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(seen.std((0, 1, 2)), 1, atol=1e-4)
    assert not np.array_equal(seen, eqx.filter_jit(inputs)(pixels, key=KEY))


def test_batches_hold_only_kept_samples_each_as_often():
    weights = np.zeros((2, 40), np.float32)
    weights[0, :10], weights[1] = 1.0, 1.0
    keys = jax.random.split(KEY, 2)
    batches = epoch_batches(weights, 16, key=keys)
    assert batches.shape == (3, 2, 16)
    counts = [np.bincount(batches[:, seed].ravel(), minlength=40) for seed in range(2)]
    assert set(counts[0][:10]) == {4, 5} and (counts[0][10:] == 0).all()
    assert set(counts[1]) == {1, 2}
    assert np.array_equal(batches[:, :1], epoch_batches(weights[:1], 16, key=keys[:1]))
    with pytest.raises(ValueError, match="weights"):
        epoch_batches(np.zeros((1, 4)), 2, key=keys[:1])


def test_the_task_is_learnt():
    run = toy.finish(toy.training(recipe=toy.RECIPE.but(epochs=8)))
    features, labels = toy.texts(200, seed=1)
    assert (run.scores(features)[0].argmax(axis=-1) == labels).mean() > 0.8
    assert run.history[-1]["loss"][0] < 0.6 * run.history[0]["loss"][0]


def test_replicates_side_by_side_are_the_single_ones():
    pair, single = toy.training(2), toy.training(1)
    pair.advance(), single.advance()
    np.testing.assert_allclose(pair.history[0]["loss"][0], single.history[0]["loss"][0], atol=2e-5)
    together, alone = (jax.tree.leaves(run.state.weights) for run in (pair, single))
    for both, own in zip(together, alone, strict=True):
        np.testing.assert_allclose(both[0], own[0], atol=2e-5)
        assert both.size == 0 or not np.array_equal(both[0], both[1]) or not both[0].any()


def test_a_stopped_replicate_stays_while_others_go_on():
    run = toy.training(2)
    run.plan = Plan(run.plan.rate, run.plan.decay, np.array([1, 2], np.int32))
    run.advance()
    before = jax.tree.map(np.asarray, run.state)
    run.advance()
    first, second = (jax.tree.map(lambda leaf, i=i: leaf[i], run.state) for i in (0, 1))
    assert same_bits(first, jax.tree.map(lambda leaf: leaf[0], before))
    assert not same_bits(second, jax.tree.map(lambda leaf: leaf[1], before))
    assert run.finished


def test_devices_split_the_batch_and_agree(monkeypatch):
    assert mesh_for(16).size == len(jax.devices()) == 4 and mesh_for(6).size == 3
    many = toy.training()
    monkeypatch.setattr(training_module, "mesh_for", lambda batch: mesh_for(1))
    one = toy.training()
    many.advance(), one.advance()
    np.testing.assert_allclose(many.history[0]["loss"], one.history[0]["loss"], atol=2e-5)


def test_killed_run_resumes_to_the_same_bits(tmp_path):
    path = tmp_path / "toy.saved"
    command = [sys.executable, "-m", "tests.experiments.toy", str(path), "2", "3"]
    same = {**os.environ, "JAX_NUM_CPU_DEVICES": str(len(jax.devices()))}
    assert subprocess.run(command, check=False, env=same).returncode == -9
    resumed = toy.training(path=path)
    assert resumed.epoch == 2 and not resumed.finished
    whole = toy.finish(toy.training())
    toy.finish(resumed)
    assert same_bits(resumed.state, whole.state) and resumed.history == whole.history
    again = toy.training(path=path)
    assert again.finished and same_bits(again.state.weights, whole.state.weights)
    features, _ = toy.texts()
    assert same_bits(again.scores(features), whole.scores(features))


def test_a_file_of_another_training_is_refused(tmp_path):
    path = tmp_path / "toy.saved"
    run = toy.training(path=path)
    run.save()
    with pytest.raises(ValueError, match="the training saved there is another"):
        toy.training(path=path, recipe=toy.RECIPE.but(rate=0.1))


def test_choices_follow_the_noisy_held_out_labels():
    recipe = Recipe(3, 8, 0.1, 0.0, "sgd")
    plans = [plan_of(recipe.but(decay=decay), 2) for decay in (0.0, 0.5)]
    paths = [
        np.array([[0.2, 0.5, 0.4], [0.3, 0.3, 0.2]]),
        np.array([[0.5, 0.1, 0.1], [0.1, 0.9, 0.1]]),
    ]
    best, told = _best(plans, paths)
    assert best.stop.tolist() == [2, 2] and best.decay.tolist() == [0.0, 0.5]
    assert told[1]["chosen"] == {"rate": 0.1, "decay": 0.5, "stop": 2}
    assert told[0]["tried"][1]["held_out"] == [0.5, 0.1, 0.1]


def test_choices_to_the_end_compare_last_epochs_alone_and_cut_nothing_short():
    recipe = Recipe(3, 8, 0.1, 0.0, "sgd")
    plans = [plan_of(recipe.but(rate=rate), 2) for rate in (0.1, 0.5)]
    paths = [
        np.array([[0.2, 0.9, 0.4], [0.3, 0.3, 0.2]]),
        np.array([[0.5, 0.1, 0.1], [0.1, 0.9, 0.3]]),
    ]
    best, _ = _best(plans, paths, to_end=True)
    assert best.stop.tolist() == [3, 3]
    np.testing.assert_allclose(best.rate, [0.1, 0.5])
    falling = [{"held_out": [value]} for value in (0.5, 0.4, 0.3)]
    assert Search(patience=2).tired(falling)
    assert not Search(patience=3).tired(falling) and not Search(patience=2).tired([])
    assert not Search(patience=2, to_end=True).tired(falling)


def test_held_out_labels_are_never_trained_on():
    held, others = Search(share=0.25).split(40, jax.random.split(KEY, 3))
    assert held.shape == (3, 10) and (others.sum(axis=1) == 30).all()
    assert not np.take_along_axis(others, held, axis=1).any()
    assert len({row.tobytes() for row in held}) == 3


def test_the_learner_tunes_on_noisy_labels_and_keeps_what_it_fitted(tmp_path):
    features, labels = toy.texts()
    noisy = np.where(np.arange(len(labels)) % 3 == 0, (labels + 1) % toy.CLASSES, labels)[None]
    recipe = toy.RECIPE.but(epochs=2)
    learner = DeepLearner(
        toy.TASK, recipe, plan_of(recipe, 1), decays=(0.0, 0.1), folder=tmp_path / "work"
    )
    keys = jax.random.split(KEY, 1)
    tuned, told = learner.tuned(features, noisy, np.ones_like(noisy), key=keys)
    tried = [path["held_out"] for path in told[0]["tried"]]
    best = max(max(path) for path in tried)
    which = [max(path) for path in tried].index(best)
    assert told[0]["chosen"]["decay"] == (0.0, 0.1)[which]
    assert told[0]["chosen"]["stop"] == tried[which].index(best) + 1 == tuned.plan.stop[0]
    fit = dict(features=features, labels=noisy, weights=np.ones_like(noisy), key=keys, name="a/b")
    one = tuned.fit(**fit)
    assert one is tuned.fit(**fit) and (tmp_path / "work" / "a" / "b.saved").exists()
    told_scores = one(features)
    assert told_scores.shape == (1, len(labels), toy.CLASSES)
    np.testing.assert_allclose(np.exp(told_scores).sum(axis=-1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("field", "value"),
    [("epochs", 0), ("rate", -1.0), ("warmup", 1.0), ("optimiser", "lion"), ("clip", 0.0)],
)
def test_recipes_that_cannot_be_trained_are_refused(field, value):
    with pytest.raises(ValueError, match=field):
        toy.RECIPE.but(**{field: value})
    assert targets_of([[1]], [[1]]).labels.dtype == np.int32
