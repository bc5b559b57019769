"""The direct engine: what it draws, what it trains, and what must not change its results."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from relabel_lab import sim
from relabel_lab.sim import direct, power_spectrum
from relabel_lab.sim.direct import drawing
from tests.sim.drawing import KEY, SCHEMES, SIZE, draw, retrain
from tests.strategies import share_error, within


def parameter(problem, theta):
    """The kappa of R1 by its definition in plain NumPy."""
    a = theta[..., 0] / problem.gamma
    root = np.sqrt(np.asarray(drawing.eigenvalues(problem, problem.d)))
    return problem.gamma**2 * a / np.linalg.norm(root * theta[..., 1:], axis=-1)


def test_run_trains_on_the_very_data_of_sample_without_their_labels():
    problem = sim.Problem(**SIZE, p=0.3, gamma=1.7, margin="uniform:0.5")
    results = direct.run_many(problem, SCHEMES, 2, key=KEY, seeds=3, dtype=jnp.float64)
    for seed in range(3):
        data = draw(problem, seed, dtype=jnp.float64)
        for scheme in SCHEMES:
            theta, labels = retrain(scheme, data.x, data.given, 2)
            got = jax.tree.map(lambda column, seed=seed: column[seed], results[scheme.name])
            np.testing.assert_allclose(got.kappa, parameter(problem, theta), rtol=1e-12)
            used = np.asarray(labels != 0)
            right = (labels * data.y > 0).sum(-1) / used.sum(-1)
            np.testing.assert_allclose(got.label_accuracy, right, rtol=1e-14)
            np.testing.assert_allclose(got.coverage, used.mean(-1), rtol=1e-14)


def test_retraining_is_the_definition():
    data = draw(sim.Problem(**SIZE, p=0.3, gamma=1.7), dtype=jnp.float64)
    x, noisy = np.asarray(data.x), np.asarray(data.given)
    theta, labels = retrain(sim.Consensus(), data.x, data.given, 2)
    expected = noisy
    for step in range(3):
        np.testing.assert_array_equal(labels[step], expected)
        np.testing.assert_allclose(theta[step], expected @ x / len(x), atol=1e-14)
        expected = np.where(np.sign(x @ theta[step]) == noisy, noisy, 0)


@pytest.mark.parametrize("height", [7, 90])
def test_blocks_do_not_change_the_law(height, monkeypatch):
    monkeypatch.setattr(drawing, "CACHE_BYTES", 4 * SIZE["d"] * height)
    problem = sim.Problem(**SIZE, p=0.2, gamma=2.0, sigma=0.5)
    assert drawing.layout(problem).rows >= problem.n
    data = draw(problem)
    assert data.x.shape == (problem.n, problem.d)
    noise = np.asarray(data.x)[:, 1:] / 0.5
    assert len(np.unique(noise)) > 0.99 * noise.size
    count = noise.size
    assert abs(noise.mean()) < 4 / np.sqrt(count)
    assert within((noise**2).mean(), 1, np.sqrt(2 / count))
    assert within((noise**4).mean(), 3, np.sqrt(96 / count))
    theta, labels = retrain(sim.Full(), data.x, data.given, 1)
    result = direct.run(problem, sim.Full(), key=KEY, seeds=1)
    np.testing.assert_allclose(result.kappa[0], parameter(problem, theta), rtol=1e-4)
    right = (labels * data.y > 0).mean(-1)
    np.testing.assert_allclose(result.label_accuracy[0], right, atol=1e-12)


def test_samples_follow_the_model():
    spectrum = np.array([4.0, 0.25, 0.0])
    problem = sim.Problem(200_000, 4, 0.3, 1.5, spectrum=spectrum, margin="half-normal:0.5")
    data = draw(problem, positive=0.9, dtype=jnp.float64)
    x, y, noisy, m = (np.asarray(leaf) for leaf in (data.x, data.y, data.given, data.margin))
    n = problem.n
    np.testing.assert_allclose(x[:, 0], y * m * problem.gamma, rtol=1e-12)
    assert set(y) == set(noisy) == {-1.0, 1.0} and m.min() > 1
    assert within((y > 0).mean(), 0.9, share_error(0.9, n))
    assert within((noisy != y).mean(), 0.3, share_error(0.3, n))
    assert abs(np.corrcoef(noisy != y, y)[0, 1]) < 4 / np.sqrt(n)
    assert abs(np.corrcoef(noisy != y, m)[0, 1]) < 4 / np.sqrt(n)
    z = x[:, 1:3] / np.sqrt(spectrum[:2])
    assert np.all(x[:, 3] == 0)
    assert within((z**2).mean(0), 1, np.sqrt(2 / n))
    others = np.stack([z[:, 0], z[:, 1], m, y, noisy * y])
    correlations = np.corrcoef(others)[np.triu_indices(5, 1)]
    assert np.all(np.abs(correlations) < 4.5 / np.sqrt(n))


def test_no_flips_at_p_zero():
    data = draw(sim.Problem(**SIZE, p=0.0, gamma=1.0))
    np.testing.assert_array_equal(data.given, data.y)


MARGINS = {
    "constant": lambda rng, count: np.ones(count),
    "half-normal:0.8": lambda rng, count: 1 + 0.8 * np.abs(rng.standard_normal(count)),
    "uniform:2": lambda rng, count: 1 + 2 * rng.random(count),
    "gaussian": lambda rng, count: 1 + 1.3 / 1.2 * rng.standard_normal(count),
}


@pytest.mark.parametrize("margin", MARGINS)
def test_kappa_gives_the_accuracy_on_fresh_samples(margin):
    """R1 against samples of the model drawn without the engine (here y = 1)."""
    spectrum = np.asarray(power_spectrum(SIZE["d"], 1.0, sigma=1.3))
    problem = sim.Problem(**SIZE, p=0.25, gamma=1.2, margin=margin, spectrum=spectrum)
    data = draw(problem, dtype=jnp.float64)
    theta = np.asarray(retrain(sim.Full(), data.x, data.given, 2)[0])
    kappa = direct.margin_parameter(theta, problem.gamma, np.sqrt([0, *spectrum]))
    rng = np.random.default_rng(7)
    count = 50_000
    scores = problem.gamma * MARGINS[margin](rng, count)[:, None] * theta[:, 0]
    noise = rng.standard_normal((count, SIZE["d"] - 1)) * np.sqrt(spectrum)
    hits = (scores + noise @ theta[:, 1:].T > 0).mean(0)
    error = np.sqrt(hits * (1 - hits) / count)
    assert within(hits, problem.law.accuracy(kappa), error)
    assert np.all((error < 0.0025) & (error > 0))


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_consensus_is_the_midpoint(dtype):
    """R4: t 1[t = s] = (t + s)/2 on drawn labels exactly, so models agree up to rounding."""
    data = draw(sim.Problem(**SIZE, p=0.4, gamma=1.2), dtype=dtype)
    full, predicted = retrain(sim.Full(), data.x, data.given, 1)
    consensus, agreed = retrain(sim.Consensus(), data.x, data.given, 1)
    np.testing.assert_array_equal(2 * agreed[1], predicted[1] + data.given)
    np.testing.assert_array_equal(agreed[1] != 0, predicted[1] == data.given)
    middle = (full[0] + full[1]) / 2
    np.testing.assert_allclose(consensus[1], middle, atol=8 * jnp.finfo(dtype).eps)


def test_first_model_follows_its_exact_law():
    """R2: the flips are binomial and n R^2 = n (rho a0/kappa0)^2 is chi-square, independent."""
    problem = sim.Problem(**SIZE, p=0.2, gamma=1.7)
    result = direct.run_many(problem, SCHEMES, 2, key=KEY, seeds=2000)["initial"]
    assert result.kappa.shape == (2000, 3)
    kept = np.asarray(result.label_accuracy[:, 0])
    mean = 2 * kept - 1  # a0 for the constant margin
    radius2 = (problem.rho * mean / np.asarray(result.kappa[:, 0])) ** 2 * problem.n
    r = problem.r
    assert within(kept.mean(), 0.8, share_error(0.8, problem.n * 2000))
    assert within(radius2.mean(), r, np.sqrt(2 * r / 2000))
    assert within(radius2.var() / (2 * r), 1, np.sqrt((2 + 12 / r) / 2000))
    assert abs(np.corrcoef(radius2, kept)[0, 1]) < 4 / np.sqrt(2000)


def test_seeds_do_not_depend_on_company():
    problem = sim.Problem(**SIZE, p=0.3, gamma=1.7)
    together = direct.run_many(problem, SCHEMES, 2, key=KEY, seeds=7)
    alone = direct.run(problem, sim.Full(), 2, key=KEY, seeds=jnp.array([4]))
    frugal = direct.run_many(problem, SCHEMES, 2, key=KEY, seeds=7, memory_bytes=70_000)
    for name, outcome in together.items():
        np.testing.assert_array_equal(outcome.kappa, frugal[name].kappa)
    np.testing.assert_array_equal(together["full"].kappa[4], alone.kappa[0])
    assert len(np.unique(together["full"].kappa[:, :2])) == 14


def test_seeds_do_not_depend_on_the_number_of_devices():
    problem, key = sim.Problem(300, 500, 0.3, 1.7), jax.random.key(5)
    schemes = (sim.Full(), sim.Consensus())
    one, two, four = (
        direct.run_many(problem, schemes, 2, key=key, seeds=5, devices=tuple(jax.devices()[:count]))
        for count in (1, 2, 4)
    )
    for name, found in one.items():
        assert found.kappa.shape == (5, 3)
        np.testing.assert_array_equal(found.kappa, two[name].kappa)
        np.testing.assert_array_equal(found.kappa, four[name].kappa)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seeds": 0}, "seeds = 0"),
        ({"rounds": -1}, "rounds = -1"),
        ({"rounds": 1.5}, "rounds = 1.5"),
        ({"positive": 1.5}, "positive = 1.5"),
        ({"positive": float("nan")}, "positive = nan"),
        ({"dtype": "float16"}, "dtype = float16"),
        ({"memory_bytes": 0}, "memory_bytes = 0"),
        ({"memory_bytes": 1000}, r"bytes of one seed .* the dice engine"),
    ],
)
def test_bad_input(options, message):
    problem = sim.Problem(**SIZE, p=0.3, gamma=1.7)
    with pytest.raises(ValueError, match=message):
        direct.run(problem, sim.Full(), **({"key": KEY, "seeds": 1} | options))


def test_refuses_what_no_memory_holds():
    problem = sim.Problem(10**7, 10**7, 0.3, 1.7)
    with pytest.raises(ValueError, match=r"n = 10000000, d = 10000000.*dice"):
        direct.run(problem, sim.Full(), key=KEY, seeds=1)


def test_refuses_a_grid():
    problem = sim.Problem(10, 4, np.array([0.1, 0.2]), np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="gamma"):
        direct.run(problem, sim.Full(), key=KEY, seeds=1)
