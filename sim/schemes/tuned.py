"""Label rules with a parameter, and rules that know the problem (R9-R12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import positive, reject, require, whole
from relabel_lab.sim.margins import tail
from relabel_lab.sim.schemes.base import History, Scheme

if TYPE_CHECKING:
    from relabel_lab.sim.problem import Problem

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
    """Predicted labels of the share of samples with the largest abs(score).

    For one round ``bind`` turns the share into the threshold that it has in the proportional
    limit (R11); the share kept in a sample fluctuates around it like one over the square root of
    n.  Over several rounds the scores have no known law, and every round keeps exactly that share
    of the sample (rounded up), at the sample's own threshold.
    """

    share: Any
    threshold: Any = None
    name: ClassVar[Any] = _Named("confident", "share")
    looks_back: ClassVar[bool] = True

    def __check_init__(self):
        require("confident share", self.share, lambda q: (q > 0) & (q <= 1), "in (0, 1]")

    def bind(self, problem: Problem, rounds: int = 1) -> Confident:
        """Fill in the threshold of the initial model's scores, for one round."""
        _scalar(self, problem)
        return Confident(self.share, _threshold(problem, self.share) if rounds <= 1 else None)

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """The sign of the score, or 0 below the threshold."""
        return self._above(self.threshold, score)

    def relabel(self, turn: Any, score: jax.Array, given: jax.Array, last: History) -> History:
        """As `label`, at the sample's own threshold where none is bound."""
        threshold = self.threshold
        if threshold is None:
            ordered = jnp.sort(jnp.where(given == 0, -1, jnp.abs(score)), axis=None)
            kept = jnp.ceil(self.share * jnp.sum(given != 0)).astype(int)
            threshold = ordered[ordered.size - kept]
        label = self._above(threshold, score)
        return History(label, label)

    def _above(self, threshold: Any, score: jax.Array) -> jax.Array:
        return jnp.where(jnp.abs(score) >= threshold, jnp.sign(score), 0 * score)


