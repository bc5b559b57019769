r"""Retraining on n new samples each round, exact in law without the data (R6).

The new samples know nothing of the model \(\theta = a\mu + \Sigma^{1/2}v\).  With \(q\) along
\(u = \Sigma v\) their symmetrised predicted labels are
\(t_i = \mathrm{sign}(m_i\gamma^2 a + \|u\|\varepsilon_i)\), \(\varepsilon_i\) iid N(0, 1), and
\(a' = \overline{tm}\), \(v' = \overline{t\varepsilon}\,q + (I - qq^\top)g/\sqrt n\).  Isotropic
noise needs lengths only: n normals a round, whatever d is.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from relabel_lab.sim.dice.chi import chi
from relabel_lab.sim.dice.rounds import draw_sample
from relabel_lab.sim.outcome import RoundSummary
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.seeds import SeedBatch, cached, require_room, tile_of

NOISE, REST = 2, 3  # sub-streams of a round, beside those of `draw_sample`
BYTES = 64  # held for each sample: a few numbers in float64


def outcomes(batch: SeedBatch, problem: Problem, rounds: int, samples: int) -> RoundSummary:
    """Arrays [seeds, rounds + 1]; seeds do not share draws with other schemes."""
    wide = 0 if problem.spectrum is None else problem.spectrum.shape[-1]
    require_room(BYTES * (samples + wide), int(problem.n), batch.devices)
    tile = tile_of(BYTES * (samples + wide))
    return batch.over(cached(_tile, rounds, samples), problem, tile=tile)


def _tile(rounds: int, samples: int, keys: jax.Array, problem: Problem) -> RoundSummary:
    return jax.vmap(lambda key: _seed(key, problem, rounds, samples))(keys)


def _seed(key: jax.Array, problem: Problem, rounds: int, samples: int) -> RoundSummary:
    def step(model: tuple[jax.Array, jax.Array], turn: jax.Array) -> Any:
        mine = jax.random.fold_in(key, turn)
        a, u = model
        sample = draw_sample(mine, problem, samples)
        epsilon = jax.random.normal(jax.random.fold_in(mine, NOISE), (samples,))
        score = sample.m * problem.gamma**2 * a + jnp.linalg.norm(u) * epsilon
        predicted = jnp.where(sample.inside, jnp.sign(score), 0)
        label = jnp.where(turn == 0, sample.s, predicted)
        a = jnp.sum(label * sample.m) / problem.n
        b = jnp.where(turn == 0, 0, jnp.sum(label * epsilon) / problem.n)
        u = _noise(jax.random.fold_in(mine, REST), problem, u, b, turn == 0)
        kappa = problem.gamma**2 * a / jnp.linalg.norm(u)
        return (a, u), RoundSummary(kappa, jnp.sum(label > 0) / problem.n, jnp.ones(()), turn == 0)

    wide = 1 if problem.spectrum is None else problem.spectrum.shape[-1]
    start = (jnp.zeros(()), jnp.zeros(wide))
    return jax.lax.scan(step, start, jnp.arange(rounds + 1))[1]


def _noise(
    key: jax.Array, problem: Problem, u: jax.Array, b: jax.Array, first: jax.Array
) -> jax.Array:
    """The next Sigma v; isotropic: its length alone, [1]."""
    if problem.spectrum is None:
        freedom = problem.r - jnp.where(first, 0, 1)
        rest = jnp.where(freedom > 0, chi(key, freedom), 0)
        return (problem.sigma**2 * jnp.sqrt(b**2 + rest**2 / problem.n))[None]
    length = jnp.linalg.norm(u)
    q = u / jnp.where(length > 0, length, 1)  # the first model has no direction to follow
    g = jax.random.normal(key, u.shape)
    return problem.spectrum * (b * q + (g - q * (q @ g)) / jnp.sqrt(problem.n))
