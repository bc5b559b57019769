"""Work that cannot end is refused before it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relabel_lab.relabel.errors import bad_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relabel_lab.sim.schemes import Scheme

MOST_WORK = 10**15  # numbers to draw or to multiply: some weeks of one core, hours of a GPU
MOST_VALUES = 10**9  # results held at the end
MOST_ROUNDS = 10_000


def check_work(
    problem: Any, schemes: Sequence[Scheme], *, engine: str, rounds: int, seeds: int
) -> None:
    """Refuse simulations beyond the bounds above.

    The dice engine visits n samples for each of the models of a seed, the direct one n d entries;
    cross-fitting has as many models as folds.
    """
    if rounds > MOST_ROUNDS:
        raise bad_value("--rounds", rounds, f"a whole number from 0 to {MOST_ROUNDS}")
    values = seeds * len(schemes) * (rounds + 1)
    if values > MOST_VALUES:
        allowed = f"such that seeds x schemes x (rounds + 1) is at most {MOST_VALUES:.0e}"
        raise bad_value("--seeds", seeds, f"{allowed}, not {values:.2g}")
    n, d = int(problem.n), int(problem.d)
    entries = n * (d if engine == "direct" else 1)
    models = 1 + rounds * sum(int(getattr(scheme, "folds", 1)) for scheme in schemes)
    work = entries * seeds * models
    if work > MOST_WORK:
        factors = "n x d" if engine == "direct" else "n"
        allowed = f"such that {factors} x seeds x models is at most {MOST_WORK:.0e}"
        raise bad_value("--n", n, f"{allowed}, not {work:.2g}; fewer --seeds or --rounds may do")
