r"""A problem as plain numbers: sizes, flips and margins by name, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import leggauss

Array = np.ndarray


@dataclass(frozen=True)
class Setup:
    """n samples, r noise dimensions, separation gamma; unit mean eigenvalue.

    Attributes:
        margin: constant, half-normal:S, uniform:W or gaussian (of variance 1/rho).
        noise: uniform:P, margin:P,DECAY, classes:P_PLUS,P_MINUS,SHARE or annotators:RATE,...
        power: eigenvalues in proportion to j^-power, of mean 1; 0 is isotropic.
    """

    n: int
    r: int
    gamma: float
    noise: str = "uniform:0.3"
    margin: str = "constant"
    power: float = 0.0

    @property
    def spectrum(self) -> Array:
        """The r eigenvalues."""
        shape = np.arange(1.0, self.r + 1) ** -self.power
        return shape / shape.mean()

    @property
    def rates(self) -> tuple[str, list[float]]:
        """Kind and numbers of the noise."""
        kind, _, text = self.noise.partition(":")
        return kind, [float(x) for x in text.split(",")]

    def flip(self, m: Array, y: Array | float | None = None) -> Array:
        """Probability of a flip at margin m and class y; averaged over the classes if y is None."""
        kind, rates = self.rates
        if kind == "margin":
            return np.minimum(rates[0] * np.exp(-rates[1] * (m - 1)), 0.5)
        if kind == "annotators":
            return np.full(np.shape(m), np.mean(rates))
        if kind == "classes":
            plus, minus, share = rates
            if y is None:
                return np.full(np.shape(m), share * plus + (1 - share) * minus)
            return np.where(np.asarray(y) > 0, plus, minus)
        return np.full(np.shape(m), rates[0])

    @property
    def positive(self) -> float:
        """Share of positive true labels."""
        kind, rates = self.rates
        return rates[2] if kind == "classes" else 0.5

    @property
    def scale(self) -> float:
        """What multiplies the standard variable in m - 1."""
        return 1 / self.gamma if self.margin == "gaussian" else float(self.margin.split(":")[1])

    def margins(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Draws of m."""
        kind = self.margin.partition(":")[0]
        if kind == "constant":
            return np.ones(shape)
        if kind == "uniform":
            return 1 + self.scale * rng.random(shape)
        z = rng.standard_normal(shape)
        return 1 + self.scale * (np.abs(z) if kind == "half-normal" else z)

    def nodes(self) -> tuple[Array, Array]:
        """Margins and weights of a composite Gauss rule, broken where flips reach 1/2."""
        kind = self.margin.partition(":")[0]
        if kind == "constant":
            return np.ones(1), np.ones(1)
        low, high = {"uniform": (0.0, 1.0), "half-normal": (0.0, 10.0)}.get(kind, (-10.0, 10.0))
        edges = np.linspace(low, high, 33)
        noise, rates = self.rates
        if noise == "margin" and rates[1] > 0:
            kink = np.log(2 * rates[0]) / rates[1] / self.scale
            edges = np.sort(np.append(edges, np.clip(kink, low, high)))
        z, w = composite(edges, 20)
        if kind != "uniform":
            w = w * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * (2 if kind == "half-normal" else 1)
        return 1 + self.scale * z, w

    def mean(self, values: Array) -> float:
        """Average over the margin law of values at the nodes."""
        return float(np.sum(self.nodes()[1] * values))

    @property
    def trace(self) -> Array:
        r"""\(tr\Sigma^j\), j = 0 ... 4."""
        return np.array([np.sum(self.spectrum**j) for j in range(5)])

    @property
    def width(self) -> float:
        r"""\(N = \sqrt{tr\Sigma^2/n}\), the standard deviation of a fresh score."""
        return float(np.sqrt(self.trace[2] / self.n))

    @property
    def memory(self) -> float:
        r"""\(tr\Sigma/n\), what a training sample's own label adds to its score."""
        return float(self.trace[1] / self.n)

    @property
    def signal(self) -> float:
        r"""\(a_0 = E[m(1-2p(m))]\)."""
        m, w = self.nodes()
        return float(np.sum(w * m * (1 - 2 * self.flip(m))))


def composite(edges: Array, order: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights between consecutive edges (last axis), flattened there."""
    x, w = leggauss(order)
    half = np.diff(edges)[..., None] / 2
    nodes = edges[..., :-1, None] + half * (1 + x)
    shape = (*edges.shape[:-1], -1)
    return nodes.reshape(shape), (half * w).reshape(shape)
