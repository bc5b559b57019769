"""Kinds of flips: inside the exact laws (R17, R18), and outside, where only drawn data serve."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, stats
from scipy.stats import norm

from relabel_lab import sim, theory
from relabel_lab.relabel import main
from relabel_lab.sim import dice, direct
from relabel_lab.sim.direct import sample
from relabel_lab.sim.noise import (
    BROKEN,
    Annotators,
    ClassFlips,
    DirectionFlips,
    MarginFlips,
    RegionalAnnotators,
    SubgroupFlips,
    parse_noise,
)
from relabel_lab.theory.fluctuations import fluctuations
from tests.strategies import agrees, share_error, within

KEY = jax.random.key(3)
ONE = tuple(jax.local_devices()[:1])
FULL = sim.Full()
KINDS = (
    DirectionFlips(0.3, 1.5, axis=7),
    SubgroupFlips(0.1, 0.8, 0.2, axis=3),
    RegionalAnnotators([0.1, 0.5], correlation=0.7),
)


def shape(noise, n=60, d=21, gamma=1.2):
    return sim.Problem(n, d, gamma=gamma, noise=noise)


def within_error(one, other, errors=4.0):
    spread = np.sqrt(one.var(0) / len(one) + other.var(0) / len(other))
    return np.all(np.abs(one.mean(0) - other.mean(0)) < errors * spread)


def by_hand(rng, flip, seeds=400, n=60, d=21, gamma=1.2, positive=0.5):
    """Kappa before and after full retraining, in NumPy; flips by ``flip(rng, y, z)``."""
    y = np.where(rng.random((seeds, n)) < positive, 1.0, -1.0)
    x = rng.normal(size=(seeds, n, d))
    x[..., 0] = gamma * y
    given = np.where(flip(rng, y, x[..., 1:]), -y, y)
    first = np.einsum("sn,snd->sd", given, x)
    second = np.einsum("sn,snd->sd", np.sign(np.einsum("snd,sd->sn", x, first)), x)
    theta = np.stack([first, second], 1)
    return gamma * theta[..., 0] / np.linalg.norm(theta[..., 1:], axis=-1)


def exact(noise, seeds=4000):
    """The exact law at the average rate, which must be all that the noise shows it."""
    rate = float(noise.mean_flip(None))
    np.testing.assert_array_equal(noise.flip_given_margin(jnp.array([0.3, 2.0])), rate)
    problem = shape(sim.UniformFlips(rate))
    return np.asarray(dice.run(problem, FULL, key=KEY, seeds=seeds, devices=ONE).kappa)


def drawn(noise, seeds=400, positive=0.5):
    # More devices than one would each compile the same program.
    options = {"key": KEY, "seeds": seeds, "positive": positive, "devices": ONE}
    return np.asarray(direct.run(shape(noise), FULL, **options).kappa)


def test_margin_flips_never_pass_one_half():
    chance = MarginFlips(0.4, 2.0).flip_given_margin(jnp.asarray([-3.0, 0.8, 1.0, 1.5]))
    np.testing.assert_allclose(chance, [0.5, 0.5, 0.4, 0.4 * np.exp(-1)])


def test_margin_flips_agree_in_dice_limit_and_finite_n():
    noise = MarginFlips(0.4, 0.8)
    problem = sim.Problem(2000, 401, gamma=1.1, margin="uniform:1", noise=noise)
    kappa = np.asarray(dice.run(problem, FULL, key=KEY, seeds=1500, devices=ONE).kappa)
    error = kappa.std(0) / 1500**0.5
    even = MarginFlips(float(problem.p), 0.0)
    problems = (problem, sim.Problem(2000, 401, gamma=1.1, margin="uniform:1", noise=even))
    finite, initial = (fluctuations(each, mixes=(0.0,)).mean for each in problems)
    assert agrees(kappa, finite)
    np.testing.assert_allclose(kappa.mean(0), theory.predict(problem, FULL).kappa, rtol=0.007)
    assert np.abs(kappa[:, 0].mean() - initial[0]) > 10 * error[0]


def test_class_flips_act_through_their_average():
    """Labels flipped class by class in NumPy against the exact law at the averaged rate."""

    def flip(rng, y, z):
        return rng.random(y.shape) < np.where(y > 0, 0.1, 0.5)

    hand = by_hand(np.random.default_rng(0), flip, positive=0.7)
    assert within_error(hand, exact(ClassFlips(0.1, 0.5, positive=0.7)))


def test_direct_flips_by_class():
    drawing = sample(shape(ClassFlips(0.1, 0.5, 0.7), n=4000), KEY, positive=0.7)
    y, flipped = np.asarray(drawing.y), np.asarray(drawing.given != drawing.y)
    for sign, chance in ((1, 0.1), (-1, 0.5)):
        group = flipped[y == sign]
        assert within(group.mean(), chance, share_error(chance, len(group)))
    with pytest.raises(ValueError, match=r"positive = 0.5 .* 0.7, as the noise says"):
        sample(shape(ClassFlips(0.1, 0.5, 0.7)), KEY)


def test_random_annotators_are_uniform_flips_at_the_average_error():
    """Annotators drawn one by one in NumPy against the exact law and the direct engine."""
    rates, shares = np.array([0.05, 0.45]), [0.4, 0.6]

    def flip(rng, y, z):
        return rng.random(y.shape) < rates[rng.choice(2, size=y.shape, p=shares)]

    hand = by_hand(np.random.default_rng(1), flip)
    law = exact(Annotators(rates, shares))
    assert within_error(hand, law)
    assert within_error(drawn(RegionalAnnotators(rates, shares, correlation=0.0)), law)


def test_annotators_with_regions_of_their_own_break_the_law():
    """With classes of unequal size the first model leans toward the careful annotator."""
    rates = np.array([0.05, 0.55])

    def flip(rng, y, z):
        return rng.random(y.shape) < rates[(z[..., 0] > 0).astype(int)]

    hand = by_hand(np.random.default_rng(2), flip, positive=0.9)
    direct_kappa = drawn(RegionalAnnotators(rates), positive=0.9)
    assert within_error(hand, direct_kappa)
    assert not within_error(exact(Annotators(rates)), direct_kappa, errors=8.0)


def test_systematic_errors_turn_the_first_model():
    """The lean along the feature against NumPy and its closed form; uniform flips lack it."""
    noise = DirectionFlips(0.3, 1.5, axis=7)

    def flip(rng, y, z):
        level = np.sqrt(1 + 1.5**2) * norm.ppf(0.3)
        return rng.normal(size=y.shape) < level - 1.5 * y * z[..., 7]

    kappa = drawn(noise)
    assert within_error(by_hand(np.random.default_rng(3), flip), kappa)
    assert not within_error(exact(sim.UniformFlips(0.3)), kappa, errors=8.0)
    x, given = (lambda d: (np.asarray(d.x), np.asarray(d.given)))(sample(shape(noise, 8000), KEY))
    lean = 2 * 1.5 / np.sqrt(1 + 1.5**2) * norm.pdf(norm.ppf(0.3))  # Stein's identity
    means = given @ x[:, 1:] / 8000
    assert abs(means[7] - lean) < 4 / 8000**0.5
    assert np.all(np.abs(np.delete(means, 7)) < 4.5 / 8000**0.5)


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_subgroup_is_read_off_the_very_feature_that_is_drawn(dtype):
    drawing = sample(shape(SubgroupFlips(0.0, 1.0, 0.25, axis=19), n=1001), KEY, dtype=dtype)
    inside = np.asarray(drawing.x)[:, 20] > norm.ppf(0.75)
    np.testing.assert_array_equal(np.asarray(drawing.given != drawing.y), inside)
    assert 0.18 < inside.mean() < 0.32


def test_regional_annotators_divide_the_quantiles_of_a_correlated_score():
    rates, edges, h = np.array([0.1, 0.5, 0.2]), [0.5, 0.7], np.array([-1.5, 0.0, 0.4, 2.0])
    noise = RegionalAnnotators(rates, [0.5, 0.2, 0.3], correlation=0.7)
    g = norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    place = norm.cdf(0.7 * h[:, None] + np.sqrt(1 - 0.7**2) * g)
    expected = rates[np.searchsorted(edges, place)].mean(axis=1)
    np.testing.assert_allclose(
        noise.flip_given_feature(jnp.ones(4), jnp.asarray(h)), expected, atol=1e-5
    )


@pytest.mark.parametrize("noise", KINDS)
def test_average_rate(noise):
    problem = shape(noise, n=20_000)
    drawing = sample(problem, KEY)
    rate = float(problem.p)
    measured = np.mean(np.asarray(drawing.given != drawing.y))
    assert within(measured, rate, share_error(rate, 20_000))


@pytest.mark.parametrize("noise", KINDS)
def test_exact_laws_refuse_noise_that_depends_on_z(noise):
    problem = shape(noise)
    assert noise.broken_assumption == BROKEN
    for name in ("initial", "full", "crossfit:5"):
        scheme = sim.parse_scheme(name)
        for answer in (
            lambda scheme=scheme: dice.run(problem, scheme, key=KEY, seeds=2),
            lambda scheme=scheme: theory.predict(problem, scheme),
        ):
            with pytest.raises(ValueError, match=f"noise = {noise.family} .* of z: {BROKEN}; only"):
                answer()
    with pytest.raises(ValueError, match=BROKEN):
        fluctuations(problem)


def test_inside_the_exact_laws_nothing_is_broken():
    for noise in (sim.UniformFlips(0.1), MarginFlips(0.1, 1.0), Annotators([0.1, 0.3])):
        assert noise.broken_assumption is None


def test_simulate_says_what_is_broken(capsys):
    problem = ["--n", "60", "--d", "21", "--gamma", "1.2", "--noise", "direction:0.3,1.5,7"]
    argv = ["simulate", *problem, "--engine", "direct", "--seeds", "1", "--schemes", "full"]
    assert main([*argv, "--json"]) == 0
    assert f'"broken_assumption": "{BROKEN}"' in capsys.readouterr().out
    assert main(argv) == 0
    assert f"no theory: {BROKEN}" in capsys.readouterr().out


def test_names():
    assert parse_noise("classes:0.1,0.5,0.7") == ClassFlips(0.1, 0.5, 0.7)
    assert parse_noise("margin:0.4,0.8") == MarginFlips(0.4, 0.8)
    assert parse_noise("direction:0.3,1.5") == DirectionFlips(0.3, 1.5)
    assert parse_noise("subgroup:0.1,0.8,0.2,3") == SubgroupFlips(0.1, 0.8, 0.2, axis=3.0)
    assert parse_noise("annotators:0.1,0.5") == Annotators([0.1, 0.5])
    assert parse_noise("annotators:0.1,0.5@0.7") == KINDS[2]
    for noise in KINDS:
        assert parse_noise(str(noise)) == noise


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ClassFlips(0.9, 0.3), "average flip probability = 0.6"),
        (lambda: ClassFlips(-0.1, 0.3), "p_plus = -0.1"),
        (lambda: MarginFlips(0.5, 1.0), "p = 0.5"),
        (lambda: MarginFlips(0.4, -1.0), "decay = -1"),
        (lambda: DirectionFlips(0.5, 1.0), "p = 0.5"),
        (lambda: DirectionFlips(0.3, float("inf")), "strength = inf"),
        (lambda: SubgroupFlips(0.1, 1.5, 0.2), "p_subgroup = 1.5"),
        (lambda: SubgroupFlips(0.4, 0.9, 0.5), "average flip probability = 0.65"),
        (lambda: Annotators([]), "shares = 0 numbers"),
        (lambda: Annotators([0.1, 0.2], [1.0]), "shares = 1 numbers"),
        (lambda: Annotators([0.1, 0.2], [0.5, 0.4]), "sum of shares = 0.9"),
        (lambda: RegionalAnnotators([0.1, 0.2], correlation=1.5), "correlation = 1.5"),
    ],
)
def test_bad_input(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_the_kink_of_margin_flips_is_a_node():
    """R18 under gaussian margins: p(m) has a kink where it reaches 1/2, below m = 1."""
    problem = sim.Problem(300, 21, gamma=1.2, margin="gaussian", noise=MarginFlips(0.4, 0.8))
    scale, kink = 1 / 1.2, 1 - np.log(0.5 / 0.4) / 0.8

    def integrand(m):
        return min(0.4 * np.exp(-0.8 * (m - 1)), 0.5) * stats.norm.pdf(m, 1, scale)

    parts = [integrate.quad(integrand, *ends, epsabs=1e-13)[0] for ends in ((-9, kink), (kink, 11))]
    assert float(problem.p) == pytest.approx(sum(parts), abs=1e-11)
