"""One call for a simulation, whichever engine runs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax

from relabel_lab.sim import classes, dice, direct
from relabel_lab.sim.kit import reject
from relabel_lab.sim.outcome import Outcome
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import Scheme, parse_scheme

type(Problem).many = classes.ClassProblem  # Problem(..., classes=K)
ENGINES = {"dice": dice.run_many, "direct": direct.run_many}


def simulate(
    problem: Problem | classes.ClassProblem,
    schemes: Sequence[Scheme | str] | Scheme | str,
    rounds: int = 1,
    *,
    key: jax.Array,
    seeds: int | jax.Array,
    engine: str = "dice",
    **options: Any,
) -> dict[str, Outcome]:
    """Retrain over many seeds, all schemes on the same draws.

    Args:
        problem: a scalar problem, perhaps of many classes (R22).
        schemes: one or several, as objects or by name (``"consensus"``).
        rounds: retraining rounds, >= 0.
        key: the cell's key; seed number i uses ``fold_in(key, i)``.
        seeds: how many seeds, or their numbers.
        engine: ``dice``, exact in law without drawing the data, or ``direct``, which draws them.
        options: passed to the engine's ``run_many``.

    Returns:
        An `Outcome` with arrays [seeds, rounds + 1] for each scheme's name.

    Raises:
        ValueError: for an unknown engine or scheme, or what the engine refuses.
    """
    if engine not in ENGINES:
        raise reject("engine", engine, " or ".join(ENGINES))
    several = [schemes] if isinstance(schemes, (Scheme, str)) else schemes
    rules = [parse_scheme(each) if isinstance(each, str) else each for each in several]
    if isinstance(problem, classes.ClassProblem):
        options |= {"engine": engine}
        return classes.run_many(problem, rules, rounds, key=key, seeds=seeds, **options)
    run_many: Any = ENGINES[engine]
    return run_many(problem, rules, rounds, key=key, seeds=seeds, **options)
