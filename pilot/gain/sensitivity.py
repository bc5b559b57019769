r"""For which flip rates and matrices would a gain change its sign?

With C_S and C_B the tables of predicted by given class of two classifiers, the gain under a flip
matrix T is \(tr[(C_S - C_B) T^{-1}]\) (R14).  Symmetric flips scale it and never turn it; flips
that depend on the class may.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from relabel_lab.pilot.channel import Channel

ASYMMETRY = 0.2
"""At an unknown rate a verdict must stand while the classes' flip rates differ by up to this."""

_GRID = 41


@dataclass(frozen=True)
class Turn:
    """The mildest change of the flip matrix found that turns a gain's sign.

    Attributes:
        extra: additional flips of the class, None where no change on the grid turns it.
        true: code of the class that flips more.
        given: code of the class that it comes out as; −1: any of the others.
    """

    extra: float | None
    true: int = -1
    given: int = -1


def gain_under(difference: np.ndarray, matrix: np.ndarray) -> float:
    """Gain for the difference of two tables [predicted, given] under ``matrix`` [true, given]."""
    return float(np.trace(difference @ np.linalg.inv(matrix)))


def tilted(base: np.ndarray, true: int, given: int, extra: float) -> np.ndarray:
    """``base`` with ``extra`` more flips of one class, to one class or (−1) to all others."""
    matrix = base.copy()
    K = len(base)
    to = [given] if given >= 0 else [j for j in range(K) if j != true]
    matrix[true, to] += extra / len(to)
    matrix[true, true] -= extra
    return matrix


def directions(classes: int) -> Iterator[tuple[int, int]]:
    """(true, given) pairs that may flip more; −1 stands for all other classes alike."""
    for true in range(classes):
        if classes > 2:
            yield true, -1
        for given in range(classes):
            if given != true:
                yield true, given


def worst(difference: np.ndarray, base: np.ndarray, extra: float) -> float:
    """The smallest gain over all ways in which one class flips ``extra`` more often than said."""
    matrices = (tilted(base, i, j, extra) for i, j in directions(len(base)))
    gains = [gain_under(difference, matrix) for matrix in matrices if _usable(matrix)]
    return min([gain_under(difference, base), *gains])


def turning_point(difference: np.ndarray, base: np.ndarray) -> Turn:
    """The mildest tilt of ``base`` that turns the gain's sign."""
    sign = np.sign(gain_under(difference, base))
    for extra in np.linspace(0, 1, _GRID)[1:]:
        for true, given in directions(len(base)):
            matrix = tilted(base, true, given, float(extra))
            if _usable(matrix) and np.sign(gain_under(difference, matrix)) == -sign:
                return Turn(float(extra), true, given)
    return Turn(None)


def over_rates(difference: np.ndarray, classes: int, most: float) -> list[tuple[float, float]]:
    """(flip rate, gain) over symmetric rates up to ``most``."""
    rates = np.linspace(0.0, most, 10)
    channels = [Channel.from_flip_rate(float(rate), classes) for rate in rates]
    return [
        (float(r), gain_under(difference, c.matrix)) for r, c in zip(rates, channels, strict=True)
    ]


def size_range(gain: float, classes: int, agreement: float) -> tuple[float, float]:
    """What an agreement gain means in accuracy at an unknown symmetric rate.

    ``agreement`` of any classifier bounds keep from below, so that keep − q lies in
    [(K·agreement − 1)/(K − 1), 1].
    """
    factor = (classes * agreement - 1) / (classes - 1)
    far = gain / factor if factor > 0 else float(np.copysign(1.0, gain))
    return min(gain, far), max(gain, far)


def most_flips(classes: int, agreement: float) -> float:
    """The highest symmetric flip rate that leaves room for an agreement."""
    return max(0.0, min(1 - agreement, 1 - 1 / classes - 1e-3))


def base_matrix(channel: Channel | None, classes: int) -> np.ndarray:
    """The matrix to tilt: the known one, or none flipped at an unknown rate (signs are the same)."""
    return np.eye(classes) if channel is None else np.asarray(channel.matrix)


def _usable(matrix: Any) -> bool:
    """A label stays likelier right than any one wrong class."""
    rest = matrix - np.diag(np.diag(matrix))
    return bool((np.diag(matrix) > rest.max(axis=1)).all())
