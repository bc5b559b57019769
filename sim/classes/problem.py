r"""K balanced classes whose means form a simplex, and given labels by K-ary flips (R22)."""

from __future__ import annotations

import math
from typing import Any

import equinox as eqx
import numpy as np

from relabel_lab.sim.kit import positive, reject, require, whole


def response_rate(epsilon: float, classes: int) -> float:
    """Probability of a wrong label under K-ary randomised response (R13): (K-1)/(e^eps + K-1)."""
    decay = math.exp(-abs(epsilon))
    rate = (classes - 1) * decay / (1 + (classes - 1) * decay)
    if not (epsilon > 0 and rate < 1 - 1 / classes):
        raise reject("epsilon", epsilon, "> 0, so that fewer than 1 - 1/classes labels are wrong")
    return rate


class ClassProblem(eqx.Module):
    r"""\(x = \mu_y + \sigma z\), y uniform over K classes, z normal orthogonal to the means.

    \(\mu_j^\top\mu_l = \gamma^2 \frac{K}{K-1}(\delta_{jl} - 1/K)\), so that two classes are the
    paper's model.  The given label is the true one with probability 1 - p, else one of the others,
    each equally likely.  Fields may be arrays that broadcast for predictions; engines take scalars.

    Args:
        n: number of samples, whole, >= 2.
        d: number of features, whole, >= classes; the noise lives in r = d - classes + 1 dimensions.
        p: probability of a wrong given label, in [0, 1 - 1/classes).  Either ``p`` or ``epsilon``.
        gamma: norm of a mean, > 0.
        sigma: standard deviation of the noise, > 0.
        classes: K, whole, from 2 to d.
        epsilon: label privacy by K-ary randomised response (R13), a number > 0.

    Raises:
        ValueError: naming the argument, its value and what is allowed.
    """

    n: Any
    d: Any
    p: Any
    gamma: Any
    sigma: Any
    classes: Any

    def __init__(
        self,
        n: Any,
        d: Any,
        p: Any = None,
        gamma: Any = 1.0,
        sigma: Any = 1.0,
        *,
        classes: Any = 2,
        epsilon: float | None = None,
    ):
        if (p is None) == (epsilon is None):
            raise ValueError("give exactly one of p and epsilon")
        whole("classes", classes, 2)
        self.n, self.d, self.gamma, self.sigma, self.classes = n, d, gamma, sigma, classes
        self.p = response_rate(epsilon, int(classes)) if epsilon is not None else p

    def __check_init__(self):
        whole("n", self.n, 2)
        whole("d", self.d, 2)
        positive("gamma", self.gamma)
        positive("sigma", self.sigma)
        if not isinstance(self.classes, (int, np.ndarray, np.integer, float)):
            return
        require("classes", self.classes, lambda k: k <= np.asarray(self.d), "at most d")
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
