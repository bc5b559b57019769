r"""Ridge regression, and ridge retrained on its own labels, in the proportional limit.

Derived here, for isotropic noise.  Write the training score of sample i as
\(h_i = c_i + \langle x_i, v\rangle\), with \(c_i = \gamma y_i m_i u + b\) and v orthogonal to mu.
What v has to fit, the target \(t_i = \hat y_i - c_i\), is independent of the noise features, so

1. minimising over v multiplies \(E t^2\) by \(s = \lim \tfrac1n\mathrm{tr}(I + XX^\top/nL)^{-1}\)
   (Marchenko-Pastur), and u and b solve a problem of two unknowns at penalty L/s;
2. fresh scores have variance \(V = E t^2\,D/(1-D)\), \(D = s^2\sigma^4/\alpha(L+\sigma^2s)^2\), and
   the residual of a training sample is s times that of a model which has not seen it:
   \(\rho = \hat y - h = s(t - \sqrt V\varepsilon)\), \(\varepsilon \sim N(0,1)\).

The second stage has labels f(h, y^) that know the noise features.  Given the first model, the
feature matrix is fixed along v and along the vector of residuals (there it is \(nLv\), the
normal equations) and fresh across both.  So the second model has the unknowns u, b and its
component along v; in the inner product \(\langle a, b\rangle = sE[ab] +
(1-s)E[a\rho]E[b\rho]/E\rho^2\) they solve a least-squares problem, and what is left of the
target across the residuals adds noise as in 2.
"""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Outcome, Problem
from relabel_lab.sim.direct import log_error
from relabel_lab.sim.kit import Scalar, reject
from relabel_lab.sim.learners import Ridge
from relabel_lab.sim.margins import TURNING, density, merged, panels
from relabel_lab.sim.schemes import Full, Initial, Interpolate, Scheme, Soft
from relabel_lab.theory.limit.learners.allowed import isotropic_only, share_of_positives

_EDGES = np.linspace(-9.0, 9.0, 7)
_RULES = (Initial, Full, Soft, Interpolate)


def predict_ridge(
    problem: Problem,
    scheme: Scheme,
    learner: Ridge,
    *,
    retrained: Ridge | None = None,
    positive: float = 0.5,
) -> Outcome:
    """Ridge on the given labels and after one round of ``scheme``, arrays [2].

    Args:
        problem: a scalar problem with isotropic noise and flips that depend on class or margin.
        scheme: initial, full, soft or interpolate: rules that train on every sample.
        learner: penalty and intercept of the first stage.
        retrained: of the second stage, by default the same.
        positive: share of positive true labels; with an intercept the law depends on it.

    Raises:
        ValueError: for a spectrum, for noise that depends on z, another scheme, or a share other
            than that of flips by class.
    """
    isotropic_only(problem)
    if not isinstance(scheme, _RULES):
        names = ", ".join(str(kind.__name__).lower() for kind in _RULES)
        raise reject("scheme", scheme.name, f"one of {names} for ridge in the limit")
    share = share_of_positives(problem, positive)
    numbers = (problem, scheme, learner, retrained or learner, share)
    return _predict(*jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float64), numbers))


@eqx.filter_jit
def _predict(
    problem: Problem, scheme: Scheme, learner: Ridge, later: Ridge, positive: jax.Array
) -> Outcome:
    first = _first_stage(problem, learner, positive)
    samples = _samples(problem, first, scheme, positive)
    label = scheme.label(samples.score, samples.given)
    second = _second_stage(problem, later, samples, first, label)
    right = samples.mean(samples.given * samples.y > 0), samples.mean(label * samples.y > 0)
    kappa, shift = (
        jnp.stack(pair) for pair in zip(_reported(first), _reported(second), strict=True)
    )
    errors = log_error(problem.law, kappa, shift, positive)
    return Outcome(kappa, errors, jnp.stack(right), jnp.ones(2))


class _Stage(NamedTuple):
    """A fitted model: scores are signal * y m + intercept + sqrt(variance) N(0, 1)."""

    signal: jax.Array  # gamma u
    intercept: jax.Array
    variance: jax.Array
    shrink: jax.Array  # s, which turns a fresh residual into that of a training sample


def _reported(stage: _Stage) -> tuple[jax.Array, jax.Array]:
    """Kappa (R1) and the intercept over the score's standard deviation."""
    deviation = jnp.sqrt(stage.variance)
    return stage.signal / deviation, stage.intercept / deviation


def shrinkage(alpha: Scalar, variance: Scalar, penalty: Scalar) -> tuple[jax.Array, jax.Array]:
    r"""s and D of the module's text: \(\sigma^2s^2 + (L + \sigma^2/\alpha - \sigma^2)s = L\).

    Args:
        alpha: aspect ratio n/r.
        variance: \(\sigma^2\).
        penalty: L.
    """
    variance = jnp.asarray(variance, jnp.float64)
    slope = penalty + variance / alpha - variance
    root = jnp.sqrt(slope**2 + 4 * variance * penalty)
    # Of the two forms of the positive root, the one that does not cancel.
    s = jnp.where(slope > 0, 2 * penalty / (slope + root), (root - slope) / (2 * variance))
    return s, (s * variance / (penalty + variance * s)) ** 2 / alpha


