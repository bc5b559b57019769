r"""Exact laws at finite n and d (R2, R3), in plain NumPy; part of the table of formulas."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, ndtr
from scipy.stats import binom, chi2

from relabel_lab.proofs_check.formulas.laws import Array


class ExactLaws:
    """What holds at finite n; `Formulas` inherits it, so that mutants override any line."""

    def initial_mean(self, n: int, r: int, p: Array, rho: Array, mean: float = 1.0) -> float:
        r"""\(E\kappa_0 = \rho(1-2p)E m\,E(1/R)\), \(nR^2 \sim \chi^2_r\) (R2)."""
        inverse = np.sqrt(n / 2) * np.exp(gammaln((r - 1) / 2) - gammaln(r / 2))
        return rho * (1 - 2 * p) * mean * inverse

    def initial_square(
        self, n: int, r: int, p: Array, rho: Array, mean: float = 1.0, second: float = 1.0
    ) -> float:
        r"""\(E\kappa_0^2 = \rho^2 E a_0^2\,n/(r-2)\) (R2)."""
        square = ((1 - 2 * p) * mean) ** 2
        return rho**2 * (square + (second - square) / n) * n / (r - 2)

    def fresh_degrees(self, r: int) -> int:
        """Degrees of freedom of the fresh part of v_1 (R3)."""
        return r - 1

    def fresh_share(self, c: Array) -> Array:
        """Share of the fresh part in v_1, 1 - c^2 (R3)."""
        return 1 - c**2

    def centred(self, eps: Array) -> Array:
        """Residuals along q with their mean removed (R3), samples on the last axis."""
        return eps - eps.mean(axis=-1, keepdims=True)

    # With a spectrum: vectors v in the eigenbasis, eigenvalues on the last axis.

    def pull(self, v: Array, spectrum: Array) -> Array:
        r"""\(v^T\Sigma v\): how far a score leans toward the given label (R3)."""
        return np.sum(spectrum * v * v, axis=-1)

    def spread(self, v: Array, spectrum: Array) -> Array:
        r"""\(\lVert\Sigma v\rVert\): the noise of a fresh score, and of an in-sample one (R1, R3)."""
        return np.sqrt(np.sum((spectrum * v) ** 2, axis=-1))

    def direction(self, v: Array, spectrum: Array) -> Array:
        r"""\(q = \Sigma v/\lVert\Sigma v\rVert\), along which residuals decide labels (R3)."""
        return spectrum * v / self.spread(v, spectrum)[..., None]

    def anisotropic_threshold(self, spectrum: Array, second_moment: float = 1.0) -> float:
        r"""\(\gamma^2 = \sqrt{tr\Sigma^4/tr\Sigma^2}/E m^2\) (R6, first step from p -> 1/2, n >> d)."""
        return float(np.sqrt(np.sum(spectrum**4) / np.sum(spectrum**2)) / second_moment)

    def label_error(self, n: int, r: int, p: float, rho: float, points: int = 400) -> float:
        r"""Share of wrong predicted labels, m = 1, exact: over \(a_0\) binomial and \(nR^2\sim\chi^2_r\).

        Given both, a score over R is \(\kappa_0 + s(R+\varepsilon)\), \(\varepsilon\sim N(0,1-1/n)\).
        """
        flips = np.arange(n + 1)
        weight = binom.pmf(flips, n, p)
        likely = weight > 1e-18
        share, weight = flips[likely, None] / n, weight[likely, None]
        radius = np.sqrt(chi2.ppf((np.arange(points) + 0.5) / points, r) / n)
        kappa, spread = rho * (1 - 2 * share) / radius, np.sqrt(1 - 1 / n)
        right, wrong = (ndtr(-(kappa + sign * radius) / spread) for sign in (1, -1))
        return float(np.sum(weight * ((1 - share) * right + share * wrong)) / points)
