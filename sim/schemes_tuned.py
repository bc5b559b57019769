"""Label rules with a parameter, and rules that know the problem (R9-R12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import jax
import jax.numpy as jnp

from sim.normal import tail
from sim.schemes_base import Scheme
from sim.validate import positive, reject, require, whole

if TYPE_CHECKING:
    from sim.problem import Problem

BISECTIONS = 60


class _Named:
    """The name of a family: ``soft`` on the class, ``soft:0.5`` on an instance."""

    def __init__(self, family: str, parameter: str):
        self.family, self.parameter = family, parameter

    def __get__(self, instance: Any, owner: Any = None) -> str:
        if instance is None:
            return self.family
        return f"{self.family}:{float(getattr(instance, self.parameter)):g}"


class Interpolate(Scheme):
    r"""The direction \(\hat\theta_1 + \beta\hat\theta_0\) (R9): predicted plus beta given labels."""

    beta: Any
    name: ClassVar[Any] = _Named("interpolate", "beta")

    def __check_init__(self):
        require("interpolate beta", self.beta, jnp.isfinite, "finite")

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Weighted mean of both labels, scaled into [-1, 1]."""
        return (jnp.sign(score) + self.beta * given) / (1 + jnp.abs(self.beta))


class Soft(Scheme):
    """Soft labels tanh(score / temperature); temperature in units of the score <theta, x>."""

    temperature: Any
    name: ClassVar[Any] = _Named("soft", "temperature")

    def __check_init__(self):
        positive("soft temperature", self.temperature)

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """tanh(score / temperature)."""
        return jnp.tanh(score / self.temperature)


class Confident(Scheme):
    """Predicted labels of the share of samples with the largest abs(score); one round.

    ``bind`` turns the share into the threshold that it has in the proportional limit (R11); the
    share kept in a sample fluctuates around it like one over the square root of n.
    """

    share: Any
    threshold: Any = None
    name: ClassVar[Any] = _Named("confident", "share")

    def __check_init__(self):
        require("confident share", self.share, lambda q: (q > 0) & (q <= 1), "in (0, 1]")

    def bind(self, problem: Problem, rounds: int = 1) -> Confident:
        """Fill in the threshold of the initial model's scores."""
        _first_round_only(self, problem, rounds)
        return Confident(self.share, _threshold(problem, self.share))

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """The sign of the score, or 0 below the threshold."""
        return jnp.where(jnp.abs(score) >= self.threshold, jnp.sign(score), 0 * score)


