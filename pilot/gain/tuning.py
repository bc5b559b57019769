"""Choose a penalty on held-out given labels: a coarse look at the path, then its neighbours."""

from collections.abc import Callable

EVERY = 2  # the coarse look takes every second strength of the path


def search(score: Callable[[int], float], length: int) -> int:
    """The place 0…length−1 with the highest ``score``; of equals the strongest penalty.

    Strengths along a path score smoothly, so only every second one is tried, and then the two
    beside the best.
    """
    tried = {place: score(place) for place in _coarse(length)}
    best = _best(tried)
    for place in (best - 1, best + 1):
        if 0 <= place < length and place not in tried:
            tried[place] = score(place)
    return _best(tried)


def _coarse(length: int) -> list[int]:
    return sorted({*range(0, length, EVERY), length - 1})


def _best(scores: dict[int, float]) -> int:
    return max(scores, key=lambda place: (scores[place], place))
