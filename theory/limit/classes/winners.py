r"""Which of K shifted normals is largest by a lead: one-dimensional integrals of products of \(\Phi\).

Scores are \(S_j = \text{shift}_j + g_j\), \(g \sim N(0, I)\).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.margins import density, panels, tail

EDGES = np.linspace(-10.0, 10.0, 17)


class Winner(NamedTuple):
    r"""\(P(S_j\text{ leads})\) and \(E[g_j; S_j\text{ leads}]\), arrays [...]."""

    probability: jax.Array
    normal: jax.Array

    def times(self, factor: Any) -> Winner:
        """Both multiplied."""
        return Winner(self.probability * factor, self.normal * factor)


def leads(by: Any, *rivals: tuple[Any, Any]) -> Winner:
    """A score that beats each of its rivals by at least ``by``.

    Args:
        by: lead, >= 0, [...].
        rivals: pairs (the score's shift less the rivals', how many rivals have it), [...].
    """
    t, weights = panels(jnp.asarray(EDGES))
    product = weights * density(t)
    for shift, count in rivals:
        behind = tail(-(t + jnp.asarray(shift - by, jnp.float64)[..., None]))
        product = product * behind ** jnp.asarray(count, jnp.float64)[..., None]
    return Winner(jnp.sum(product, axis=-1), jnp.sum(t * product, axis=-1))
