"""Simulate each scheme on many seeds, by drawing the data or from the exact law (R3, R19)."""

from __future__ import annotations

import argparse
import math
from typing import Any

from relabel_lab.relabel.errors import bad_value
from relabel_lab.relabel.numbers import whole_number
from relabel_lab.relabel.output import print_json, print_table, shows_progress
from relabel_lab.relabel.problem_options import add_problem_arguments, describe, problem_from
from relabel_lab.relabel.scheme_options import add_scheme_arguments, schemes_from

SUMMARY = "simulate each scheme: means and standard errors over seeds"

QUANTITIES = ("kappa", "accuracy", "label_accuracy", "coverage")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The problem, the schemes, and how to simulate."""
    add_problem_arguments(parser)
    add_scheme_arguments(parser)
    group = parser.add_argument_group("the simulation")
    group.add_argument(
        "--engine",
        choices=("dice", "direct"),
        default="dice",
        help="dice: the exact law without the data, free of d; direct: the data (default dice)",
    )
    group.add_argument("--rounds", type=whole_number, default=1, help="retrainings (default 1)")
    group.add_argument("--seeds", type=whole_number, default=1000, help="repeats (default 1000)")
    group.add_argument("--seed", type=whole_number, default=0, help="root of all draws (default 0)")
    group.add_argument(
        "--learner",
        default="averaging",
        metavar="averaging|ridge:L|logistic:L",
        help="linear classifier with squared penalty L/2; all but averaging need --engine direct",
    )
    group.add_argument(
        "--intercept", action="store_true", help="fit an intercept, not penalised (ridge, logistic)"
    )


def main(args: argparse.Namespace) -> int:
    """Print what the seeds say about every round."""
    if args.learner != "averaging" and args.engine != "direct":
        raise bad_value("--learner", args.learner, "averaging, or used with --engine direct")
    from relabel_lab.relabel import simulation

    problem, schemes = problem_from(args), schemes_from(args)
    outcomes = simulation.run(
        problem,
        schemes,
        engine=args.engine,
        rounds=args.rounds,
        seeds=args.seeds,
        seed=args.seed,
        learner=simulation.learner_from(args.learner, args.intercept),
        progress=shows_progress(args),
    )
    summaries = {name: simulation.summarise(outcome) for name, outcome in outcomes.items()}
    for name, outcome in outcomes.items():
        simulation.warn_unconverged(name, outcome)
    if args.json:
        told = {"engine": args.engine, "seeds": args.seeds, "schemes": summaries}
        print_json({"problem": describe(args, problem), **told})
    else:
        _print(args, summaries, problem.noise.broken_assumption)
    return 0


def _print(args: argparse.Namespace, summaries: dict[str, Any], broken: str | None) -> None:
    print(f"{args.engine}, {args.seeds} seeds: mean +- standard error\n")
    if broken is not None:
        print(f"no theory: {broken}\n")
    columns = ["scheme", "round", *QUANTITIES, "improved"]
    rows = [
        [name, number, *(_pair(values[q], number) for q in QUANTITIES), values["improved"][number]]
        for name, values in summaries.items()
        for number in range(args.rounds + 1)
    ]
    print_table(columns, rows)


def _pair(estimate: dict[str, Any], number: int) -> str:
    mean, se = estimate["mean"][number], estimate["se"][number]
    return f"{mean:.6g}" if math.isnan(se) else f"{mean:.6g} +- {se:.1g}"
