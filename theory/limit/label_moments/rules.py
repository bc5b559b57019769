r"""The moments of any label rule by quadrature (R11)."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.margins import TURNING, density, merged, panels
from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory.limit.label_moments.averages import Moments, average
from relabel_lab.theory.limit.parameters import Limit

_NOISE_EDGES = np.linspace(-9.0, 9.0, 7)
_SIGNS = np.array([[1.0], [-1.0]])  # given label right or wrong, before the axis of noise nodes


def rule_moments(scheme: Scheme, limit: Limit) -> Moments:
    r"""Moments of the labels f = ``scheme.label(score, given)``, to about 1e-12 absolute.

    In the symmetrised frame score = N(A(m) + s(k + eps)), given = s (R11), and f > 0 is a right
    label.  Closed forms serve hard rules (`hard_moments`).

    Args:
        scheme: an odd label rule, elementwise and bound; its card says where it turns.
        limit: the problem's limit, arrays [...].
    """
    reach = [jnp.asarray(turn) / limit.scale for turn in scheme.turns()]
    k = jnp.asarray(limit.k)
    m, w = limit.law.nodes(limit.slope, *(k + x for x in reach), *(k - x for x in reach))
    a = (limit.slope[..., None] * m)[..., None, None]
    eps, weights = _noise_nodes(a, limit, reach, scheme.width())
    wide = k[..., None, None, None]
    sign = jnp.asarray(_SIGNS)
    score = jnp.asarray(limit.scale)[..., None, None, None] * (a + sign * (wide + eps))
    label = scheme.label(score, jnp.broadcast_to(sign, score.shape))

    p = limit.flip_probability(m)
    share = jnp.stack(jnp.broadcast_arrays(1.0 - p, p), axis=-1) * w[..., None]

    def expect(x: jax.Array) -> jax.Array:
        (inner,) = average(weights, x)
        return jnp.sum(share * inner, axis=(-1, -2))

    right, used = expect((label > 0) * 1.0), expect((label != 0) * 1.0)
    return Moments(
        a=expect(m[..., None, None] * label),
        c=expect(sign * label),
        b=expect(sign * label * eps),
        v=expect(label**2),
        label_accuracy=right / used,
        coverage=used,
    )


def _noise_nodes(
    a: jax.Array, limit: Limit, reach: list[jax.Array], width: float
) -> tuple[jax.Array, jax.Array]:
    """Nodes and normal weights in eps [..., Q_m, 2, Q] around A + s(k + eps) = +-turn/N."""
    spread = width * TURNING / jnp.asarray(limit.scale)[..., None]
    points = jnp.concatenate([sign * x[..., None] + spread for x in reach for sign in (1, -1)], -1)
    k = jnp.asarray(limit.k)[..., None, None, None]
    eps, w = panels(
        merged(_NOISE_EDGES, jnp.asarray(_SIGNS) * (points[..., None, None, :] - a) - k)
    )
    return eps, w * density(eps)
