"""Predict what each scheme reaches in the proportional limit (R5, R5s), without simulation."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from relabel_lab.relabel import class_options
from relabel_lab.relabel.errors import bad_value
from relabel_lab.relabel.learner_options import add_learner_arguments, learner_from
from relabel_lab.relabel.numbers import whole_number
from relabel_lab.relabel.output import accuracy_cell, print_json, print_table
from relabel_lab.relabel.problem_options import add_problem_arguments, describe, problem_from
from relabel_lab.relabel.scheme_options import add_scheme_arguments, schemes_from

if TYPE_CHECKING:
    from relabel_lab.sim import Problem
    from relabel_lab.sim.learners import Learner
    from relabel_lab.sim.schemes import Scheme
    from relabel_lab.theory import FiniteLaw, Prediction

SUMMARY = "predict margin parameter and accuracy of each scheme"

QUANTITIES = ("kappa", "accuracy", "log_error", "label_accuracy", "coverage")
HEADINGS = ("scheme", "kappa", "accuracy", "log_error", "labels right", "used")
MOST_ROUNDS = 20
FLUCTUATIONS = ("mean", "spread", "p_improves")
LEVELS = ("0.05", "0.25", "0.5", "0.75", "0.95")  # of the quantiles, where they are told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The problem and the schemes."""
    add_problem_arguments(parser)
    class_options.add_class_argument(parser)
    add_scheme_arguments(parser)
    parser.add_argument(
        "--rounds",
        type=whole_number,
        help="also every round from 0 to this many, 0 ... 20 (R21; without it round 1 alone)",
    )
    parser.add_argument(
        "--fluctuations",
        action="store_true",
        help="also mean and spread of kappa at this n and d, and P(scheme improves on the initial "
        "model), with --rounds after each round (R25, R20, draws)",
    )
    add_learner_arguments(parser, "not with --fluctuations")


def main(args: argparse.Namespace) -> int:
    """Print the prediction after one round, and with ``--rounds`` after each."""
    if args.rounds is not None and not 0 <= args.rounds <= MOST_ROUNDS:
        raise bad_value("--rounds", args.rounds, f"a whole number from 0 to {MOST_ROUNDS}")
    problem = problem_from(args)
    chosen = class_options.served(args, schemes_from(args))
    learner = learner_from(args.learner, args.intercept)
    if learner is not None and args.fluctuations:
        raise bad_value("--learner", args.learner, "averaging with --fluctuations")
    schemes = {scheme.name: after_one_round(problem, scheme, learner) for scheme in chosen}
    for scheme in chosen if args.rounds is not None else ():
        schemes[scheme.name] |= over_rounds(problem, scheme, args.rounds, learner)
    if args.fluctuations:
        for name, laws in at_finite_size(problem, chosen, args.rounds or 1).items():
            schemes[name]["fluctuations"] = laws[0]
            if args.rounds is not None:
                schemes[name]["rounds_fluctuations"] = laws[: args.rounds]
    alpha = float(problem.alpha)
    if args.json:
        print_json({"problem": describe(args, problem), "alpha": alpha, "schemes": schemes})
        return 0
    lost = args.classes - 1
    print(f"n/(d-{lost}) = {alpha:.6g}, separation (gamma/sigma)^2 = {float(problem.rho):.6g}\n")
    if "all" in args.schemes:  # the best scheme first
        best = sorted(schemes, key=lambda name: _rank(schemes[name]["kappa"]), reverse=True)
        schemes = {name: schemes[name] for name in best}
    if args.rounds is None:
        print_table(HEADINGS, [_row(name, values) for name, values in schemes.items()])
    else:
        columns = [HEADINGS[0], "round", *HEADINGS[1:]]
        print_table(columns, [row for each in schemes.items() for row in _rows_of_rounds(*each)])
    if args.fluctuations:
        print()
        columns = ["scheme", "round", "mean", "spread", "P(improves)", "error", "from"]
        print_table(columns, [row for each in schemes.items() for row in _laws(*each)])
        for name, values in schemes.items():
            _remark(name, values["fluctuations"])
    for name, values in schemes.items():
        reason = values.get("rounds_reason" if args.rounds is not None else "reason")
        if reason is not None:
            print(f"\n{name}: no prediction, because {reason}")
    return 0


def _rank(kappa: float) -> float:
    return kappa if kappa == kappa else -float("inf")


def _row(name: str, values: dict[str, Any]) -> list[str]:
    if values["kappa"] is None or values["kappa"] != values["kappa"]:
        return [name, *["-"] * (len(HEADINGS) - 1)]
    accuracy = accuracy_cell(values["accuracy"], values["log_error"])
    rest = [f"{values[q]:.5g}" for q in ("log_error", "label_accuracy", "coverage")]
    return [name, f"{values['kappa']:.6g}", accuracy, *rest]


