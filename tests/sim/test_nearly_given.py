"""Labels so near to the given ones that float32 cannot tell them apart: who improves, and how often."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from relabel_lab.sim import Problem, dice, direct, improved, parse_scheme
from relabel_lab.theory import finite_law

PROBLEMS = {
    "soft:0.8": Problem(n=40, d=60, p=2e-4, gamma=4.0, margin="gaussian"),
    "optimal": Problem(n=40, d=60, p=1e-9, gamma=1.4, margin="gaussian"),
    "interpolate:0.3": Problem(n=40, d=60, p=0.01, gamma=1.4),
    "confident:0.9": Problem(n=40, d=60, p=2e-3, gamma=2.0, margin="gaussian"),
}
DRAWS = 20_000
SEEDS = {"stream": 4000, "basis": 1500, "direct": 400}


@pytest.fixture(scope="module")
def truth():
    return {name: _share(PROBLEMS[name], parse_scheme(name)) for name in PROBLEMS}


def _share(problem, scheme):
    """P(improves) by R3 written out in float64."""
    rng, (n, r) = np.random.default_rng(1), (problem.n, problem.d - 1)
    shape = (DRAWS, n)
    width = 1 / problem.gamma if problem.margin.family == "gaussian" else 0.0
    m = 1 + width * rng.normal(size=shape)
    s = np.where(rng.random(shape) < float(problem.p), -1.0, 1.0)
    e = rng.normal(size=shape)
    e -= e.mean(1, keepdims=True)
    radius = np.sqrt(rng.chisquare(r, (DRAWS, 1)) / n)
    a0 = np.mean(s * m, 1, keepdims=True)
    score = m * problem.rho * a0 + s * radius * (radius + e)
    f = np.asarray(scheme.bind(problem).label(score, s))
    a, c, b = np.mean(f * m, 1), np.mean(s * f, 1), np.mean(s * f * e, 1)
    a0, radius = a0[:, 0], radius[:, 0]
    rest = (np.mean(f * f, 1) - c**2) * rng.chisquare(r - 1, DRAWS) / n
    return float(np.mean(a / a0 * radius / np.sqrt((c * radius + b) ** 2 + rest) > 1 + 1e-12))


def _agrees(share, truth, seeds):
    return abs(share - truth) < 4.5 * (truth * (1 - truth) * (1 / seeds + 1 / DRAWS)) ** 0.5


CASES = [(name, "stream") for name in PROBLEMS]
CASES += [(name, engine) for name in ("soft:0.8", "optimal") for engine in ("basis", "direct")]


@pytest.mark.parametrize(("name", "engine"), CASES)
def test_engines_improve_as_often_as_they_should(truth, name, engine):
    """In float32, the default of both engines, hardly any of these labels differ."""
    problem, seeds = PROBLEMS[name], SEEDS[engine]
    if engine == "basis":  # for noise of any spectrum; this one leaves the law alone
        problem = replace(problem, spectrum=np.ones(problem.d - 1))
    run = direct.run if engine == "direct" else dice.run
    found = run(problem, parse_scheme(name), key=jax.random.key(3), seeds=seeds)
    share = float(np.mean(improved(np.asarray(found.kappa))[:, 1]))
    assert 0.1 < truth[name] < 0.9
    assert _agrees(share, truth[name], seeds)


def test_the_law_at_finite_sizes_knows_it(truth):
    law = finite_law(PROBLEMS["soft:0.8"], parse_scheme("soft:0.8"), seeds=8000)
    assert _agrees(law.p_improves, truth["soft:0.8"], 8000)


@pytest.mark.parametrize("engine", [dice, direct])
def test_such_labels_leave_no_ties(engine):
    """In float32 most of these labels are the given ones; hardly a model is that of round 0."""
    problem, scheme = PROBLEMS["soft:0.8"], parse_scheme("soft:0.8")
    kappa = np.asarray(engine.run(problem, scheme, key=jax.random.key(4), seeds=400).kappa)
    growth = kappa[:, 1] / kappa[:, 0] - 1
    assert np.median(np.abs(growth)) < 1e-7
    assert np.mean(growth != 0) > 0.97
