"""Drawn data small enough to look at, and models trained on them."""

import jax
import jax.numpy as jnp

from relabel_lab import sim
from relabel_lab.sim.direct import drawing
from relabel_lab.sim.direct import rounds as engine
from relabel_lab.sim.seeds import seed_keys

KEY = jax.random.key(20240611)
SCHEMES = (sim.Initial(), sim.Full(), sim.Consensus())
SIZE = {"n": 90, "d": 31}
retrain = jax.jit(engine.retrain, static_argnums=3)


def draw(problem, seed=0, **options):
    return drawing.sample(problem, seed_keys(KEY, jnp.array([seed]))[0], **options)
