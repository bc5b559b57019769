r"""Predictions for several rounds, for the schemes whose later rounds have a known limit."""

from __future__ import annotations

from functools import singledispatch

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim import Outcome, Problem, UniformFlips
from relabel_lab.sim.margins import density, tail
from relabel_lab.sim.schemes import Fresh, Initial, Optimal, OptimalUncorrected, Scheme
from relabel_lab.theory.limit.label_moments import average
from relabel_lab.theory.limit.one_round import one_round
from relabel_lab.theory.limit.rounds import ROUNDING, predict_rounds
from relabel_lab.theory.limit.spectra import spectrum_status
from relabel_lab.theory.limit.state_evolution import Mixture, posterior_square
from relabel_lab.theory.status import Prediction, judged


@singledispatch
def several_rounds(scheme: Scheme, problem: Problem, rounds: int) -> Prediction:
    """Rounds 0 ... ``rounds`` in the proportional limit, arrays [..., rounds + 1].

    By R21 unless a scheme has a limit of its own.
    """
    return predict_rounds(problem, scheme, rounds)


@several_rounds.register
def _initial(scheme: Initial, problem: Problem, rounds: int) -> Prediction:
    one = one_round(problem, scheme, 0)
    same = jax.tree.map(lambda leaf: jnp.repeat(leaf, rounds + 1, axis=-1), one)
    return judged(same, spectrum_status(problem))


@several_rounds.register
def _fresh(scheme: Fresh, problem: Problem, rounds: int) -> Prediction:
    r"""R6 at finite n/r: new samples remember nothing, each round adds noise of its own.

    With q the unit vector along \(\Sigma v\) the model of kappa has
    \(a' = E m(2\Phi(m\kappa) - 1)\) and \(v' = bq + g/\sqrt n\), \(b = 2E\varphi(m\kappa)\).  The
    squares of v' over the spectrum self-average; isotropic noise is a spectrum of one value.
    """
    if problem.spectrum is None:
        value = jnp.asarray(problem.sigma, jnp.float64)[..., None] ** 2
        share = jnp.asarray(1.0 / problem.alpha)[..., None]
    else:
        value, share = problem.spectrum, 1.0 / jnp.asarray(problem.n, jnp.float64)[..., None]
    law = problem.law
    kappa = one_round(problem, Initial(), 0).kappa[..., 0]
    squares, found = share, [kappa]
    for _ in range(rounds):
        noise = value**2 * squares
        m, w = law.nodes(kappa, jnp.zeros(()))
        scored = m * kappa[..., None]
        a, b = average(w, m * (1 - 2 * tail(scored)), 2 * density(scored))
        q = noise / jnp.sum(noise, axis=-1, keepdims=True)
        squares = b[..., None] ** 2 * q + share
        length = jnp.sqrt(jnp.sum(value**2 * squares, axis=-1))
        kappa = jnp.asarray(problem.gamma) ** 2 * a / length
        found.append(kappa)
    path = jnp.stack(jnp.broadcast_arrays(*found), axis=-1)
    first = one_round(problem, Initial(), 0).label_accuracy
    # The labels of a round are the predictions of the model before it on new samples.
    right = -jnp.expm1(law.log_error(path[..., :-1]))
    first = jnp.broadcast_to(first, (*path.shape[:-1], 1))
    right = jnp.concatenate([first, right], axis=-1)
    return judged(
        Outcome(path, law.log_error(path), right, jnp.ones_like(path)), spectrum_status(problem)
    )


@several_rounds.register
def _uncorrected(scheme: OptimalUncorrected, problem: Problem, rounds: int) -> Prediction:
    """Scores that keep their memory leave state evolution (R12), not R21."""
    return predict_rounds(problem, scheme, rounds)


@several_rounds.register
def _optimal(scheme: Optimal, problem: Problem, rounds: int) -> Prediction:
    """R21, with the kappas of state evolution (R12) where flips are uniform: exact, and cheap."""
    found = predict_rounds(problem, scheme, rounds)
    if not isinstance(problem.noise, UniformFlips):
        return found
    path = optimal_path(problem, rounds)
    changed = judged(
        Outcome(path, problem.law.log_error(path), found.label_accuracy, found.coverage),
        found.status,
    )
    error = jnp.full_like(path, ROUNDING) * path
    return eqx.tree_at(
        lambda it: (it.kappa, it.log_error, it.error),
        found,
        (changed.kappa, changed.log_error, error),
    )


def optimal_path(problem: Problem, rounds: int) -> jax.Array:
    r"""Kappa [..., rounds + 1] of Bayes-optimal retraining by state evolution (R12).

    For constant and gaussian margins, isotropic noise, uniform flips.  Labels with signal a = E mF
    and E f^2 = q give \(\kappa = \rho a/(k\sqrt q)\) (R1); a random margin of variance w adds noise
    to the score, whose ratio is \(\kappa/\sqrt{1 + w\kappa^2}\).  By Stein's lemma the next signal is
    \(q' + (w\rho - 1)\omega a\): for gaussian margins, \(w = 1/\rho\), the correction \(\omega\)
    takes just what the margin's noise has given.
    """
    rho, alpha, wide = problem.rho, problem.alpha, problem.law.second_moment() - 1
    mixture = Mixture(problem.gamma, problem.p, alpha)
    a, q = jnp.asarray(1 - 2 * problem.p, jnp.float64), jnp.ones(())
    found = [rho * a * jnp.sqrt(alpha / q)]
    for _ in range(rounds):
        spread = 1 + wide * found[-1] ** 2
        following = posterior_square(found[-1] / jnp.sqrt(spread), mixture)
        omega = rho * alpha * a * (1 - following) / (q * spread)
        a, q = following + (wide * rho - 1) * omega * a, following
        found.append(rho * a * jnp.sqrt(alpha / q))
    return jnp.stack(jnp.broadcast_arrays(*found), axis=-1)
