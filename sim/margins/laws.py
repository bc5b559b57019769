r"""Laws of the margin variable m = 1 + u: sampling and quadrature.

`Margin.nodes` places Gauss-Legendre panels around the point where the integrand
\(\Phi(\lambda m + k)\) turns, so that every functional of R5 is a weighted sum.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import positive, reject
from relabel_lab.sim.margins.normal import density, log_tail
from relabel_lab.sim.margins.panels import merged, panels, turning_points


class Margin(eqx.Module):
    """Law of m.  ``source`` says which base draw `push` turns into m."""

    name: ClassVar[str]
    source: ClassVar[Literal["none", "normal", "uniform"]]

    def at(self, rho: Any) -> Margin:
        """The law at separation ``rho`` (R1 notation); only `Gaussian` depends on it."""
        return self

    def mean(self) -> Any:
        """E m."""
        raise NotImplementedError

    def second_moment(self) -> Any:
        """E m^2."""
        raise NotImplementedError

    def push(self, base: jax.Array) -> jax.Array:
        """Margins from base draws: standard normals or uniforms on (0, 1), same shape."""
        raise NotImplementedError

    def nodes(self, slope: Any, *offsets: Any) -> tuple[jax.Array, jax.Array]:
        r"""Nodes and weights, shape [..., Q], for integrands that turn at slope*m = +-offset.

        \(E f(m) = \sum_q w_q f(m_q)\) to 1e-12 for f built from polynomials in m and
        \(\Phi, \varphi\) at slope*m + offset and slope*m - offset, for each of the offsets.
        """
        raise NotImplementedError

    def decaying_nodes(self, kappa: Any) -> tuple[jax.Array, jax.Array]:
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

    def sample(self, key: jax.Array, shape: tuple[int, ...], dtype: Any = jnp.float64) -> jax.Array:
        """Independent margins of the given shape."""
        if self.source == "none":
            return jnp.ones(shape, dtype)
        draw = jax.random.normal if self.source == "normal" else jax.random.uniform
        return self.push(draw(key, shape, dtype))


@jax.jit
def _log_error(law: Margin, kappa: Any) -> jax.Array:
    kappa = jnp.asarray(kappa, jnp.float64)
    below = kappa < 0
    small = law._log_tail(jnp.where(below, -kappa, kappa))
    return jnp.where(below, jnp.log1p(-jnp.exp(small)), small)


class Constant(Margin):
    """m = 1 (u = 0)."""

    name: ClassVar[str] = "constant"
    source: ClassVar[Literal["none", "normal", "uniform"]] = "none"

    def mean(self) -> Any:
        """E m = 1."""
        return 1.0

    def second_moment(self) -> Any:
        """E m^2 = 1."""
        return 1.0

    def push(self, base: jax.Array) -> jax.Array:
        """Ones, whatever the base draws."""
        return jnp.ones_like(base)

    def nodes(self, slope: Any, *offsets: Any) -> tuple[jax.Array, jax.Array]:
        """The single node m = 1 (Q = 1)."""
        shape = jnp.broadcast_shapes(jnp.shape(slope), *map(jnp.shape, offsets))
        one = jnp.ones((*shape, 1))
        return one, one

    def decaying_nodes(self, kappa: Any) -> tuple[jax.Array, jax.Array]:
        """The single node m = 1 (Q = 1)."""
        return self.nodes(kappa, 0.0)

    def _log_tail(self, kappa: jax.Array) -> jax.Array:
        return log_tail(kappa)


class HalfNormal(Margin):
    """m = 1 + abs(N(0, scale^2))."""

    scale: Any
    name: ClassVar[str] = "half-normal"
    source: ClassVar[Literal["none", "normal", "uniform"]] = "normal"

    def __check_init__(self):
        positive("margin half-normal scale", self.scale)

    def mean(self) -> Any:
        r"""E m = 1 + scale \(\sqrt{2/\pi}\)."""
        return 1 + self.scale * _HALF_NORMAL_MEAN

    def second_moment(self) -> Any:
        r"""E m^2 = 1 + 2 scale \(\sqrt{2/\pi}\) + scale^2."""
        return 1 + self.scale * (2 * _HALF_NORMAL_MEAN + self.scale)

    def push(self, base: jax.Array) -> jax.Array:
        """1 + scale * abs(base)."""
        return 1 + jnp.asarray(self.scale, base.dtype) * jnp.abs(base)

    def nodes(self, slope: Any, *offsets: Any) -> tuple[jax.Array, jax.Array]:
        """Panels in abs(u)/scale on (0, 9)."""
        edges = merged((0, 4.5, 9), _standardised(turning_points(slope, offsets), self.scale))
        return self._weighted(*panels(edges))

    def decaying_nodes(self, kappa: Any) -> tuple[jax.Array, jax.Array]:
        """Panels in abs(u)/scale down to exp(-45) of the largest value."""
        steep = jnp.asarray(kappa * self.scale)
        return self._weighted(*panels(_decay_edges(kappa * steep, (steep**2 + 1) / 2)))

    def _weighted(self, g: jax.Array, w: jax.Array) -> tuple[jax.Array, jax.Array]:
        return 1 + jnp.asarray(self.scale)[..., None] * g, 2 * w * density(g)


class Uniform(Margin):
    """m = 1 + U(0, width)."""

    width: Any
    name: ClassVar[str] = "uniform"
    source: ClassVar[Literal["none", "normal", "uniform"]] = "uniform"

    def __check_init__(self):
        positive("margin uniform width", self.width)

    def mean(self) -> Any:
        """E m = 1 + width/2."""
        return 1 + self.width / 2

    def second_moment(self) -> Any:
        """E m^2 = 1 + width + width^2/3."""
        return 1 + self.width * (1 + self.width / 3)

    def push(self, base: jax.Array) -> jax.Array:
        """1 + width * base."""
        return 1 + jnp.asarray(self.width, base.dtype) * base

    def nodes(self, slope: Any, *offsets: Any) -> tuple[jax.Array, jax.Array]:
        """Panels in u/width on (0, 1)."""
        edges = merged((0, 1), _standardised(turning_points(slope, offsets), self.width))
        return self._weighted(*panels(edges))

    def decaying_nodes(self, kappa: Any) -> tuple[jax.Array, jax.Array]:
        """Panels in u/width down to exp(-45) of the largest value."""
        steep = jnp.asarray(kappa * self.width)
        return self._weighted(*panels(_decay_edges(kappa * steep, steep**2 / 2, 1.0)))

    def _weighted(self, v: jax.Array, w: jax.Array) -> tuple[jax.Array, jax.Array]:
        return 1 + jnp.asarray(self.width)[..., None] * v, w


class Gaussian(Margin):
    r"""m ~ N(1, scale^2); with scale unset, \(\sigma/\gamma\): the isotropic mixture (R12)."""

    scale: Any = None
    name: ClassVar[str] = "gaussian"
    source: ClassVar[Literal["none", "normal", "uniform"]] = "normal"

    def __check_init__(self):
        if self.scale is not None:
            positive("margin gaussian scale", self.scale)

    def at(self, rho: Any) -> Margin:
        """Fill in scale = rho^(-1/2) unless it was given."""
        return self if self.scale is not None else Gaussian(rho**-0.5)

    def mean(self) -> Any:
        """E m = 1."""
        return 1.0

    def second_moment(self) -> Any:
        """E m^2 = 1 + scale^2."""
        return 1 + self._scale**2

    def push(self, base: jax.Array) -> jax.Array:
        """1 + scale * base."""
        return 1 + jnp.asarray(self._scale, base.dtype) * base

    def nodes(self, slope: Any, *offsets: Any) -> tuple[jax.Array, jax.Array]:
        """Panels in (m - 1)/scale on (-9, 9), around both turning points."""
        points = turning_points(slope, offsets)
        extra = _standardised(jnp.concatenate([points, -points], axis=-1), self._scale)
        return self._weighted(*panels(merged((-9, -6, -3, 0, 3, 6, 9), extra)))

    def decaying_nodes(self, kappa: Any) -> tuple[jax.Array, jax.Array]:
        """Panels around the peak of the density times the Gaussian factor."""
        spread = jax.lax.rsqrt(1 + jnp.asarray(kappa * self._scale, jnp.float64) ** 2)[..., None]
        edges = (spread**2 - 1) / jnp.asarray(self._scale)[..., None] + spread * _GAUSSIAN_EDGES
        return self._weighted(*panels(edges))

    def _log_tail(self, kappa: jax.Array) -> jax.Array:
        return log_tail(kappa * jax.lax.rsqrt(1 + (kappa * self._scale) ** 2))

    def _weighted(self, g: jax.Array, w: jax.Array) -> tuple[jax.Array, jax.Array]:
        return 1 + jnp.asarray(self._scale)[..., None] * g, w * density(g)

    @property
    def _scale(self) -> Any:
        if self.scale is None:
            raise ValueError("margin gaussian has no scale yet: take Problem.law or at(rho)")
        return self.scale


_HALF_NORMAL_MEAN = math.sqrt(2 / math.pi)
_GAUSSIAN_EDGES = np.linspace(-9.0, 9.0, 7)


def _standardised(m: jax.Array, scale: Any) -> jax.Array:
    return (m - 1.0) / jnp.asarray(scale, jnp.float64)[..., None]


def _decay_edges(linear: jax.Array, quadratic: jax.Array, most: float = math.inf) -> jax.Array:
    """Edges [..., 4] from 0 to the t > 0, at most ``most``, where linear*t + quadratic*t^2 = 45."""
    end = jnp.minimum(90.0 / (linear + jnp.sqrt(linear**2 + 180.0 * quadratic)), most)
    return end[..., None] * np.linspace(0.0, 1.0, 4)


MARGINS = "constant, half-normal:S, uniform:W, gaussian"


def parse_margin(text: str) -> Margin:
    """The law named by ``text`` as on the command line, e.g. ``half-normal:0.5``."""
    name, _, value = text.partition(":")
    if name in ("constant", "gaussian") and not value:
        return Constant() if name == "constant" else Gaussian()
    try:
        law, parameter = {"half-normal": HalfNormal, "uniform": Uniform}[name], float(value)
    except (KeyError, ValueError):
        raise reject("margin", text, f"one of {MARGINS}") from None
    return law(parameter)
