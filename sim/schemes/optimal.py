"""Bayes-optimal retraining (R12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers, PyTree, reject
from relabel_lab.sim.schemes.base import History, Scheme
from relabel_lab.sim.schemes.constants import check_scalar, initial_score, mean_square, memory_of

if TYPE_CHECKING:
    from relabel_lab.sim.problem import Problem


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

    slope: Numbers = None
    memory: Numbers = None
    log_odds: Numbers = None
    pull_back: Numbers = None
    family: ClassVar[str] = "optimal"
    smooth: ClassVar[bool] = True
    corrected: ClassVar[bool] = True
    looks_back: ClassVar[bool] = True
    any_learner: ClassVar[bool] = False

    def bind(self, problem: Problem, rounds: int = 1) -> Optimal:
        """Fill in the score's slope and memory, the log-odds of a given label, and omega."""
        check_scalar(self, problem)
        if rounds > 1:
            self._check_rounds(problem, rounds)
        p = jnp.maximum(problem.p, jnp.finfo(jnp.float64).tiny)
        log_odds = jnp.log1p(-p) - jnp.log(p)
        mean = problem.law.mean()
        wide = problem.law.second_moment() - mean**2
        pull, first = initial_score(problem)
        variance = first
        slopes, steepness = [], []
        for _ in range(max(1, rounds)):
            spread = variance + pull**2 * wide
            slope = mean * pull / spread
            square = mean_square(slope * mean * pull, slope * jnp.sqrt(spread), log_odds, p)
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
        return type(self)(slope, memory_of(problem), log_odds, problem.sigma**2 * steep)

    def _check_rounds(self, problem: Problem, rounds: int) -> None:
        if problem.spectrum is not None:
            raise reject("spectrum", "given", f"isotropic for several rounds of {self.name}")
        if problem.margin.family not in ("constant", "gaussian"):
            allowed = f"constant or gaussian for several rounds of scheme {self.name}"
            raise reject("margin", problem.margin.name, allowed)

    def posterior(
        self, turn: int | jax.Array, score: jax.Array, given: jax.Array, before: PyTree
    ) -> jax.Array:
        """Posterior mean of the true label, in [-1, 1]; ``before`` is that of the last round."""
        slope = jnp.atleast_1d(self.slope)[turn]
        return jnp.tanh(slope * (score - self.memory * before) + self.log_odds * given / 2)

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """First round: posterior mean less omega times the given label, scaled into [-1, 1]."""
        omega = jnp.atleast_1d(self.pull_back)[0]
        return (self.posterior(0, score, given, given) - omega * given) / (1 + omega)

    def relabel(
        self, turn: int | jax.Array, score: jax.Array, given: jax.Array, last: History
    ) -> History:
        """The same unscaled, for the scores of a model of unscaled labels."""
        believed = self.posterior(turn, score, given, last.believed)
        omega = jnp.atleast_1d(self.pull_back)[turn]
        return History(believed - omega * last.trained, believed)

    def turns(self) -> tuple[Numbers, ...]:
        """The posterior mean turns where the score balances the given label, the label later."""
        balance = self.memory - self.log_odds / (2 * self.slope)
        sign = balance + jnp.arctanh(jnp.minimum(self.pull_back, 0.99)) / self.slope
        return (jnp.abs(balance), jnp.abs(sign))

    def width(self) -> Numbers:
        """One over the slope."""
        return 1 / self.slope


class OptimalUncorrected(Optimal):
    """`Optimal` without the Onsager terms: neither score nor model forgets a label.

    Every round has the posterior rule of `Optimal` with that rule's slopes, refused for the same
    spectra and margins.  Its scores keep the memory of the labels trained on, so that the slopes,
    those of state evolution, are off, and its labels no posterior means; the law of its scores is
    that of R21.
    """

    family: ClassVar[str] = "optimal-uncorrected"
    corrected: ClassVar[bool] = False