def _laws(name: str, values: dict[str, Any]) -> list[list[Any]]:
    laws = values.get("rounds_fluctuations") or [values["fluctuations"]]
    return [[name, number, *_law(law)] for number, law in enumerate(laws, 1)]


def _law(law: dict[str, Any]) -> list[str]:
    numbers = [law[q] for q in (*FLUCTUATIONS, "error")]
    source = "-" if law["method"] is None else law["method"].partition(",")[0].partition(":")[0]
    return [*("-" if x != x else f"{x:.5g}" for x in numbers), source]


def _remark(name: str, law: dict[str, Any]) -> None:
    """What the numbers of a law at finite size cannot say themselves."""
    if law["reason"] is not None:
        print(f"\n{name}: {law['status']}, because {law['reason']}")
    if law["quantiles"] is not None and law["status"] != "ok":
        told = ", ".join(f"{level}: {value:.4g}" for level, value in law["quantiles"].items())
        print(f"{name}: quantiles of kappa {told}")


def _rows_of_rounds(name: str, values: dict[str, Any]) -> list[list[Any]]:
    rows = [_row(name, told) for told in values["rounds"]]
    return [[name, number, *row[1:]] for number, row in enumerate(rows)]


def over_rounds(
    problem: Problem, scheme: Scheme, rounds: int, learner: Learner | None = None
) -> dict[str, Any]:
    """Every round, with the error of kappa where it is a computed one; null where none is known.

    ``rounds_status`` and ``rounds_reason`` say why there are none.
    """
    import numpy as np

    from relabel_lab.sim.kit import Refusal
    from relabel_lab.theory import LearnerPrediction, RoundsPrediction, Status

    try:
        found = _prediction(problem, scheme, rounds, learner)
    except Refusal as refused:
        nothing = [dict.fromkeys(QUANTITIES)] * (rounds + 1)
        return {"rounds": nothing, "rounds_status": "rounds", "rounds_reason": str(refused)}
    values = {q: np.asarray(getattr(found, q)).tolist() for q in QUANTITIES}
    told: dict[str, Any] = {
        "rounds": [{q: values[q][t] for q in QUANTITIES} for t in range(rounds + 1)]
    }
    if isinstance(found, RoundsPrediction | LearnerPrediction):
        told["rounds_error"] = np.asarray(found.error).tolist()
    if isinstance(found, RoundsPrediction):
        told["rounds_method"] = found.method
    if found.reason is not None:
        status = Status(int(found.status)).name.lower()
        told |= {"rounds_status": status, "rounds_reason": found.reason}
    return told


def after_one_round(
    problem: Problem, scheme: Scheme, learner: Learner | None = None
) -> dict[str, Any]:
    """The last entry of every quantity; where there is none, status and reason beside them."""
    from relabel_lab.sim.kit import Refusal
    from relabel_lab.theory import Status

    try:
        outcome = _prediction(problem, scheme, 1, learner)
    except Refusal as refused:
        if learner is None or refused.argument != "scheme":
            raise
        nothing = dict.fromkeys(QUANTITIES, float("nan"))
        return nothing | {"status": "scheme", "reason": str(refused)}
    told = {quantity: float(getattr(outcome, quantity)[..., -1]) for quantity in QUANTITIES}
    if outcome.reason is None:
        return told
    return told | {"status": Status(int(outcome.status)).name.lower(), "reason": outcome.reason}


def _prediction(
    problem: Problem, scheme: Scheme, rounds: int, learner: Learner | None
) -> Prediction:
    from relabel_lab.theory import predict, predict_learner

    if learner is None:
        return predict(problem, scheme, rounds)
    return predict_learner(problem, scheme, learner, rounds)


def at_finite_size(
    problem: Problem, schemes: list[Scheme], rounds: int
) -> dict[str, list[dict[str, Any]]]:
    """Mean, spread and quantiles of kappa, P(improves), their errors and where they come from.

    By scheme, after each of rounds 1 ... ``rounds``.
    """
    from relabel_lab.theory import finite_rounds

    found = finite_rounds(problem, schemes, rounds)
    return {name: [_told(law) for law in laws] for name, laws in found.items()}


def _told(law: FiniteLaw) -> dict[str, Any]:
    told = {quantity: getattr(law, quantity) for quantity in FLUCTUATIONS}
    errors = {"error": law.errors.p_improves, "errors": law.errors._asdict()}
    quantiles = None if law.quantiles is None else dict(zip(LEVELS, law.quantiles, strict=True))
    source = {"method": law.method, "status": law.status, "reason": law.reason}
    return {**told, **errors, "quantiles": quantiles, **source}
