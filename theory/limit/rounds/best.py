r"""How often to retrain, in the limit (R21): the best round, and where a further one harms."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Constant, Margin, Problem, Scheme, UniformFlips
from relabel_lab.sim.kit import Numbers, Scalar, positive, reject, require, whole
from relabel_lab.theory.limit.rounds.card import elementwise, folds_of
from relabel_lab.theory.limit.rounds.evolution import kappas_all
from relabel_lab.theory.limit.rounds.prediction import evolved, plans_of, predict_rounds
from relabel_lab.theory.limit.rounds.setting import Setting, limit_setting

LOWEST, HIGHEST = 0.05, 50.0
_GRID = np.geomspace(LOWEST, HIGHEST, 24)
_HALVINGS = 27
TIE = 1e-12  # relative difference of kappas that rounding may make


class BestRounds(NamedTuple):
    """The round with the largest kappa, arrays [...].

    Attributes:
        rounds: its number, 0 where retraining never helps.
        kappa: its kappa.
        path: kappa of all rounds [..., most + 1].
        rising: whether it is the last one tried, so that a later one may be better.
    """

    rounds: jax.Array
    kappa: jax.Array
    path: jax.Array
    rising: jax.Array


def best_rounds(problem: Problem, scheme: Scheme, most: int = 3) -> BestRounds:
    """The best number of rounds up to ``most``; kappa is NaN where nothing is predicted."""
    whole("most", most, 1)
    path = predict_rounds(problem, scheme.bind(problem, most), most).kappa
    number = jnp.argmax(path, axis=-1)
    return BestRounds(number, jnp.max(path, axis=-1), path, number == most)


def collapse_separation(
    alpha: Numbers,
    p: Numbers,
    scheme: Scheme,
    rounds: int,
    *,
    against: int | None = None,
    margin: Margin | None = None,
) -> np.ndarray:
    r"""The least separation \(\rho\) at which round ``rounds`` beats round ``against``.

    Below it that round harms: the line where repeated retraining begins to collapse.  Far above
    it a further round may harm again, slightly: labels are then nearly clean (R8).  Searched in
    `LOWEST` ... `HIGHEST`, to 1e-8 relative; 0 where the round helps at the bottom, inf where it
    helps nowhere.

    Args:
        alpha: aspect ratio n/r, broadcasts with ``p``.
        p: flip probability.
        scheme: one whose rule needs no constants of the problem.
        rounds: the round looked at, >= 1.
        against: the round it is compared with, the one before unless given.
        margin: margin law, constant unless given.
    """
    whole("rounds", rounds, 1)
    before = rounds - 1 if against is None else against
    require("against", before, lambda t: (t >= 0) & (t < rounds), f"from 0 to {rounds - 1}")
    positive("alpha", alpha)
    require("p", p, lambda x: (x >= 0) & (x < 0.5), "in [0, 0.5)")
    alpha, p = np.broadcast_arrays(np.asarray(alpha, float), np.asarray(p, float))

    def gain(rho: np.ndarray) -> np.ndarray:
        wide = np.broadcast_to(alpha, rho.shape), np.broadcast_to(p, rho.shape)
        path = _path(rho, *wide, scheme, rounds, margin or Constant())
        return path[..., rounds] / path[..., before] - 1

    grid = _GRID.reshape(-1, *(1,) * alpha.ndim) * np.ones(alpha.shape)
    helps = gain(grid) > TIE
    first = np.argmax(helps, axis=0)
    low, high = np.log(_GRID[np.maximum(first - 1, 0)]), np.log(_GRID[first])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        over = gain(np.exp(middle)) > TIE
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    found = np.where(np.any(helps, axis=0), np.exp((low + high) / 2), np.inf)
    return np.where(helps[0], 0.0, found)


def _path(
    rho: np.ndarray, alpha: np.ndarray, p: np.ndarray, scheme: Scheme, rounds: int, margin: Margin
) -> np.ndarray:
    """Kappa [..., rounds + 1] at separations of one shape."""
    flat = [jnp.asarray(x.reshape(-1)) for x in (rho, alpha, p)]
    setting = _setting(flat[0], flat[1], flat[2], margin, folds_of(scheme))
    rule = elementwise(scheme)
    plans = plans_of(setting, rule, rounds)
    if plans is None:
        raise reject("rounds", rounds, "fewer, for this scheme and margin law")
    kappa = kappas_all(setting, evolved(setting, rule, plans))
    return np.asarray(kappa).reshape(*rho.shape, rounds + 1)


def _setting(
    rho: jax.Array, alpha: jax.Array, p: jax.Array, margin: Margin, folds: Scalar | None
) -> Setting:
    law = jax.tree.map(lambda x: jnp.broadcast_to(x, rho.shape), margin.at(rho))
    return limit_setting(rho, alpha, law, UniformFlips(p), folds)
