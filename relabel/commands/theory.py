"""Predict what each scheme reaches in the proportional limit (R5, R5s), without simulation."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from relabel.output import print_json, print_table
from relabel.problem_options import add_problem_arguments, describe, problem_from
from relabel.scheme_options import add_scheme_arguments, schemes_from

if TYPE_CHECKING:
    from sim.outcome import Outcome

SUMMARY = "predict margin parameter and accuracy of each scheme"

QUANTITIES = ("kappa", "accuracy", "log_error", "label_accuracy", "coverage")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The problem and the schemes."""
    add_problem_arguments(parser)
    add_scheme_arguments(parser)


def main(args: argparse.Namespace) -> int:
    """Print the prediction after one round."""
    from theory import predict

    problem = problem_from(args)
    schemes = {
        scheme.name: after_one_round(predict(problem, scheme)) for scheme in schemes_from(args)
    }
    alpha = float(problem.alpha)
    if args.json:
        print_json({"problem": describe(args, problem), "alpha": alpha, "schemes": schemes})
        return 0
    print(f"n/(d-1) = {alpha:.6g}, separation (gamma/sigma)^2 = {float(problem.rho):.6g}\n")
    rows = [[name, *(values[q] for q in QUANTITIES)] for name, values in schemes.items()]
    if "all" in args.schemes:
        rows.sort(key=lambda row: row[1], reverse=True)  # the best scheme first
    print_table(["scheme", *QUANTITIES], rows)
    return 0


def after_one_round(outcome: Outcome) -> dict[str, Any]:
    """The last entry of every quantity."""
    return {quantity: float(getattr(outcome, quantity)[..., -1]) for quantity in QUANTITIES}
