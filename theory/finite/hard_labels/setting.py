"""What a problem is to R25, and how fine its sums are."""

from __future__ import annotations

from typing import NamedTuple


class Setting(NamedTuple):
    r"""Samples n, noise dimensions r = d - 1, flip probability p, separation \(\rho\)."""

    n: int
    r: int
    p: float
    rho: float

    @property
    def crowding(self) -> float:
        r"""\(\sqrt{n/r}\), at least 1: how nearly a condition on the sums is a step."""
        return max(1.0, (self.n / self.r) ** 0.5)


class Fineness(NamedTuple):
    """Steps in units of those of `FINE`, and the number of points to spend."""

    step: float = 1.0
    points: float = 150_000.0


FINE = Fineness()
COARSE = Fineness(1.3, 50_000.0)
FINEST = Fineness(0.7, 500_000.0)