def _first_stage(problem: Problem, learner: Ridge, positive: jax.Array) -> _Stage:
    law, noise, gamma = problem.law, problem.exact_noise, problem.gamma
    m, w = law.nodes(jnp.zeros(()), jnp.zeros(()))
    clean = [1 - 2 * noise.flip_given_class(m, jnp.asarray(sign)) for sign in (1.0, -1.0)]
    share = jnp.stack([positive, 1 - positive])
    lean = jnp.stack([1.0, -1.0]) * share
    given = jnp.stack([jnp.sum(w * each) for each in clean]) @ lean  # E given
    along = jnp.stack([jnp.sum(w * m * each) for each in clean]) @ share  # E given y m
    centre = jnp.sum(lean) * law.mean()  # E y m
    s, d = shrinkage(problem.alpha, problem.sigma**2, learner.penalty)
    on = float(learner.intercept)
    spread = law.second_moment() - on * centre**2
    signal = (along - on * centre * given) / (spread + learner.penalty / (s * gamma**2))
    intercept = on * (given - signal * centre)
    target = 1 - 2 * (signal * along + intercept * given)
    target += signal**2 * law.second_moment() + intercept**2 + 2 * signal * intercept * centre
    return _Stage(signal, intercept, target * d / (1 - d), s)


class _Samples(NamedTuple):
    """Training samples after the first stage on a grid [label y, flip, margin, epsilon]."""

    weight: jax.Array
    y: jax.Array
    given: jax.Array
    margin: jax.Array
    residual: jax.Array

    @property
    def score(self) -> jax.Array:
        """The first model's score."""
        return self.given - self.residual

    def mean(self, values: Scalar) -> jax.Array:
        """Expectation."""
        return jnp.sum(self.weight * values)


def _samples(problem: Problem, first: _Stage, scheme: Scheme, positive: jax.Array) -> _Samples:
    deviation, s = jnp.sqrt(first.variance), first.shrink
    memory = (1 - s) / s
    turns = [(sign * memory + first.intercept) / deviation for sign in (1, -1)]
    m, w = problem.law.nodes(first.signal / deviation, *turns)
    y = jnp.array([1.0, -1.0])[:, None, None]
    given = y * jnp.array([1.0, -1.0])[:, None]
    share = jnp.array([positive, 1 - positive])[:, None, None]
    flip = jnp.concatenate(
        [problem.exact_noise.flip_given_class(m, sign)[None] for sign in y[:, 0]]
    )[:, None]
    chance = share * jnp.concatenate([1 - flip, flip], 1) * w
    centre = first.signal * y * m + first.intercept
    width = getattr(scheme, "temperature", 0.0) * TURNING / (s * deviation)
    zero = -(centre + memory * given) / deviation  # where the training score changes sign
    eps, weight = panels(merged(_EDGES, zero[..., None] + width))
    residual = s * (given[..., None] - centre[..., None] - deviation * eps)
    total = chance[..., None] * weight * density(eps)
    return _Samples(total, y[..., None], given[..., None], m[:, None], residual)


def _second_stage(
    problem: Problem, learner: Ridge, samples: _Samples, first: _Stage, label: jax.Array
) -> _Stage:
    """Least squares in (signal, intercept, component along the first model's noise)."""
    variance, rho = problem.sigma**2, samples.residual
    s, d = shrinkage(problem.alpha, variance, learner.penalty)
    along = samples.y * samples.margin
    noise = samples.score - first.signal * along - first.intercept
    columns = (along, float(learner.intercept), noise / jnp.sqrt(first.variance))
    energy = samples.mean(rho**2)

    def inner(a: Scalar, b: Scalar) -> jax.Array:
        return (
            s * samples.mean(a * b)
            + (1 - s) * samples.mean(a * rho) * samples.mean(b * rho) / energy
        )

    gram = jnp.stack([jnp.stack([inner(a, b) for b in columns]) for a in columns])
    unused = 1.0 - float(learner.intercept)
    ridge = jnp.stack([learner.penalty / problem.gamma**2, unused, learner.penalty / variance])
    pull = jnp.stack([inner(a, label) for a in columns])
    x = jnp.linalg.solve(gram + jnp.diag(ridge), pull)
    rest = label - sum(x[i] * column for i, column in enumerate(columns))
    across = samples.mean(rest**2) - samples.mean(rest * rho) ** 2 / energy
    return _Stage(x[0], x[1], x[2] ** 2 + across * d / (1 - d), s)
