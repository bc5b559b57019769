r"""A law of the margin variable m = 1 + u: sampling and quadrature.

`Margin.nodes` places Gauss-Legendre panels around the point where the integrand
\(\Phi(\lambda m + k)\) turns, so that every functional of R5 is a weighted sum.
"""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import Card, DTypeLike, Numbers, parse
from relabel_lab.sim.margins.normal import log_tail


class Margin(Card):
    """Law of m.  ``source`` says which base draw `push` turns into m."""

    source: ClassVar[Literal["none", "normal", "uniform"]]

    def at(self, rho: Numbers) -> Margin:
        """The law at separation ``rho`` (R1 notation); only `Gaussian` depends on it."""
        return self

    def broken_at(self, points: tuple[Numbers, ...]) -> Margin:
        """The law whose nodes also break at margins ``points`` < 1, where an integrand kinks.

        Laws on m >= 1 have nothing there.
        """
        return self

    def mean(self) -> Numbers:
        """E m."""
        raise NotImplementedError

    def second_moment(self) -> Numbers:
        """E m^2."""
        raise NotImplementedError

    def push(self, base: jax.Array) -> jax.Array:
        """Margins from base draws: standard normals or uniforms on (0, 1), same shape."""
        raise NotImplementedError

    def nodes(self, slope: Numbers, *offsets: Numbers) -> tuple[jax.Array, jax.Array]:
        r"""Nodes and weights, shape [..., Q], for integrands that turn at slope*m = +-offset.

        \(E f(m) = \sum_q w_q f(m_q)\) to 1e-12 for f built from polynomials in m and
        \(\Phi, \varphi\) at slope*m + offset and slope*m - offset, for each of the offsets.
        """
        raise NotImplementedError

    def decaying_nodes(self, kappa: Numbers) -> tuple[jax.Array, jax.Array]:
        r"""Nodes and weights, shape [..., Q], for integrands that decay like \(\varphi(m\kappa)\).

        For ``kappa`` >= 0; relative to the integrand's largest value, however small that is.
        """
        raise NotImplementedError

    def log_error(self, kappa: jax.Array) -> jax.Array:
        r"""\(\log E\,Q(m\kappa)\) (R1), same shape as ``kappa``, exact for tiny errors.

        Parameters of the law broadcast against ``kappa``.
        """
        return _log_error(self, kappa)

    def _log_tail(self, kappa: jax.Array) -> jax.Array:
        r"""\(\log E\,Q(m\kappa)\) for ``kappa`` >= 0, when m >= 1."""
        m, w = self.decaying_nodes(kappa)
        top = log_tail(kappa)
        relative = jnp.exp(log_tail(m * kappa[..., None]) - top[..., None])
        return top + jnp.log(jnp.sum(w * relative, axis=-1))

    def accuracy(self, kappa: jax.Array) -> jax.Array:
        r"""\(E\,\Phi(m\kappa)\) (R1)."""
        return -jnp.expm1(self.log_error(kappa))

    def sample(
        self, key: jax.Array, shape: tuple[int, ...], dtype: DTypeLike = jnp.float64
    ) -> jax.Array:
        """Independent margins of the given shape."""
        if self.source == "none":
            return jnp.ones(shape, dtype)
        draw = jax.random.normal if self.source == "normal" else jax.random.uniform
        return self.push(draw(key, shape, dtype))


@jax.jit
def _log_error(law: Margin, kappa: Numbers) -> jax.Array:
    kappa = jnp.asarray(kappa, jnp.float64)
    below = kappa < 0
    small = law._log_tail(jnp.where(below, -kappa, kappa))
    return jnp.where(below, jnp.log1p(-jnp.exp(small)), small)


def parse_margin(text: str) -> Margin:
    """The law named by ``text`` as on the command line, e.g. ``half-normal:0.5``."""
    return parse(Margin, "margin", text)


def standardised(m: jax.Array, scale: Numbers) -> jax.Array:
    """(m - 1)/scale for points m [..., E]."""
    return (m - 1.0) / jnp.asarray(scale, jnp.float64)[..., None]


def decay_edges(linear: jax.Array, quadratic: jax.Array, most: float = math.inf) -> jax.Array:
    """Edges [..., 4] from 0 to the t > 0, at most ``most``, where linear*t + quadratic*t^2 = 45."""
    end = jnp.minimum(90.0 / (linear + jnp.sqrt(linear**2 + 180.0 * quadratic)), most)
    return end[..., None] * np.linspace(0.0, 1.0, 4)
