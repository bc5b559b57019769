r"""Laws of the margin variable m = 1 + u: sampling and quadrature.

`Margin.nodes` places Gauss-Legendre panels around the point where the integrand
\(\Phi(\lambda m + k)\) turns, so that every functional of R5 is a weighted sum.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import equinox as eqx
import jax
import jax.numpy as jnp

from sim.validate import positive, reject


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

    def nodes(self, slope: Any, offset: Any) -> tuple[jax.Array, jax.Array]:
        r"""Nodes and weights, shape [..., Q], for integrands that turn at slope*m = +-offset.

        \(E f(m) = \sum_q w_q f(m_q)\) to 1e-12 for f built from polynomials in m and
        \(\Phi, \varphi\) at slope*m + offset and slope*m - offset.
        """
        raise NotImplementedError

    def log_error(self, kappa: jax.Array) -> jax.Array:
        r"""\(\log E\,Q(m\kappa)\) (R1), same shape as ``kappa``, exact for tiny errors."""
        raise NotImplementedError

    def accuracy(self, kappa: jax.Array) -> jax.Array:
        r"""\(E\,\Phi(m\kappa)\) (R1)."""
        return -jnp.expm1(self.log_error(kappa))

    def sample(self, key: jax.Array, shape: tuple[int, ...], dtype: Any = jnp.float64) -> jax.Array:
        """Independent margins of the given shape."""
        if self.source == "none":
            return jnp.ones(shape, dtype)
        draw = jax.random.normal if self.source == "normal" else jax.random.uniform
        return self.push(draw(key, shape, dtype))


class Constant(Margin):
    """m = 1 (u = 0)."""

    name: ClassVar[str] = "constant"
    source: ClassVar[Literal["none", "normal", "uniform"]] = "none"


class HalfNormal(Margin):
    """m = 1 + abs(N(0, scale^2))."""

    scale: Any
    name: ClassVar[str] = "half-normal"
    source: ClassVar[Literal["none", "normal", "uniform"]] = "normal"

    def __check_init__(self):
        positive("margin half-normal scale", self.scale)


class Uniform(Margin):
    """m = 1 + U(0, width)."""

    width: Any
    name: ClassVar[str] = "uniform"
    source: ClassVar[Literal["none", "normal", "uniform"]] = "uniform"

    def __check_init__(self):
        positive("margin uniform width", self.width)


class Gaussian(Margin):
    r"""m ~ N(1, scale^2); with scale unset, \(\sigma/\gamma\): the isotropic mixture (R12)."""

    scale: Any = None
    name: ClassVar[str] = "gaussian"
    source: ClassVar[Literal["none", "normal", "uniform"]] = "normal"

    def at(self, rho: Any) -> Margin:
        """Fill in scale = rho^(-1/2) unless it was given."""
        return self if self.scale is not None else Gaussian(rho**-0.5)


MARGINS = "constant, half-normal:S, uniform:W, gaussian"


def parse_margin(text: str) -> Margin:
    """The law named by ``text`` as on the command line, e.g. ``half-normal:0.5``."""
    name, _, value = text.partition(":")
    if name in ("constant", "gaussian") and not value:
        return Constant() if name == "constant" else Gaussian()
    try:
        return {"half-normal": HalfNormal, "uniform": Uniform}[name](float(value))
    except KeyError:
        raise reject("margin", text, f"one of {MARGINS}") from None
