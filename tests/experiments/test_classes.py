"""The law of K classes with any means: against R22, and against labels drawn and averaged."""

import jax
import numpy as np
import pytest

from relabel_lab.experiments import arms_named, run_arms
from relabel_lab.experiments.bridge import class_law, gram_of, simplex, span_of
from relabel_lab.experiments.bridge.linear import Averaging
from relabel_lab.experiments.engine import accuracy_of
from relabel_lab.experiments.records import label_accuracies
from relabel_lab.sim import Consensus, Full, Initial
from relabel_lab.sim.classes import ClassProblem
from relabel_lab.theory import predict
from tests.strategies import agrees

ERROR = 4 * 0.5 / 200_000**0.5


@pytest.mark.parametrize(
    ("classes", "right", "alpha", "rho"), [(4, 0.5, 4, 1.5), (10, 0.4, 8, 2.7)]
)
def test_a_simplex_without_noise_within_its_span_is_r22(classes, right, alpha, rho):
    r = 2000
    size = {"n": alpha * r, "d": r + classes - 1}
    told = class_law(simplex(classes, rho), **size, flips=1 - right, within=0.0)
    problem = ClassProblem(**size, p=1 - right, gamma=rho**0.5, classes=classes)
    schemes = {"given": Initial(), "full": Full(), "consensus": Consensus()}
    for arm, scheme in schemes.items():
        law = predict(problem, scheme)
        # test draws and the draws behind the integrals both err
        assert told[arm].accuracy == pytest.approx(float(law.accuracy[-1]), abs=2 * ERROR)
        assert told[arm].labels == pytest.approx(float(law.label_accuracy[-1]), abs=2 * ERROR)


def test_unequal_means_and_noise_within_their_span_agree_with_drawn_data():
    rng, classes, n, d, flips = np.random.default_rng(1), 4, 1500, 300, 0.4
    means = np.diag([3.0, 2.0, 1.0]) @ rng.normal(size=(3, classes))
    means = (means - means.mean(axis=1, keepdims=True)).T
    found = np.array([_drawn(rng, means, n, d, flips, seed) for seed in range(8)])
    told = np.array([[*law] for law in class_law(means, n, d, flips).values()])
    assert agrees(found, told, also=ERROR + 3 / d)
    assert told[2, 0] > told[1, 0] + 0.01, "the case is one where the arms differ"


def _drawn(rng, means, n, d, flips, seed):
    """Accuracy, accuracy of labels and share kept of the three arms on one drawn problem."""
    classes = len(means)

    def sample(count):
        truth = rng.permutation(np.arange(count) % classes)
        x = rng.standard_normal((count, d))
        x[:, : classes - 1] += means[truth]
        return x.astype(np.float32), truth

    (x, y), (test, test_y) = sample(n), sample(4000)
    given = np.where(rng.random(n) < flips, (y + rng.integers(1, classes, n)) % classes, y)
    key = jax.random.split(jax.random.key(seed), 1)
    arms = arms_named(("given", "full", "consensus"))
    trained = run_arms(arms, Averaging(classes), x, given[None], key=key).values()
    return [
        (
            accuracy_of(arm.predict, test, test_y)[0],
            label_accuracies(arm, given[None], y)[0]["kept"],
            arm.kept.mean(),
        )
        for arm in trained
    ]


def test_means_are_known_from_their_distances():
    rng = np.random.default_rng(0)
    means = rng.normal(size=(5, 4))
    distances = ((means[:, None] - means[None]) ** 2).sum(axis=-1)
    found = span_of(gram_of(distances))
    again = ((found[:, None] - found[None]) ** 2).sum(axis=-1)
    np.testing.assert_allclose(again, distances, atol=1e-12)
