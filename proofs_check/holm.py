"""One false-alarm budget for a whole run, and the sample sizes that follow from it."""

from collections.abc import Sequence

BUDGET = 1e-6
PLANNED_TESTS = 1000
POWER = 0.999


def rejected(p_values: Sequence[float], budget: float = BUDGET) -> list[bool]:
    """Holm's step-down procedure: which hypotheses fall; NaN counts as rejected."""
    total = len(p_values)
    order = sorted(range(total), key=lambda i: p_values[i] if p_values[i] == p_values[i] else -1.0)
    falls = [False] * total
    for step, index in enumerate(order):
        if p_values[index] > budget / (total - step):
            break
        falls[index] = True
    return falls
