"""The sign of a function over a box: by its value, by the mean value theorem, by halving."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from flint import arb

from relabel_lab.proofs_check.balls import ball, interval
from relabel_lab.proofs_check.verifiers.duals import Dual, variables

Side = tuple[Fraction, Fraction]
Box = tuple[Side, ...]
Function = Callable[[list[Dual]], Dual]


def _sign(value: arb) -> int:
    return 1 if value > 0 else -1 if value < 0 else 0


def sign_on(f: Function, box: Sequence[Side]) -> int:
    """The sign proved without halving the box; 0 if none is."""
    over = f(variables([interval(*side) for side in box]))
    if found := _sign(over.value):
        return found
    middle = [ball((low + high) / 2) for low, high in box]
    centred = f(variables(middle)).value
    for slope, side, at in zip(over.slope, box, middle, strict=True):
        centred += slope * (interval(*side) - at)
    return _sign(centred)


def proved_sign(f: Function, box: Sequence[Side], most: int = 2000) -> int:
    """The sign that f is proved to have all over ``box``; 0 if ``most`` parts do not settle it."""
    waiting, found, tried = [tuple(box)], 0, 0
    while waiting:
        part = waiting.pop()
        tried += 1
        sign = sign_on(f, part)
        if sign and found and sign != found:
            return 0
        found = sign or found
        if not sign:
            if tried + len(waiting) >= most:
                return 0
            waiting += halved(part, box)
    return found


def everywhere(holds: Callable[[Box], bool], box: Box, most: int = 2000) -> bool:
    """Whether ``holds`` is proved on parts that make up the box, found by halving."""
    waiting, tried = [box], 0
    while waiting:
        part = waiting.pop()
        tried += 1
        if not holds(part):
            if tried + len(waiting) >= most:
                return False
            waiting += halved(part, box)
    return True


def halved(part: Sequence[Side], whole: Sequence[Side]) -> list[Box]:
    """Both halves of a box, cut across the side that is longest in comparison with the whole."""
    lengths = [(b - a) / (d - c) for (a, b), (c, d) in zip(part, whole, strict=True)]
    cut = lengths.index(max(lengths))
    low, high = part[cut]
    middle = (low + high) / 2
    return [
        tuple(end if i == cut else side for i, side in enumerate(part))
        for end in ((low, middle), (middle, high))
    ]
