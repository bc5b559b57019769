r"""Approximate message passing for the isotropic Gaussian mixture, on drawn data (R12).

\(\theta^t = X^\top f_t/n - \langle f_t'\rangle\theta^{t-1}\), \(h^t = X\theta^t - (d/n)f_t\),
\(f_{t+1} = \tanh(\kappa_t h^t/\|\theta^t\| + \tfrac12\hat y\log\frac{1-p}{p})\), \(f_0 = \hat y\), with
\(\kappa_t\) estimated from \(\overline{f_t^2}\).  No true label is used.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from relabel_lab.sim.direct.data import draw_data
from relabel_lab.sim.direct.drawing import Layout, arrays, check_scalar, layout
from relabel_lab.sim.kit import PyTree, reject, require, whole
from relabel_lab.sim.margins import Gaussian, log_tail
from relabel_lab.sim.outcome import Outcome
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.seeds import each_seed, seed_numbers


def run(
    problem: Problem,
    rounds: int = 1,
    *,
    key: jax.Array,
    seeds: int | jax.Array,
    onsager: bool = True,
) -> Outcome:
    r"""AMP on the data of `sim.direct.run` with the same key, arrays [seeds, rounds + 1].

    Args:
        problem: isotropic, margin law ``gaussian`` without a scale, uniform flips with p > 0.
        rounds: message-passing rounds after the initial training, >= 0.
        key: the cell's key.
        seeds: how many, or their numbers.
        onsager: whether to subtract both memory terms; without them it is plain soft retraining.

    Returns:
        An `Outcome`; kappa is that of R1, label accuracy that of the signs of the labels f.

    Raises:
        ValueError: for another model.
    """
    check_scalar(problem, 0.5)
    whole("rounds", rounds, 0)
    require("p", problem.p, lambda p: p > 0, "> 0 for message passing")
    if problem.spectrum is not None:
        raise reject("spectrum", "given", "isotropic for message passing")
    if not (isinstance(problem.margin, Gaussian) and problem.margin.scale is None):
        raise reject("margin", problem.margin.name, "gaussian (the isotropic mixture)")
    plan = layout(problem, jnp.float64)
    kappa, log_error, right = each_seed(
        _Rounds(plan, int(rounds), onsager),
        key,
        seed_numbers(seeds),
        arrays(problem),
        devices=tuple(jax.local_devices()),
        most=2,
    )
    return Outcome(kappa, log_error, right, jnp.ones_like(right))


class _Rounds(eqx.Module):
    """One seed: its draws and all rounds."""

    plan: Layout
    rounds: int = eqx.field(static=True)
    onsager: bool = eqx.field(static=True)

    def __call__(self, key: jax.Array, problem: Problem) -> PyTree:
        """Kappa, log-error and label accuracy [rounds + 1] of the seed whose key is ``key``."""
        x, given, y = draw_data(self.plan, problem, key, jnp.asarray(0.5))
        x, n, d = x / problem.sigma, self.plan.n, self.plan.d
        memory, square = (d / n if self.onsager else 0.0), problem.rho
        log_odds = jnp.log1p(-problem.p) - jnp.log(problem.p)

        def measure(theta: jax.Array, f: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
            along, across = theta[0], jnp.linalg.norm(theta[1:])
            gamma = jnp.sqrt(square)
            kappa = gamma * along / across
            error = log_tail(gamma * along / jnp.hypot(along, across))
            return kappa, error, jnp.sum(f * y > 0) / n

        def step(carry: PyTree, _: None) -> PyTree:
            theta, f, q = carry
            kappa = square * jnp.sqrt(q / (square * q + d / n))
            scale = kappa / jnp.linalg.norm(theta)
            h = x @ theta - memory * f
            following = jnp.tanh(scale * h + given * log_odds / 2)
            slope = scale * jnp.sum(present - following**2) / n
            newer = following @ x / n - (slope * theta if self.onsager else 0.0)
            return (newer, following, jnp.sum(following**2) / n), measure(newer, following)

        present = jnp.abs(given)  # zero in the padding, as every label
        first = given @ x / n
        start = (first, given, jnp.asarray((1 - 2 * problem.p) ** 2))
        begun = measure(first, given)
        _, later = lax.scan(step, start, length=self.rounds)
        return jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), begun, later)
