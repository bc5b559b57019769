"""Flip matrices ``T[true, given]`` of label channels, and what makes one acceptable."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from relabel_lab.pilot.checks import number, positive, reject

FORMS = "epsilon:K,E, flip-rate:K,P, prior:E;p1,p2,… or matrix:a,b;c,d"
ROUNDED = 1e-6  # a row that people typed with six digits still sums to 1
EXACT = 1e-12
SINGULAR = 1e10  # beyond this condition number the inverse holds no digit one could use


def check_epsilon(epsilon: float) -> float:
    """ε > 0 and finite."""
    return positive("epsilon", epsilon)


def check_rate(rate: float, classes: int) -> float:
    """A flip rate below 1 − 1/K, where labels still beat chance."""
    allowed = f"in [0, 1 - 1/{classes}) for {classes} classes"
    value = number("flip_rate", rate, allowed)
    if not 0 <= value < 1 - 1 / classes:
        raise reject("flip_rate", rate, allowed)
    return value


def check_prior(prior: ArrayLike, classes: int | None = None) -> np.ndarray:
    """Class probabilities, shape (K,): at least two, none negative, summing to 1."""
    allowed = "probabilities of two or more classes that sum to 1"
    if classes is not None:
        allowed = f"{classes} probabilities that sum to 1"
    values = _numbers("prior", prior, allowed)
    size = classes or max(2, values.size)
    if values.ndim != 1 or values.size != size or _unlike_probabilities(values):
        raise reject("prior", short(values), allowed)
    return _summing_to_one(values)


def check_matrix(matrix: Any) -> np.ndarray:
    """A flip matrix one can learn and estimate from, read only, its rows summing to exactly 1."""
    values = _numbers("flip_matrix", matrix, "a square table of numbers")
    if values.ndim != 2 or values.shape[0] != values.shape[1] or len(values) < 2:
        shape = f"of shape {values.shape}"
        raise reject("flip_matrix", shape, "square with two or more classes, T[true, given]")
    for true, row in enumerate(values):
        if _unlike_probabilities(row):
            allowed = "rows of probabilities, each summing to 1 (T[true, given])"
            raise reject("flip_matrix", f"{short(row)} in row {true + 1}", allowed)
    values = np.array([_summing_to_one(row) for row in values])
    _check_dominance(values)
    if np.linalg.cond(values) > SINGULAR:
        raise reject("flip_matrix", short(values.ravel()), "invertible")
    return frozen(values)


def _check_dominance(values: np.ndarray) -> None:
    for true, row in enumerate(values):
        if row[true] <= np.delete(row, true).max():
            allowed = "largest on the diagonal of every row: a label is likelier right than any "
            raise reject(
                "flip_matrix", f"{short(row)} in row {true + 1}", allowed + "one wrong class"
            )


def likeliest(epsilon: float, prior: np.ndarray) -> tuple[int, ...]:
    """The classes a response with this prior gives; ties go to the earlier class."""
    order = np.argsort(-prior, kind="stable")
    k = np.arange(1, len(prior) + 1)
    right = np.cumsum(prior[order]) / (1 + (k - 1) * np.exp(-epsilon))
    return tuple(sorted(int(c) for c in order[: int(np.argmax(right)) + 1]))


def response(epsilon: float, classes: int, released: tuple[int, ...]) -> np.ndarray:
    """Randomised response over ``released``; other classes come out as any of these alike."""
    k, small = len(released), np.exp(-epsilon)
    matrix = np.zeros((classes, classes))
    matrix[:, released] = 1 / k
    matrix[np.ix_(released, released)] = small / (1 + (k - 1) * small)
    matrix[released, released] = 1 / (1 + (k - 1) * small)
    return frozen(matrix)


def symmetric(rate: float, classes: int) -> np.ndarray:
    """Keep with 1 − rate, else uniform over the others."""
    matrix = np.full((classes, classes), rate / (classes - 1))
    np.fill_diagonal(matrix, 1 - rate)
    return frozen(matrix)


def frozen(values: np.ndarray) -> np.ndarray:
    """The same array, read only."""
    values.setflags(write=False)
    return values


def row_text(row: np.ndarray) -> str:
    """Numbers with commas, so that reading them back gives the same ones."""
    return ",".join(repr(float(entry)) for entry in row)


def as_count(value: float) -> int:
    """A count of classes read from a text."""
    if not value.is_integer():
        raise reject("classes", value, "a whole number >= 2")
    return int(value)


def short(values: np.ndarray) -> str:
    """The first numbers of an array, for a message."""
    shown = ", ".join(f"{entry:g}" for entry in np.ravel(values)[:6])
    return f"[{shown}{', …' if np.size(values) > 6 else ''}]"


def _summing_to_one(row: np.ndarray) -> np.ndarray:
    """A row typed with few digits, rescaled; one that sums to 1 already stays bit for bit."""
    return row if abs(row.sum() - 1) < EXACT else row / row.sum()


def _numbers(name: str, values: ArrayLike, allowed: str) -> np.ndarray:
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise reject(name, repr(values)[:80], allowed) from None


def _unlike_probabilities(row: np.ndarray) -> bool:
    bad = ~np.isfinite(row) | (row < 0) | (row > 1)
    return bool(bad.any()) or abs(row.sum() - 1) > ROUNDED
