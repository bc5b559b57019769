r"""K balanced classes whose means form a simplex, and given labels by K-ary flips (R22)."""

from __future__ import annotations

import math
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.classes.flips import checked_flips
from relabel_lab.sim.kit import positive, reject, require, whole


def response_rate(epsilon: float, classes: int) -> float:
    """Probability of a wrong label under K-ary randomised response (R13): (K-1)/(e^eps + K-1)."""
    decay = math.exp(-abs(epsilon))
    rate = (classes - 1) * decay / (1 + (classes - 1) * decay)
    if not (epsilon > 0 and rate < 1 - 1 / classes):
        raise reject("epsilon", epsilon, "> 0, so that fewer than 1 - 1/classes labels are wrong")
    return rate


def _number(classes: Any, flips: jax.Array | None) -> Any:
    """How many classes: as said, as in the matrix, else two."""
    if flips is not None and classes not in (None, len(flips)):
        raise reject("classes", classes, f"{len(flips)}, as many as rows of flips")
    if classes is None:
        return 2 if flips is None else len(flips)
    whole("classes", classes, 2)
    return classes


class ClassProblem(eqx.Module):
    r"""\(x = \mu_y + \sigma z\), y uniform over K classes, z normal orthogonal to the means.

    \(\mu_j^\top\mu_l = \gamma^2 \frac{K}{K-1}(\delta_{jl} - 1/K)\), so that two classes are the
    paper's model.  The given label is the true one with probability 1 - p, else one of the others,
    each equally likely, unless ``flips`` says otherwise.  Fields but ``flips`` may be arrays that
    broadcast for predictions; engines take scalars.

    Args:
        n: number of samples, whole, >= 2.
        d: number of features, whole, >= classes; the noise lives in r = d - classes + 1 dimensions.
        p: probability of a wrong given label, in [0, 1 - 1/classes).  One of ``p``, ``epsilon`` and
            ``flips``.
        gamma: norm of a mean, > 0.
        sigma: standard deviation of the noise, > 0.
        classes: K, whole, from 2 to d.
        epsilon: label privacy by K-ary randomised response (R13), a number > 0.
        flips: probability of each given label by true class, T[true, given], [K, K]; rows sum to 1
            and are largest on the diagonal.

    Raises:
        ValueError: naming the argument, its value and what is allowed.
    """

    n: Any
    d: Any
    p: Any
    gamma: Any
    sigma: Any
    classes: Any
    flips: jax.Array | None

    def __init__(
        self,
        n: Any,
        d: Any,
        p: Any = None,
        gamma: Any = 1.0,
        sigma: Any = 1.0,
        *,
        classes: Any = None,
        epsilon: float | None = None,
        flips: Any = None,
    ):
        if sum(each is not None for each in (p, epsilon, flips)) != 1:
            raise ValueError("give exactly one of p, epsilon and flips")
        self.flips = None if flips is None else checked_flips(flips)
        classes = _number(classes, self.flips)
        self.n, self.d, self.gamma, self.sigma, self.classes = n, d, gamma, sigma, classes
        self.p = response_rate(epsilon, int(classes)) if epsilon is not None else p
        if self.flips is not None:
            self.p = 1 - jnp.mean(jnp.diagonal(self.flips))

    def __check_init__(self):
        whole("n", self.n, 2)
        whole("d", self.d, 2)
        positive("gamma", self.gamma)
        positive("sigma", self.sigma)
        if not isinstance(self.classes, (int, np.ndarray, np.integer, float)):
            return
        require("classes", self.classes, lambda k: k <= np.asarray(self.d), "at most d")
        if self.flips is not None:
            return
        require(
            "p", self.p, lambda p: (p >= 0) & (p < 1 - 1 / np.asarray(self.classes)), self._allowed
        )

    @property
    def _allowed(self) -> str:
        return "in [0, 1 - 1/classes)"

    @property
    def r(self) -> Any:
        """Number of noise dimensions."""
        return self.d - self.classes + 1

    @property
    def alpha(self) -> Any:
        """Aspect ratio n/r."""
        return self.n / self.r

    @property
    def rho(self) -> Any:
        r"""Separation \(\gamma^2/\sigma^2\)."""
        return (self.gamma / self.sigma) ** 2

    @property
    def pull(self) -> Any:
        r"""\(\gamma^2 K/(K-1)\), the inner product of \(\mu_y\) with \(\mu_y - \bar\mu\)."""
        return self.gamma**2 * self.classes / (self.classes - 1)
