"""Models: shapes, sizes, formulas by hand, and that every weight takes part."""

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from relabel_lab.experiments.models import (
    Bert,
    ResNet,
    encode,
    in_precision,
    resnet18,
    resnet20,
    train_wordpiece,
)
from relabel_lab.experiments.models.convolution import BatchNorm, Convolution, Moments

TINY_RESNET = partial(ResNet, width=4, blocks=(1, 1))
TINY_BERT = partial(Bert, vocabulary=30, length=8, width=8, layers=2, heads=2, rate=0.0)


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(2).normal(size=shape).astype(np.float32)


def weights_of(make) -> int:
    shapes = eqx.filter_eval_shape(make, key=jax.random.key(0))
    return sum(leaf.size for leaf in jax.tree.leaves(eqx.filter(shapes, _is_shape)))


@eqx.filter_jit
def fresh(make, classes: int = 3):
    return make(classes, key=jax.random.key(0))


@eqx.filter_jit
def run(model, inputs, *, train: bool = False):
    return model(inputs, model.initial(), train=train, key=None)


def _is_shape(leaf) -> bool:
    return isinstance(leaf, jax.ShapeDtypeStruct)


@pytest.mark.parametrize(
    ("make", "count"),
    [
        # 11,173,962 is the known size of ResNet-18 with the CIFAR stem and ten classes.
        (partial(resnet18, 10), 11_173_962),
        # 269,722 with identity shortcuts; two projections and their norms add the rest.
        (partial(resnet20, 10), 269_722 + 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64),
    ],
)
def test_size_of_the_residual_networks(make, count):
    assert weights_of(make) == count


def test_convolution_is_the_sum_over_shifts():
    layer = Convolution(2, 3, 3, stride=2, key=jax.random.key(1))
    image = normal(1, 6, 6, 2)
    padded = np.pad(image, ((0, 0), (1, 1), (1, 1), (0, 0)))
    weight = np.asarray(layer.weight)
    expected = np.zeros((1, 3, 3, 3))
    for row in range(3):
        for column in range(3):
            window = padded[0, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
            expected[0, row, column] = np.einsum("ijc,ijco->o", window, weight)
    np.testing.assert_allclose(eqx.filter_jit(layer)(image), expected, atol=1e-5)


def test_batch_norm_normalises_and_remembers():
    images = 3 + 2 * normal(4, 5, 5, 2)
    norm = BatchNorm(2)
    out, moving = eqx.filter_jit(norm)(images, norm.initial(), train=True)
    np.testing.assert_allclose(out.mean((0, 1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(out.var((0, 1, 2)), 1, rtol=1e-4)
    np.testing.assert_allclose(moving.mean, 0.1 * images.mean((0, 1, 2)), rtol=1e-5)
    unbiased = np.var(np.asarray(images), axis=(0, 1, 2), ddof=1)
    np.testing.assert_allclose(moving.variance, 0.9 + 0.1 * unbiased, rtol=1e-5)
    told = Moments(jnp.float32([1.0, 2.0]), jnp.float32([4.0, 9.0]))
    used, kept = eqx.filter_jit(norm)(images, told, train=False)
    assert (kept.mean == told.mean).all() and (kept.variance == told.variance).all()
    np.testing.assert_allclose(used, (images - told.mean) / np.sqrt([4.0, 9.0]), atol=1e-4)


@pytest.mark.parametrize(
    ("make", "inputs"),
    [
        (TINY_RESNET, normal(6, 8, 8, 3)),
        (TINY_BERT, np.random.default_rng(3).integers(1, 30, (6, 8), np.int32)),
    ],
)
def test_every_weight_has_a_gradient_and_scores_are_float32(make, inputs):
    model = fresh(make)
    weights, frame = eqx.partition(model, eqx.is_inexact_array)

    def loss(weights):
        scores, _ = eqx.combine(weights, frame)(inputs, model.initial(), train=True, key=None)
        return jnp.square(scores - 1.0).mean(), scores

    (_, scores), slopes = jax.jit(jax.value_and_grad(loss, has_aux=True))(weights)
    assert scores.shape == (6, 3) and scores.dtype == jnp.float32
    for path, slope in jax.tree_util.tree_leaves_with_path(slopes):
        found = float(jnp.abs(slope).max())
        if "inner.bias" in jax.tree_util.keystr(path):  # keys' offsets cancel in the softmax
            found = float(jnp.abs(slope[-8:]).max())
        assert np.isfinite(found) and found > 0, jax.tree_util.keystr(path)


def test_padding_changes_nothing_and_order_matters():
    model = fresh(TINY_BERT)
    text = jnp.int32([[2, 9, 4, 7]])
    padded = jnp.pad(text, ((0, 0), (0, 4)))
    score = lambda x: run(model, x)[0]  # noqa: E731
    np.testing.assert_allclose(score(padded), score(text), rtol=1e-4, atol=1e-7)
    assert np.abs(np.asarray(score(text[:, ::-1]) - score(text))).max() > 1e-6


def test_fewer_bits_give_nearly_the_same_scores():
    model = fresh(TINY_RESNET)
    images = normal(16, 8, 8, 3)
    exact, _ = run(model, images, train=True)
    short = in_precision(model, jnp.bfloat16)
    rough, moving = run(short, jnp.asarray(images, jnp.bfloat16), train=True)
    assert rough.dtype == jnp.float32 and moving[0][0].mean.dtype == jnp.float32
    error = np.abs(np.asarray(rough - exact)).max()
    assert 0 < error < 0.1 * np.abs(np.asarray(exact)).max()


def test_vocabulary_comes_from_the_texts_alone_and_is_the_same_each_time():
    texts = ["Profits rise at the bank", "the bank sells shares", "Match won; the match lost"] * 3
    one, two = (train_wordpiece(texts, vocabulary=80, length=8) for _ in range(2))
    assert one.get_vocab() == two.get_vocab() and one.get_vocab_size() <= 80
    codes = encode(one, ["the BANK", "the bank", "zzz" * 40, "match " * 20])
    assert codes.shape == (4, 8) and codes.dtype == np.int32
    assert (codes[0] == codes[1]).all() and (codes[0, 4:] == 0).all() and (codes[3] > 0).all()
    assert codes[2, 1] == one.token_to_id("[UNK]")
