"""A known label channel: how likely each true class comes out as each given one.

Source: R13 (randomised response) and R14 (estimates from given labels); the response with a
prior is RRWithPrior of Ghazi et al. 2021, *Deep Learning with Label Differential Privacy*.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from relabel_lab.pilot.channel import matrices
from relabel_lab.pilot.checks import reject, whole


@dataclass(frozen=True, eq=False)
class Channel:
    """The flip matrix ``T[true, given]``, its rows summing to 1.

    Attributes:
        matrix: shape (K, K), read only. Make one by ``from_epsilon``, ``from_flip_rate``,
            ``from_prior``, ``from_matrix`` or ``parse``, which check it.
        text: the form ``parse`` reads back; two channels are equal where it is.
        epsilon: the privacy loss where the channel is a randomised response, else None.
        released: classes that can be given; fewer than K only for a response with a prior.
    """

    matrix: np.ndarray
    text: str
    epsilon: float | None = None
    released: tuple[int, ...] = ()

    @classmethod
    def from_epsilon(cls, epsilon: float, classes: int) -> Self:
        """K-ary randomised response (R13): keep with probability e^ε/(e^ε + K − 1)."""
        epsilon, classes = matrices.check_epsilon(epsilon), whole("classes", classes, 2)
        everything = tuple(range(classes))
        matrix = matrices.response(epsilon, classes, everything)
        return cls(matrix, f"epsilon:{classes},{epsilon!r}", epsilon, everything)

    @classmethod
    def from_flip_rate(cls, rate: float, classes: int) -> Self:
        """Each label is wrong with probability ``rate``, uniformly over the other classes."""
        classes = whole("classes", classes, 2)
        rate = matrices.check_rate(rate, classes)
        matrix = matrices.symmetric(rate, classes)
        return cls(matrix, f"flip-rate:{classes},{rate!r}", None, tuple(range(classes)))

    @classmethod
    def from_prior(cls, epsilon: float, prior: ArrayLike) -> Self:
        """Response with a prior: randomised response over the likeliest k classes only.

        k maximises the chance Σ_{top k} prior · e^ε/(e^ε + k − 1) that the given label is the
        true one; a class outside comes out as any of the k, uniformly.
        """
        epsilon, prior = matrices.check_epsilon(epsilon), matrices.check_prior(prior)
        released = matrices.likeliest(epsilon, prior)
        matrix = matrices.response(epsilon, len(prior), released)
        return cls(matrix, f"prior:{epsilon!r};{matrices.row_text(prior)}", epsilon, released)

    @classmethod
    def from_matrix(cls, matrix: ArrayLike) -> Self:
        """Any invertible flip matrix whose diagonal is the largest entry of every row."""
        matrix = matrices.check_matrix(matrix)
        text = "matrix:" + ";".join(matrices.row_text(row) for row in matrix)
        return cls(matrix, text, None, tuple(range(len(matrix))))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``str(channel)`` back: epsilon:K,E; flip-rate:K,P; prior:E;p,…; matrix:a,b;c,d."""
        kind, _, rest = text.partition(":")
        try:
            rows = [[float(entry) for entry in row.split(",")] for row in rest.split(";")]
        except ValueError:
            raise reject("channel", repr(text), matrices.FORMS) from None
        if kind in ("epsilon", "flip-rate") and [len(row) for row in rows] == [2]:
            make = cls.from_epsilon if kind == "epsilon" else cls.from_flip_rate
            return make(rows[0][1], matrices.as_count(rows[0][0]))
        if kind == "prior" and len(rows) == 2 and len(rows[0]) == 1:
            return cls.from_prior(rows[0][0], rows[1])
        if kind == "matrix":
            return cls.from_matrix(rows)
        raise reject("channel", repr(text), matrices.FORMS)

    def __str__(self):
        return self.text

    def __repr__(self):
        return f"Channel.parse({self.text!r})"

    def __eq__(self, other):
        return isinstance(other, Channel) and self.text == other.text

    def __hash__(self):
        return hash(self.text)

    def sized(self, classes: int) -> Self:
        """The channel itself, where the data has as many classes as it."""
        if classes != self.classes:
            allowed = f"a channel of {classes} classes, as many as the labels have"
            raise reject("noise", f"{self.text[:60]} of {self.classes} classes", allowed)
        return self

    @property
    def classes(self) -> int:
        """K."""
        return len(self.matrix)

    @cached_property
    def flip_rates(self) -> np.ndarray:
        """P(given ≠ true) by true class, shape (K,), summed so that 1e-28 stays 1e-28."""
        return self.matrix.sum(axis=1, where=~np.eye(self.classes, dtype=bool))

    @cached_property
    def symmetric(self) -> bool:
        """True where every class is kept alike and flips to every other one alike."""
        keep, other = self.matrix[0, 0], self.matrix[0, 1]
        like = np.where(np.eye(self.classes, dtype=bool), keep, other)
        return bool(np.allclose(self.matrix, like, rtol=1e-9, atol=1e-15))

    @property
    def keep(self) -> float:
        """P(given = true) of a symmetric channel."""
        return float(self._of_symmetric("keep")[0, 0])

    @property
    def other(self) -> float:
        """q = (1 − keep)/(K − 1) of a symmetric channel (R14)."""
        return float(self._of_symmetric("other")[0, 1])

    @property
    def invertible(self) -> bool:
        """False where a response with a prior never gives some class."""
        return len(self.released) == self.classes

    @cached_property
    def inverse(self) -> np.ndarray:
        """T⁻¹, shape (K, K); ``ValueError`` where some class is never given."""
        if not self.invertible:
            hidden = sorted(set(range(self.classes)) - set(self.released))
            raise ValueError(
                f"channel {self.text[:60]} has no inverse: classes {hidden[:8]} are never given, "
                "so accuracy cannot be estimated without knowing how common they are; "
                "the gain of one classifier over another still can (scores)"
            )
        return np.linalg.inv(self.matrix)

    @cached_property
    def condition(self) -> float:
        """Largest over smallest singular value: how much the correction widens intervals."""
        return float(np.linalg.cond(self.matrix)) if self.invertible else math.inf

    def agreement(self, accuracy: float) -> float:
        """Expected agreement with given labels: q + (keep − q) · accuracy (R14), symmetric."""
        return self.other + (self.keep - self.other) * accuracy

    def accuracy(self, agreement: Any) -> Any:
        """Accuracy behind an agreement with given labels (R14); unbiased, may leave [0, 1]."""
        return (agreement - self.other) / (self.keep - self.other)

    def flip_rate(self, prior: ArrayLike | None = None) -> float:
        """P(given ≠ true) over a class prior, uniform where none is given."""
        if prior is None:
            return float(self.flip_rates.mean())
        return float(matrices.check_prior(prior, self.classes) @ self.flip_rates)

    def confusion_agreement(self, table: ArrayLike) -> float:
        """Expected agreement given ``table[true, predicted]``, joint probabilities of one model."""
        return float(np.sum(np.asarray(table, dtype=np.float64) * self.matrix))

    def true_distribution(self, given: ArrayLike) -> np.ndarray:
        """Unbiased class distribution behind that of the given labels, shape (K,)."""
        return np.asarray(given, dtype=np.float64) @ self.inverse

    def scores(self, predicted: ArrayLike, given: ArrayLike) -> np.ndarray:
        """For each row an unbiased estimate of 1[true = predicted]: T⁻¹[given, predicted].

        Codes 0…K−1, shape (n,). Where some class is never given the levels carry an unknown
        constant, but differences between two models that predict given classes only are unbiased:
        e_a − e_b lies in the range of T, and the pseudo-inverse solves T g = e_a − e_b exactly.
        """
        return self._solve[np.asarray(given), np.asarray(predicted)]

    def warning(self, n: int) -> str | None:
        """One line where fewer than half a label of ``n`` would flip, else None."""
        flips = n * float(self.flip_rates.max())
        if flips >= 0.5:
            return None
        cause = f"epsilon = {self.epsilon:g}" if self.epsilon is not None else "this flip rate"
        return (
            f"nothing flips: at {cause} about {flips:.2g} of {n} labels would change, so the given "
            "labels are the true ones, and there is no noise for retraining to mend"
            + (" (nor any privacy to speak of)" if self.epsilon is not None else "")
        )

    @cached_property
    def _solve(self) -> np.ndarray:
        return self.inverse if self.invertible else np.linalg.pinv(self.matrix)

    def _of_symmetric(self, what: str) -> np.ndarray:
        if not self.symmetric:
            raise ValueError(f"{what} is a number only for symmetric flips, not for {self}")
        return self.matrix