class LeaveOneOut(Scheme):
    r"""Predicted labels with the sample's own expected part of its score removed; one round.

    Sample i enters its own score with \(\|x_i\|^2\hat y_i/n\), of mean \(\mathrm{tr}\,\Sigma/n\)
    up to O(1/n); what is left is the score of a model that has not seen the sample (R10, K to
    infinity).
    """

    memory: Any = None
    name: ClassVar[str] = "leave-one-out"

    def bind(self, problem: Problem, rounds: int = 1) -> LeaveOneOut:
        """Fill in tr Sigma / n."""
        _first_round_only(self, problem, rounds)
        return LeaveOneOut(_memory(problem))

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Sign of the corrected score."""
        return jnp.sign(score - self.memory * given)


class Optimal(Scheme):
    r"""One round of Bayes-optimal retraining (R12): posterior means as labels, memory removed.

    \(f = \tanh(\lambda h + \tfrac12\hat y\log\frac{1-p}{p})\) with h the score less its memory of
    the given label; the next model is \(X^\top f/n - \omega\hat\theta_0\), \(\omega\) the mean of
    \(\sigma^2 f'(h)\), which is training on the labels \(f - \omega\hat y\) (here over
    \(1 + \omega\)).  Exact in the limit for constant and gaussian margins and isotropic noise;
    elsewhere the score's variance stands in for its law and the mean eigenvalue for Sigma.
    Several rounds: `sim.amp`.
    """

    slope: Any = None
    memory: Any = None
    log_odds: Any = None
    pull_back: Any = None
    name: ClassVar[str] = "optimal"
    corrected: ClassVar[bool] = True

    def bind(self, problem: Problem, rounds: int = 1) -> Optimal:
        """Fill in the score's slope and memory, the log-odds of a given label, and omega."""
        _first_round_only(self, problem, rounds)
        pull, variance = _initial_score(problem)
        mean = problem.law.mean()
        spread = variance + pull**2 * (problem.law.second_moment() - mean**2)
        p = jnp.maximum(problem.p, jnp.finfo(jnp.float64).tiny)
        slope, log_odds = mean * pull / spread, jnp.log1p(-p) - jnp.log(p)
        if not self.corrected:
            return type(self)(slope, 0.0, log_odds, 0.0)
        steepness = slope * _mean_slope(slope * mean * pull, slope * jnp.sqrt(spread), log_odds, p)
        return type(self)(slope, _memory(problem), log_odds, problem.sigma**2 * steepness)

    def posterior(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Posterior mean of the true label, in [-1, 1]."""
        return jnp.tanh(self.slope * (score - self.memory * given) + self.log_odds * given / 2)

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Posterior mean less omega times the given label, scaled into [-1, 1]."""
        return (self.posterior(score, given) - self.pull_back * given) / (1 + self.pull_back)


class OptimalUncorrected(Optimal):
    """`Optimal` without the Onsager terms: neither score nor model forgets the given label."""

    name: ClassVar[str] = "optimal-uncorrected"
    corrected: ClassVar[bool] = False


class CrossFit(Scheme):
    """Each sample is labelled by the model trained on the other folds (R10).

    No elementwise rule: the engines train the fold models.
    """

    folds: Any
    name: ClassVar[Any] = _Named("crossfit", "folds")

    def __check_init__(self):
        whole("crossfit folds", self.folds, 2)

    def bind(self, problem: Problem, rounds: int = 1) -> CrossFit:
        """Check that every fold holds a sample."""
        if int(self.folds) > int(problem.n):
            raise reject("crossfit folds", self.folds, f"at most n = {problem.n}")
        return self

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Sign of the score, which must come from the model of the other folds."""
        return jnp.sign(score)


def _first_round_only(scheme: Scheme, problem: Problem, rounds: int) -> None:
    for name in ("n", "d", "gamma", "p"):
        if jnp.ndim(getattr(problem, name)):
            raise reject(name, "an array", f"a single number for scheme {scheme.name}")
    if rounds > 1:
        raise reject("rounds", rounds, f"0 or 1 for scheme {scheme.name}, made for the first model")


def _traces(problem: Problem) -> tuple[Any, Any]:
    """tr Sigma and tr Sigma^2."""
    if problem.spectrum is None:
        return problem.r * problem.sigma**2, problem.r * problem.sigma**4
    return jnp.sum(problem.spectrum), jnp.sum(problem.spectrum**2)


def _memory(problem: Problem) -> Any:
    return _traces(problem)[0] / problem.n


def _initial_score(problem: Problem) -> tuple[Any, Any]:
    """Score of the first model on a fresh sample: mean at margin 1, variance of its noise."""
    m, weight = problem.law.nodes(jnp.zeros(()), jnp.zeros(()))
    a0 = jnp.sum(weight * m * (1 - 2 * problem.noise.probability(m)))
    return problem.gamma**2 * a0, _traces(problem)[1] / problem.n


def _mean_slope(mean: Any, deviation: Any, log_odds: Any, p: Any) -> jax.Array:
    """E[1 - tanh^2] at a Gaussian score with the log-odds of a given label added."""
    normal = jnp.linspace(-9, 9, 721)
    weight = jnp.exp(-(normal**2) / 2)
    lean = jnp.array([[0.5], [-0.5]]) * log_odds
    square = 1 / jnp.cosh(mean + deviation * normal + lean) ** 2
    return jnp.array([1 - p, p]) @ (square @ weight) / jnp.sum(weight)


def _threshold(problem: Problem, share: Any) -> jax.Array:
    """The t with P(abs(score) >= t) = share for a training sample, by bisection."""
    pull, variance = _initial_score(problem)
    memory, spread = _memory(problem), jnp.sqrt(variance)
    m, weight = problem.law.nodes(pull / spread, memory / spread)
    flipped = problem.noise.probability(m)

    def kept(t: jax.Array) -> jax.Array:
        centre = jnp.stack([pull * m + memory, pull * m - memory])
        beyond = tail((t - centre) / spread) + tail((t + centre) / spread)
        return jnp.sum(weight * ((1 - flipped) * beyond[0] + flipped * beyond[1]))

    def halve(_: int, ends: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        middle = (ends[0] + ends[1]) / 2
        more = kept(middle) > share
        return jnp.where(more, middle, ends[0]), jnp.where(more, ends[1], middle)

    top = pull * jnp.max(m) + memory + 40 * spread
    ends = jax.lax.fori_loop(0, BISECTIONS, halve, (jnp.zeros(()), top))
    return jnp.where(share >= 1, 0.0, ends[0])