class LeaveOneOut(Scheme):
    r"""Predicted labels with the sample's own expected part of its score removed.

    Sample i enters its own score with \(\|x_i\|^2 f_i/n\), f_i the label that the model was
    trained on, of mean \(f_i\,\mathrm{tr}\,\Sigma/n\) up to O(1/n); in the first round what is
    left is the score of a model that has not seen the sample (R10, K to infinity).
    """

    memory: Any = None
    name: ClassVar[str] = "leave-one-out"
    looks_back: ClassVar[bool] = True

    def bind(self, problem: Problem, rounds: int = 1) -> LeaveOneOut:
        """Fill in tr Sigma / n."""
        _scalar(self, problem)
        return LeaveOneOut(_memory(problem))

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Sign of the score less the part of the label that was trained on, first ``given``."""
        return jnp.sign(score - self.memory * given)

    def relabel(self, turn: Any, score: jax.Array, given: jax.Array, last: History) -> History:
        """As `label`, with the label of the round before."""
        label = self.label(score, last.trained)
        return History(label, label)


class Optimal(Scheme):
    r"""Bayes-optimal retraining (R12): posterior means as labels, memory removed.

    \(f = \tanh(\lambda h + \tfrac12\hat y\log\frac{1-p}{p})\) with h the score less its memory of
    the label before; the next model is \(X^\top f/n - \omega\hat\theta\), \(\omega\) the mean of
    \(\sigma^2 f'(h)\), which is training on the labels \(f - \omega\cdot\)the labels before.
    Bayes-optimal in the limit for gaussian margins and isotropic noise (the mixture of R12).  At
    constant margin f is still the posterior mean, but the correction also takes signal, which
    the margin does not give back.  Elsewhere the score's variance stands in for its law and the
    mean eigenvalue for Sigma, for one round only.  `sim.direct.amp` estimates \(\lambda\) from the data.

    Attributes:
        slope, pull_back: lambda and omega, one number each, or one a round.
        memory: tr Sigma / n.
        log_odds: log((1 - p)/p).
    """

    slope: Any = None
    memory: Any = None
    log_odds: Any = None
    pull_back: Any = None
    name: ClassVar[str] = "optimal"
    corrected: ClassVar[bool] = True
    looks_back: ClassVar[bool] = True

    def bind(self, problem: Problem, rounds: int = 1) -> Optimal:
        """Fill in the score's slope and memory, the log-odds of a given label, and omega."""
        _scalar(self, problem)
        if rounds > 1:
            self._check_rounds(problem, rounds)
        p = jnp.maximum(problem.p, jnp.finfo(jnp.float64).tiny)
        log_odds = jnp.log1p(-p) - jnp.log(p)
        mean = problem.law.mean()
        wide = problem.law.second_moment() - mean**2
        pull, first = _initial_score(problem)
        variance = first
        slopes, steepness = [], []
        for _ in range(max(1, rounds)):
            spread = variance + pull**2 * wide
            slope = mean * pull / spread
            square = _mean_square(slope * mean * pull, slope * jnp.sqrt(spread), log_odds, p)
            slopes.append(slope)
            steepness.append(slope * (1 - square))
            # R12: labels f of E yf = E f^2, noise in proportion.  The correction takes
            # omega pull away, of which the margin's own noise has given part.
            kept = (wide * problem.gamma**2 - problem.sigma**2) * steepness[-1] * pull
            pull, variance = problem.gamma**2 * mean * square + kept, first * square
        if rounds <= 1:
            slopes, steepness = slopes[0], steepness[0]
        slope, steep = jnp.asarray(slopes), jnp.asarray(steepness)
        if not self.corrected:
            return type(self)(slope, 0.0, log_odds, jnp.zeros_like(slope))
        return type(self)(slope, _memory(problem), log_odds, problem.sigma**2 * steep)

    def _check_rounds(self, problem: Problem, rounds: int) -> None:
        if problem.spectrum is not None:
            raise reject("spectrum", "given", f"isotropic for several rounds of {self.name}")
        if problem.margin.name not in ("constant", "gaussian"):
            allowed = f"constant or gaussian for several rounds of scheme {self.name}"
            raise reject("margin", problem.margin.name, allowed)

    def posterior(self, turn: Any, score: jax.Array, given: jax.Array, before: Any) -> jax.Array:
        """Posterior mean of the true label, in [-1, 1]; ``before`` is that of the last round."""
        slope = jnp.atleast_1d(self.slope)[turn]
        return jnp.tanh(slope * (score - self.memory * before) + self.log_odds * given / 2)

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """First round: posterior mean less omega times the given label, scaled into [-1, 1]."""
        omega = jnp.atleast_1d(self.pull_back)[0]
        return (self.posterior(0, score, given, given) - omega * given) / (1 + omega)

    def relabel(self, turn: Any, score: jax.Array, given: jax.Array, last: History) -> History:
        """The same unscaled, for the scores of a model of unscaled labels."""
        believed = self.posterior(turn, score, given, last.believed)
        omega = jnp.atleast_1d(self.pull_back)[turn]
        return History(believed - omega * last.trained, believed)


class OptimalUncorrected(Optimal):
    """`Optimal` without the Onsager terms: neither score nor model forgets a label.

    Every round has the posterior rule of `Optimal` with that rule's slopes, refused for the same
    spectra and margins.  Its scores keep the memory of the labels trained on, so that the slopes,
    those of state evolution, are off, and its labels no posterior means; from the second round on
    no law of the scores is known.
    """

    name: ClassVar[str] = "optimal-uncorrected"
    corrected: ClassVar[bool] = False


class Fresh(Scheme):
    """Every round labels n new samples with the current model and trains on them alone (R6).

    Nothing is remembered.  No rule for the samples at hand: the engines draw the new ones.
    """

    name: ClassVar[str] = "fresh"

    def bind(self, problem: Problem, rounds: int = 1) -> Fresh:
        """Nothing to fill in; overridden because `label` alone is not the scheme."""
        return self

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Sign of the score, which must be that of a new sample."""
        return jnp.sign(score)


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


def _scalar(scheme: Scheme, problem: Problem) -> None:
    for name in ("n", "d", "gamma", "p"):
        if jnp.ndim(getattr(problem, name)):
            raise reject(name, "an array", f"a single number for scheme {scheme.name}")


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


def _mean_square(mean: Any, deviation: Any, log_odds: Any, p: Any) -> jax.Array:
    """E tanh^2 at a Gaussian score with half the log-odds of a given label added."""
    normal = jnp.linspace(-9, 9, 721)
    weight = jnp.exp(-(normal**2) / 2)
    lean = jnp.array([[0.5], [-0.5]]) * log_odds
    square = jnp.tanh(mean + deviation * normal + lean) ** 2
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
