"""What a label mechanism is, and those that are a table of probabilities (R13).

A mechanism turns clean labels into the labels that the experiment trains on.  Beside the draw it
knows the likelihood P(given label | true label), which forward correction uses; one that does not
know it answers None.  Draws name their types, so that they do not depend on JAX's 64-bit switch.
"""

from dataclasses import dataclass
from typing import Protocol

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import positive, reject, require, whole


class Mechanism(Protocol):
    """How given labels arise from clean ones."""

    @property
    def name(self) -> str:
        """Name in results."""

    @property
    def classes(self) -> int:
        """Number of classes K."""

    def draw(self, clean: np.ndarray, *, key: jax.Array) -> np.ndarray:
        """Given labels [n] of clean labels [n], a function of the key alone."""

    def likelihood(self, given: np.ndarray) -> np.ndarray | None:
        """P(given | true = k) for given labels [..., n], as [..., n, K]; None where unknown."""


@dataclass(frozen=True)
class ClassFlips:
    """Flips by a table that depend on the class alone.

    Attributes:
        matrix: P(given = j | true = k) in row k, column j; rows sum to one.
        name: name in results.
    """

    matrix: np.ndarray
    name: str = "class-flips"

    def __post_init__(self) -> None:
        """Refuse what is no table of probabilities."""
        table = np.asarray(self.matrix, dtype=np.float64)
        if table.ndim != 2 or table.shape[0] != table.shape[1] or len(table) < 2:
            raise reject("matrix", f"of shape {table.shape}", "square, with at least two classes")
        require("matrix", table, lambda x: (x >= 0) & (x <= 1), "probabilities in [0, 1]")
        if np.abs(table.sum(axis=1) - 1).max() > 1e-9:
            raise reject("matrix", f"with row sums {table.sum(axis=1)}", "rows that sum to 1")
        object.__setattr__(self, "matrix", table)

    @classmethod
    def estimated(
        cls, clean: np.ndarray, given: np.ndarray, classes: int, name: str = "class-flips"
    ) -> "ClassFlips":
        """The table of relative frequencies of given labels by true class."""
        counts = np.zeros((classes, classes))
        np.add.at(counts, (checked(clean, classes), checked(given, classes)), 1)
        require("clean", counts.sum(axis=1), lambda x: x > 0, "labels that hold every class")
        return cls(counts / counts.sum(axis=1, keepdims=True), name)

    @property
    def classes(self) -> int:
        """Number of classes K."""
        return len(self.matrix)

    def draw(self, clean: np.ndarray, *, key: jax.Array) -> np.ndarray:
        """Given labels [n], each drawn from its class's row."""
        clean = checked(clean, self.classes)
        steps = np.cumsum(self.matrix, axis=1)[:, :-1]
        uniform = np.asarray(jax.random.uniform(key, clean.shape, jnp.float32), np.float64)
        return (uniform[:, None] >= steps[clean]).sum(axis=1).astype(np.int32)

    def likelihood(self, given: np.ndarray) -> np.ndarray:
        """The table's column of each given label."""
        return self.matrix.T[given].astype(np.float32)


def randomised_response(classes: int, epsilon: float) -> ClassFlips:
    """K-ary randomised response with label differential privacy epsilon (R13).

    The label stays with probability e^eps / (e^eps + K - 1), else it is uniform over the others.
    """
    return uniform_flips(classes, 1 - keep_probability(classes, epsilon), name="rr")


def uniform_flips(classes: int, rate: float, name: str = "uniform-flips") -> ClassFlips:
    """With probability ``rate`` another label, uniform over the other classes."""
    whole("classes", classes, 2)
    require("rate", rate, lambda x: (x >= 0) & (x < 1), "in [0, 1)")
    matrix = np.full((classes, classes), rate / (classes - 1))
    np.fill_diagonal(matrix, 1 - rate)
    return ClassFlips(matrix, name)


def keep_probability(classes: int, epsilon: float) -> float:
    """Probability e^eps / (e^eps + K - 1) with which randomised response keeps a label (R13)."""
    whole("classes", classes, 2)
    positive("epsilon", epsilon)
    return float(1 / (1 + (classes - 1) * np.exp(-epsilon)))


def checked(labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels as whole numbers below ``classes``, or an error that names the first that is not."""
    require(
        "labels",
        labels,
        lambda x: (x >= 0) & (x < classes) & (x == np.floor(x)),
        f"whole numbers from 0 to {classes - 1}",
    )
    return np.asarray(labels).astype(np.int32)
