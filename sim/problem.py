r"""The problem: a Gaussian mixture with a margin, separable along \(\mu\), and flipped labels."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import Numbers, positive, reject, require, whole
from relabel_lab.sim.margins import Constant, Margin, parse_margin
from relabel_lab.sim.noise import ExactNoise, LabelNoise, UniformFlips

SMALLEST, LARGEST = 1e-70, 1e70


class _Door(type(eqx.Module)):  # type: ignore[misc]  # Equinox's metaclass
    """Calls to `Problem` that name more than two classes make what `many` holds."""

    many: Any = None  # `sim.simulate`, which knows both, enters `ClassProblem` here

    def __call__(cls, *fields: Any, classes: Any = 2, **named: Any) -> Any:
        if isinstance(classes, int) and classes == 2:
            return super().__call__(*fields, **named)
        for name in ("margin", "spectrum", "noise"):
            value = named.pop(name, None)
            if value is not None:
                raise reject(name, value, f"left out with classes = {classes}")
        return cls.many(*fields, classes=classes, **named)


class Problem(eqx.Module, metaclass=_Door):
    r"""\(x = y\,m\,\mu + \Sigma^{1/2} z\), \(z \sim N(0, I_d)\), \(\Sigma\mu = 0\), flipped labels.

    Every field may be an array (fields broadcast), so one ``Problem`` can hold a whole grid for
    the predictions; the engines take scalar problems.

    Args:
        n: number of samples, whole, >= 2.
        d: number of features, whole, >= 2; the noise lives in r = d - 1 dimensions.
        p: probability of a flipped label, in [0, 1/2).  Give either ``p`` or ``noise``.
        gamma: norm of mu, > 0.
        sigma: standard deviation of isotropic noise, > 0 (ignored when ``spectrum`` is given).
        margin: law of the margin variable m = 1 + u, or its name (see `parse_margin`).
        spectrum: the r eigenvalues of Sigma on the complement of mu, shape [..., d - 1].
        noise: how labels get flipped, when not uniformly with probability ``p``.
        classes: with more than 2, the call makes a `ClassProblem` (R22), a type of its own that
            `predict` and `simulate` serve; it takes ``epsilon`` as well.

    Raises:
        ValueError: naming the argument, its value and what is allowed.
    """

    n: Numbers
    d: Numbers
    gamma: Numbers
    sigma: Numbers
    margin: Margin
    spectrum: jax.Array | None
    noise: LabelNoise

    def __init__(
        self,
        n: Numbers,
        d: Numbers,
        p: Numbers = None,
        gamma: Numbers = 1.0,
        sigma: Numbers = 1.0,
        *,
        margin: Margin | str | None = None,
        spectrum: Numbers | None = None,
        noise: LabelNoise | None = None,
    ):
        if (p is None) == (noise is None):
            raise ValueError("give exactly one of p (uniform flips) and noise")
        self.n, self.d, self.gamma = n, d, gamma
        self.noise = UniformFlips(p) if noise is None else noise
        self.margin = parse_margin(margin) if isinstance(margin, str) else margin or Constant()
        self.spectrum = None if spectrum is None else jnp.asarray(spectrum, dtype=jnp.float64)
        if self.spectrum is None:
            self.sigma = sigma
        else:
            self.sigma = jnp.sqrt(jnp.mean(self.spectrum, axis=-1))

    def __check_init__(self):
        whole("n", self.n, 2)
        whole("d", self.d, 2)
        _ranged("gamma", self.gamma)
        if self.spectrum is None:
            _ranged("sigma", self.sigma)
        else:
            _check_spectrum(self.spectrum, self.d)

    @property
    def p(self) -> Numbers:
        """Average probability of a flip."""
        return self.noise.mean_flip(self.law)

    @property
    def exact_noise(self) -> ExactNoise:
        """The noise, which must be inside the exact laws.

        Raises:
            ValueError: for flips that depend on the noise features; exact laws and limits end here.
        """
        if isinstance(self.noise, ExactNoise):
            return self.noise
        allowed = (
            f"independent of z: {self.noise.broken_assumption}; only the direct engine serves, "
            "with schemes that take no constant from the law"
        )
        raise reject("noise", self.noise.family, allowed)

    @property
    def r(self) -> Numbers:
        """Number of noise dimensions, the rank of Sigma when no eigenvalue is zero."""
        return self.d - 1

    @property
    def rho(self) -> Numbers:
        r"""Separation \(\rho = \gamma^2/\sigma^2\), with \(\sigma^2\) the mean eigenvalue."""
        return (self.gamma / self.sigma) ** 2

    @property
    def alpha(self) -> Numbers:
        r"""Aspect ratio \(\alpha = n/r\)."""
        return self.n / self.r

    @property
    def law(self) -> Margin:
        """The margin law with every parameter that the problem fixes filled in."""
        kinks = self.noise.kinks() if isinstance(self.noise, ExactNoise) else ()
        law = self.margin.at(self.rho)
        return law.broken_at(kinks) if kinks else law


def _ranged(name: str, value: Numbers) -> None:
    """Require entries whose squares, and the ratios of those, are 64-bit numbers."""
    positive(name, value)
    require(name, value, lambda x: (x > SMALLEST) & (x < LARGEST), f"> {SMALLEST} and < {LARGEST}")


def _check_spectrum(spectrum: jax.Array, d: Numbers) -> None:
    if isinstance(spectrum, jax.core.Tracer):
        return
    values = np.asarray(spectrum)
    rank = np.asarray(d)
    if values.ndim < 1 or (rank.ndim == 0 and values.shape[-1] != int(rank) - 1):
        raise reject("spectrum", f"{values.shape[-1:]} eigenvalues", f"of length d - 1 = {d - 1}")
    if not (np.isfinite(values).all() and (values >= 0).all()):
        bad = values[~(np.isfinite(values) & (values >= 0))].flat[0]
        raise reject("spectrum", bad, "finite eigenvalues >= 0")
    if (values.max(axis=-1) == 0).any():
        raise reject("spectrum", "all zeros", "eigenvalues of which at least one is > 0")


def power_spectrum(d: int, exponent: float, sigma: float = 1.0) -> jax.Array:
    r"""Eigenvalues \(\lambda_j \propto j^{-A}\), j = 1..d-1, scaled to mean ``sigma**2``."""
    whole("d", d, 2)
    shape = jnp.arange(1, d, dtype=jnp.float64) ** -exponent
    return shape * (sigma**2 / jnp.mean(shape))
