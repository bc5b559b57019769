"""Simulate each scheme on many seeds, by drawing the data or from the exact law (R3, R19)."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from relabel_lab.relabel import class_options
from relabel_lab.relabel.errors import bad_value
from relabel_lab.relabel.learner_options import add_learner_arguments, learner_from
from relabel_lab.relabel.numbers import whole_number
from relabel_lab.relabel.output import accuracy_cell, print_json, print_table, shows_progress
from relabel_lab.relabel.problem_options import add_problem_arguments, describe, problem_from
from relabel_lab.relabel.scheme_options import add_scheme_arguments, named, schemes_from

if TYPE_CHECKING:
    from relabel_lab.sim.schemes import Scheme

SUMMARY = "simulate each scheme: means and standard errors over seeds"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The problem, the schemes, and how to simulate."""
    add_problem_arguments(parser)
    class_options.add_class_argument(parser)
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
    add_learner_arguments(group, "all but averaging need --engine direct")


def main(args: argparse.Namespace) -> int:
    """Print what the seeds say about every round."""
    if args.learner != "averaging" and args.engine != "direct":
        raise bad_value("--learner", args.learner, "averaging, or used with --engine direct")
    from relabel_lab.relabel import simulation

    problem, schemes = problem_from(args), class_options.served(args, schemes_from(args))
    shared = [scheme for scheme in schemes[1:] if scheme.scores == "in-sample"]
    # Asked for or not, initial is shown; the draws of the others do not depend on it.
    implied = bool(shared) and not {"initial", "all"} & set(named(args))
    outcomes = simulation.run(
        problem,
        schemes[1:] if implied else schemes,
        engine=args.engine,
        rounds=args.rounds,
        seeds=args.seeds,
        seed=args.seed,
        learner=learner_from(args.learner, args.intercept),
        progress=shows_progress(args),
    )
    if implied:
        outcomes = {"initial": simulation.kept(outcomes[shared[0].name]), **outcomes}
    summaries = {name: simulation.summarise(outcome) for name, outcome in outcomes.items()}
    for name, outcome in outcomes.items():
        simulation.warn_unconverged(name, outcome)
    if args.json:
        asked = {"engine": args.engine, "learner": args.learner, "rounds": args.rounds}
        asked |= {"seeds": args.seeds, "seed": args.seed}
        print_json({"problem": describe(args, problem), **asked, "schemes": summaries})
    else:
        _print(
            args, summaries, None if class_options.many(args) else problem.noise.broken_assumption
        )
        _explain(args, schemes)
    return 0


def _print(args: argparse.Namespace, summaries: dict[str, Any], broken: str | None) -> None:
    print(f"{args.engine}, {args.seeds} seeds: mean \u00b1 standard error\n")
    if broken is not None:
        print(f"no theory: {broken}\n")
    columns = ["scheme", "round", "kappa", "accuracy", "labels", "used", "improved"]
    rows = [
        [
            name,
            number,
            _pair(values["kappa"], number),
            _accuracy(values["accuracy"], number),
            f"{values['label_accuracy']['mean'][number]:.4g}",
            f"{values['coverage']['mean'][number]:.4g}",
            f"{values['improved'][number]:.4g}",
        ]
        for name, values in summaries.items()
        for number in range(args.rounds + 1)
    ]
    print_table(columns, rows)


def _explain(args: argparse.Namespace, schemes: list[Scheme]) -> None:
    """Why rounds 0 of the table may differ."""
    alone = [scheme.name for scheme in schemes if scheme.scores != "in-sample"]
    if args.engine == "dice" and alone:
        verb = "draws" if len(alone) == 1 else "draw"
        print(f"\n{', '.join(alone)} {verb} seeds of their own: compare with their own round 0")


def _pair(estimate: dict[str, Any], number: int) -> str:
    mean, se = estimate["mean"][number], estimate["se"][number]
    return f"{mean:.5g}" if math.isnan(se) else f"{mean:.5g} \u00b1 {se:.1g}"


def _accuracy(estimate: dict[str, Any], number: int) -> str:
    mean, se = estimate["mean"][number], estimate["se"][number]
    if not 0.9999 < mean < 1:
        return _pair(estimate, number)
    error = accuracy_cell(mean, math.log1p(-mean))
    return error if math.isnan(se) else f"{error} \u00b1 {se:.1g}"
