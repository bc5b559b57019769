r"""One round, isotropic, in scalars: what a pass over n normals must find out, and kappa from it (R3).

With \(\tau = sf\): \(\kappa = \rho a/\sqrt{(cR + b)^2 + (\overline{f^2} - c^2)\,\chi^2_{r-1}/n}\).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.dice.chi import chi
from relabel_lab.sim.kit import Scalar
from relabel_lab.sim.outcome import RoundSummary
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.seeds import words

RADIUS, REST, FLIPS, NORMALS, MARGINS, FLIP_DRAWS = range(6)  # sub-streams of a seed


class SeedScalars(eqx.Module):
    """What a seed draws beside its n normals; arrays [S].

    Attributes:
        radius: R, the length of the mean of w.
        rest: the length of a fresh normal vector in the other r - 1 dimensions, over sqrt(n).
        minus: number of flipped samples when flips are uniform (they come first), else 0.
        normals, margins, flips: words of the keys of the three per-sample streams.
    """

    radius: jax.Array
    rest: jax.Array
    minus: jax.Array
    normals: tuple[jax.Array, jax.Array]
    margins: tuple[jax.Array, jax.Array]
    flips: tuple[jax.Array, jax.Array]


class Sums(eqx.Module):
    """Sums over the n samples for one label rule f; arrays [S] in float64.

    Attributes:
        mf, sf, sfe, ff: of m f, s f, s f epsilon and f^2.
        right, used: numbers of samples with f > 0 and with f != 0.
        kept: number of samples whose label is what the rule makes of agreeing labels.
    """

    mf: jax.Array
    sf: jax.Array
    sfe: jax.Array
    ff: jax.Array
    right: jax.Array
    used: jax.Array
    kept: jax.Array


def draw_scalars(keys: jax.Array, problem: Problem, uniform_flips: bool) -> SeedScalars:
    """The scalars of S seeds, exact in law for any n and r."""

    def one(key: jax.Array) -> SeedScalars:
        sub = jax.vmap(lambda number: jax.random.fold_in(key, number))(jnp.arange(6))
        n = jnp.asarray(problem.n, jnp.float64)
        r = jnp.asarray(problem.r, jnp.float64)
        minus = _flipped(sub[FLIPS], n, problem.p) if uniform_flips else jnp.zeros(())
        radius, rest = jax.vmap(chi)(sub[jnp.array([RADIUS, REST])], jnp.stack([r, r - 1]))
        return SeedScalars(
            radius / jnp.sqrt(n),
            jnp.where(r > 1, rest, 0) / jnp.sqrt(n),
            minus.astype(jnp.int64),
            words(sub[NORMALS]),
            words(sub[MARGINS]),
            words(sub[FLIP_DRAWS]),
        )

    return jax.vmap(one)(keys)


def _flipped(key: jax.Array, n: jax.Array, p: Scalar) -> jax.Array:
    safe = jnp.where(p > 0, p, 0.25)
    return jnp.where(p > 0, jax.random.binomial(key, n, safe, dtype=jnp.float64), 0)


def summary(problem: Problem, scalars: SeedScalars, sums: Sums) -> RoundSummary:
    """What is reported of the model trained on the labels f."""
    n = problem.n
    a, c, b, square = sums.mf / n, sums.sf / n, sums.sfe / n, sums.ff / n
    spread = jnp.maximum(square - c**2, 0) * scalars.rest**2
    length = jnp.sqrt((c * scalars.radius + b) ** 2 + spread)
    lost = (length == 0) & (a == 0)  # no label left: the zero classifier
    kappa = jnp.where(lost, 0, problem.rho * a / jnp.where(lost, 1, length))
    return RoundSummary(kappa, sums.right / sums.used, sums.used / n, sums.kept == n)


class StreamPass(NamedTuple):
    """The two passes over a seed's normals, and what is made of them; hashable, so static.

    Attributes:
        first: means over blocks, needed before any label is known.
        second: sums over blocks of everything that depends on labels.
        initial: `Sums` of the given labels.
        sums: `Sums` of each scheme from what both passes found.
    """

    first: Callable[..., Any]
    second: Callable[..., Any]
    initial: Callable[..., Sums]
    sums: Callable[..., tuple[Sums, ...]]
