r"""What retraining asks of the labels, scheme by scheme (R22).

With a the multiple of \(\Pi\) in \(E[Le_y^\top]\), \(c\) and \(c'\) those of \(K E[LL_0^\top]\)
and \(E[Lg^\top]/s\), and v that of \(K E[LL^\top]\):
\(\kappa = \tilde\rho a/(s\sqrt{v + 2cc' + c'^2})\).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim.schemes import Confident, Consensus, CrossFit, Initial, Scheme
from relabel_lab.theory.limit.classes.labels import Predicted, lead_of, predicted
from relabel_lab.theory.limit.classes.setting import Setting


class ClassMoments(NamedTuple):
    """Arrays [...]; ``agree`` is P(used, label = given)."""

    a: jax.Array
    c: jax.Array
    along: jax.Array
    v: jax.Array
    right: jax.Array
    agree: jax.Array

    def kappa(self, at: Setting) -> jax.Array:
        """Kappa of R1: R22's over the square root of 2."""
        length = jnp.sqrt(self.v + 2 * self.c * self.along + self.along**2)
        return at.rho * self.a / (math.sqrt(2) * at.noise * length)


def class_moments(scheme: Scheme, at: Setting) -> ClassMoments:
    """Moments of one of the schemes that K classes have."""
    if isinstance(scheme, Initial):
        zero, one = jnp.zeros_like(at.keep), jnp.ones_like(at.keep)
        return ClassMoments(at.signal(at.keep, 1 - at.keep), one, zero, one, at.keep, one)
    if isinstance(scheme, CrossFit):
        seen = jnp.sqrt(jnp.asarray(scheme.share_unseen(), jnp.float64))
        cells = predicted(at, seen * at.kappa, jnp.zeros_like(at.keep), jnp.zeros_like(at.keep))
        return _moments(at, cells, seen)
    lead = jnp.zeros_like(at.keep)
    if isinstance(scheme, Confident):
        lead = lead_of(at, scheme.share)
    cells = predicted(at, at.kappa, at.memory, lead)
    if isinstance(scheme, Consensus):
        cells = _agreeing(cells)
    return _moments(at, cells, jnp.ones_like(at.keep))


def _agreeing(cells: Predicted) -> Predicted:
    """The samples whose predicted label is the given one."""
    return cells._replace(true_only=cells.true_only.times(0), neither=cells.neither.times(0))


def _moments(at: Setting, cells: Predicted, seen: jax.Array) -> ClassMoments:
    """Unit labels of the cells; ``seen`` multiplies the response of a model to its noise."""
    rest = at.classes - 1
    right = cells.both.probability + cells.true_only.probability
    agree = cells.both.probability + cells.given_only.probability
    wrong = cells.given_only.probability + cells.neither.probability
    normal = sum(cell.normal for cell in cells)
    used = right + wrong
    return ClassMoments(
        a=at.signal(right, wrong),
        c=(at.classes * agree - used) / rest,
        along=seen * normal / (at.noise * rest),
        v=used,
        right=right / used,
        agree=agree,
    )
