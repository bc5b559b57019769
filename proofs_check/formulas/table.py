r"""The formulas tried, in one table: closed forms of R2-R10 in plain NumPy.

They are written independently of the package `theory`.  Every formula is a method that uses
the others through ``self``, so that a mutant overrides one method.
"""

from __future__ import annotations

import numpy as np
from scipy.special import erfcx, ndtr

from relabel_lab.proofs_check.formulas.exact import ExactLaws
from relabel_lab.proofs_check.formulas.laws import CONSTANT, Array, Law, normal_density


def _column(value: Array) -> Array:
    """A new last axis for the margin nodes."""
    return np.asarray(value)[..., None]


class Formulas(ExactLaws):
    """The right formulas; `proofs_check.power.mutants` overrides them one at a time.

    Parameters p, rho and alpha may be arrays; they broadcast.  p may also be a function of the
    margin (R18).
    """

    # --- R5: the proportional limit -----------------------------------------------------

    def noise_scale(self, alpha: Array) -> float:
        r"""\(k = 1/\sqrt\alpha\)."""
        return 1 / np.sqrt(alpha)

    def flips(self, p: Array, law: Law) -> Array:
        """Probability of a flip at each margin node, last axis (R18)."""
        return p(law.m) if callable(p) else _column(p)

    def signal(self, m: Array, p: Array, rho: Array, alpha: Array, law: Law) -> Array:
        r"""\(A(m) = m\rho\sqrt\alpha\,(1-2p)\,E m\)."""
        slope = rho * np.sqrt(alpha) * np.sum(law.w * law.m * (1 - 2 * self.flips(p, law)), axis=-1)
        return m * _column(slope)

    def memory(self, k: Array) -> float:
        """Shift of an in-sample score toward the given label."""
        return k

    def a0(self, p: Array, law: Law) -> Array:
        r"""\(a_0 = (1-2p) E m\)."""
        return np.sum(law.w * law.m * (1 - 2 * self.flips(p, law)), axis=-1)

    def correct(self, p: Array, rho: Array, alpha: Array, law: Law) -> tuple[Array, Array]:
        """Probability that the prediction is right where the given label is right, wrong; per m."""
        k = _column(self.memory(self.noise_scale(alpha)))
        score = self.signal(law.m, p, rho, alpha, law)
        return ndtr(score + k), ndtr(score - k)

    def a1(self, p: Array, rho: Array, alpha: Array, law: Law) -> Array:
        r"""\(a_1 = E\,m\,t\)."""
        x, y = self.correct(p, rho, alpha, law)
        q = self.flips(p, law)
        return np.sum(law.w * law.m * ((1 - q) * (2 * x - 1) + q * (2 * y - 1)), axis=-1)

    def c(self, p: Array, rho: Array, alpha: Array, law: Law) -> Array:
        r"""\(c = E\,s\,t\), agreement of given and predicted labels."""
        x, y = self.correct(p, rho, alpha, law)
        q = self.flips(p, law)
        return np.sum(law.w * ((1 - q) * (2 * x - 1) - q * (2 * y - 1)), axis=-1)

    def b(self, p: Array, rho: Array, alpha: Array, law: Law) -> Array:
        r"""\(b = E\,s\,t\,\varepsilon\)."""
        k, q = _column(self.memory(self.noise_scale(alpha))), self.flips(p, law)
        score = self.signal(law.m, p, rho, alpha, law)
        density = (1 - q) * normal_density(score + k) + q * normal_density(score - k)
        return 2 * np.sum(law.w * density, axis=-1)

    def full_square(self, k: Array, c: Array, b: Array) -> Array:
        r"""\(\lVert v_1\rVert^2\) of full retraining."""
        return k**2 + 2 * c * k * b + b**2

    def consensus_square(self, k: Array, c: Array, b: Array) -> Array:
        r"""\(\lVert v_0+v_1\rVert^2\)."""
        return 2 * (1 + c) * k * (k + b) + b**2

    def _pieces(self, p: Array, rho: Array, alpha: Array, law: Law) -> tuple[Array, ...]:
        k = self.noise_scale(alpha)
        return (
            k,
            self.a1(p, rho, alpha, law),
            self.c(p, rho, alpha, law),
            self.b(p, rho, alpha, law),
        )

    def initial(self, p: Array, rho: Array, alpha: Array, law: Law = CONSTANT) -> Array:
        r"""Limit of \(\kappa_0\)."""
        return rho * self.a0(p, law) / self.noise_scale(alpha)

    def full(self, p: Array, rho: Array, alpha: Array, law: Law = CONSTANT) -> Array:
        r"""Limit of \(\kappa_1\)."""
        k, a1, c, b = self._pieces(p, rho, alpha, law)
        return rho * a1 / np.sqrt(self.full_square(k, c, b))

    def consensus(self, p: Array, rho: Array, alpha: Array, law: Law = CONSTANT) -> Array:
        r"""Limit of \(\kappa_{cons}\)."""
        k, a1, c, b = self._pieces(p, rho, alpha, law)
        return rho * (self.a0(p, law) + a1) / np.sqrt(self.consensus_square(k, c, b))

    def interpolated(
        self, beta: Array, p: Array, rho: Array, alpha: Array, law: Law = CONSTANT
    ) -> Array:
        r"""Limit of \(\kappa\) for \(\hat\theta_1+\beta\hat\theta_0\) (R9)."""
        k, a1, c, b = self._pieces(p, rho, alpha, law)
        square = self.full_square(k, c, b) + 2 * beta * (c * k + b) * k + (beta * k) ** 2
        return rho * (a1 + beta * self.a0(p, law)) / np.sqrt(square)

    def best(self, p: Array, rho: Array, alpha: Array, law: Law = CONSTANT) -> tuple[Array, Array]:
        r"""The best \(\beta\) and its \(\kappa\) (R9)."""
        k, a1, c, b = self._pieces(p, rho, alpha, law)
        cross = (c * k + b) * k
        gram = np.array([[k**2, cross], [cross, self.full_square(k, c, b)]])
        signal = np.array([self.a0(p, law), a1])
        weights = np.linalg.solve(gram, signal)  # scalar parameters only
        return weights[0] / weights[1], rho * np.sqrt(signal @ weights)

    def predicted_accuracy(self, p: Array, rho: Array, alpha: Array, law: Law = CONSTANT) -> Array:
        """Accuracy of the predicted training labels."""
        q = self.flips(p, law)
        x, y = self.correct(p, rho, alpha, law)
        return np.sum(law.w * ((1 - q) * x + q * y), axis=-1)

    def consensus_accuracy(self, p: Array, rho: Array, alpha: Array, law: Law = CONSTANT) -> Array:
        """Accuracy of the labels in the consensus set."""
        x, _ = self.correct(p, rho, alpha, law)
        kept = np.sum(law.w * (1 - self.flips(p, law)) * x, axis=-1)
        return kept / self.coverage(p, rho, alpha, law)

    def coverage(self, p: Array, rho: Array, alpha: Array, law: Law = CONSTANT) -> Array:
        """Share of samples in the consensus set, (1 + c)/2."""
        return (1 + self.c(p, rho, alpha, law)) / 2

    def crossfit(
        self, folds: Array, p: Array, rho: Array, alpha: Array, law: Law = CONSTANT
    ) -> Array:
        r"""Limit of \(\kappa\) for cross-fitted retraining with K folds (R10)."""
        g = np.sqrt(1 - 1 / folds)
        score = g * self.signal(law.m, p, rho, alpha, law)
        right = 2 * ndtr(score) - 1
        a1 = np.sum(law.w * law.m * right, axis=-1)
        c = np.sum(law.w * (1 - 2 * self.flips(p, law)) * right, axis=-1)
        b = 2 * g * np.sum(law.w * normal_density(score), axis=-1)
        return rho * a1 / np.sqrt(self.full_square(self.noise_scale(alpha), c, b))

    # --- R6 and R7: thresholds ----------------------------------------------------------

    def population_boundary(self, kappa: Array) -> Array:
        r"""\(\rho\) whose unstable fixed point is \(\kappa\) (R6, constant margin)."""
        return 2 * kappa * normal_density(kappa) / (2 * ndtr(kappa) - 1)

    def population_threshold(self, second_moment: Array) -> float:
        r"""Separation above which every start grows: \(1/E m^2\) (R6)."""
        return 1 / second_moment

    def mills(self, k: Array) -> Array:
        r"""\(M(k) = Q(k)/\varphi(k)\)."""
        return np.sqrt(np.pi / 2) * erfcx(k / np.sqrt(2))

    def _critical(self, k: Array, weight: Array) -> Array:
        # positive root x = rho - 1 of b x^2 + 2(b + k weight) x = k^2 M (1 + c): no cancellation
        c, b = 2 * ndtr(k) - 1, 2 * normal_density(k)
        right = k**2 * self.mills(k) * (1 + c)
        half = b + k * weight
        return 1 + right / (half + np.sqrt(half**2 + b * right))

    def critical_full(self, alpha: Array) -> Array:
        r"""\(\rho_{full}(\alpha)\) (R7)."""
        k = self.noise_scale(alpha)
        return self._critical(k, 2 * ndtr(k) - 1)

    def critical_consensus(self, alpha: Array) -> Array:
        r"""\(\rho_{cons}(\alpha)\) (R7)."""
        k = self.noise_scale(alpha)
        return self._critical(k, 2 * ndtr(k))

    # --- R13 and R17 --------------------------------------------------------------------

    def flip_from_epsilon(self, epsilon: Array) -> Array:
        r"""\(p = 1/(1+e^\varepsilon)\) (R13)."""
        return 1 / (1 + np.exp(epsilon))

    def epsilon_from_flip(self, p: Array) -> Array:
        r"""\(\varepsilon = \log((1-p)/p)\) (R13)."""
        return np.log((1 - p) / p)

    def effective_flip(self, share: float, plus: float, minus: float) -> float:
        r"""\(\pi_+ p_+ + \pi_- p_-\) (R17)."""
        return share * plus + (1 - share) * minus
