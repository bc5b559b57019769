"""Hypothesis strategies for problems, schemes and other cards, and one way to judge agreement."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from relabel_lab.sim import Problem
from relabel_lab.sim.margins import Constant, Gaussian, HalfNormal, Uniform
from relabel_lab.sim.noise import Annotators, ClassFlips, MarginFlips, UniformFlips
from relabel_lab.sim.schemes import (
    Confident,
    Consensus,
    CrossFit,
    Fresh,
    Full,
    Initial,
    Interpolate,
    LeaveOneOut,
    Optimal,
    Soft,
)


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Finite floats of one range, at a resolution that people would choose."""
    return st.integers(0, 1000).map(lambda i: low + (high - low) * i / 1000)


def log_numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """The same on a logarithmic scale."""
    return numbers(np.log(low), np.log(high)).map(lambda x: float(np.exp(x)))


MARGINS = st.one_of(
    st.just(Constant()),
    st.just(Gaussian()),
    numbers(0.1, 3).map(HalfNormal),
    numbers(0.1, 3).map(Uniform),
)
POSITIVE_MARGINS = MARGINS.filter(lambda margin: not isinstance(margin, Gaussian))
NOISE = st.one_of(
    numbers(0, 0.49).map(UniformFlips),
    st.builds(ClassFlips, numbers(0, 0.45), numbers(0, 0.45), numbers(0.1, 0.9)),
    st.builds(MarginFlips, numbers(0, 0.49), numbers(0, 2)),
    st.lists(numbers(0, 0.45), min_size=1, max_size=4).map(Annotators),
)
HARD = st.one_of(
    st.sampled_from([Initial(), Full(), Consensus()]), numbers(-0.9, 3).map(Interpolate)
)
ELEMENTWISE = st.one_of(
    HARD,
    numbers(0.1, 1).map(Confident),
    log_numbers(0.1, 10).map(Soft),
    st.sampled_from([LeaveOneOut(), Optimal()]),
)
SIZES = st.integers(30, 3000)
FEW_SIZES = st.sampled_from([31, 1000])  # where arrays of d - 1 are compiled for each
SCHEMES = st.one_of(ELEMENTWISE, st.integers(2, 9).map(CrossFit), st.just(Fresh()))


@st.composite
def problems(draw: Any, margins: Any = MARGINS, noise: Any = NOISE, sizes: Any = SIZES) -> Problem:
    """Isotropic problems whose limits are neither certain nor hopeless."""
    d = draw(sizes)
    n = max(20, round(draw(log_numbers(0.1, 10)) * (d - 1)))
    gamma, sigma = draw(log_numbers(0.3, 3)), draw(log_numbers(0.5, 2))
    return Problem(n, d, gamma=gamma, sigma=sigma, margin=draw(margins), noise=draw(noise))


ERRORS = 4.5  # standard errors allowed: a true case fails once in 150,000


def within(found: Any, expected: Any, error: Any, errors: float = ERRORS, also: Any = 0.0) -> bool:
    """Whether every value found is the expected one within so many of its standard errors.

    Args:
        found: estimates.
        expected: what they estimate.
        error: standard error of their difference.
        errors: how many are allowed.
        also: absolute error allowed beside, for an expectation that is itself approximate.
    """
    off = np.abs(np.asarray(found, np.float64) - np.asarray(expected, np.float64))
    return bool(np.all(off <= errors * np.asarray(error) + also))


def agrees(samples: Any, expected: Any, errors: float = ERRORS, also: Any = 0.0) -> bool:
    """Whether the mean of independent ``samples`` [S, …] is ``expected``; see ``within``."""
    mean, error = mean_and_error(samples)
    return within(mean, expected, error, errors, also)


def alike(samples: Any, others: Any, errors: float = ERRORS, also: Any = 0.0) -> bool:
    """Whether two sets of samples, drawn independently, have the same mean; see ``within``."""
    (mean, error), (other, its) = mean_and_error(samples), mean_and_error(others)
    return within(mean, other, np.hypot(error, its), errors, also)


def mean_and_error(samples: Any) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the first axis, and its standard error."""
    values = np.asarray(samples, np.float64)
    return values.mean(axis=0), values.std(axis=0, ddof=1) / len(values) ** 0.5


def share_error(chance: Any, count: Any) -> np.ndarray:
    """Standard error of a share of ``count`` cases, each of which happens with ``chance``."""
    return np.sqrt(chance * (1 - chance) / count)
