"""Find the smallest number of samples at which retraining improves the model (R25, R20).

The problem's --n is not used.  With --accuracy, the smallest n whose retrained model reaches
that population accuracy.  The answer comes without simulation.  For full retraining with isotropic
noise, constant margin and uniform flips there is also the n from which improvement is proved (R15).
"""

from __future__ import annotations

import argparse
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from relabel_lab.relabel.numbers import real_number
from relabel_lab.relabel.output import print_json
from relabel_lab.relabel.problem_options import add_problem_arguments, describe, problem_from
from relabel_lab.relabel.scheme_options import scheme_from

if TYPE_CHECKING:
    from relabel_lab.sim import Problem
    from relabel_lab.sim.schemes import Scheme

SUMMARY = "smallest number of samples at which retraining improves"
PROOF = "R15: bounds in balls at finite n, derived here"
MOST = 10**8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The problem, the probability asked for and what has to be reached."""
    add_problem_arguments(parser)
    parser.set_defaults(n=2)
    parser.add_argument(
        "--target", type=real_number, default=0.95, help="probability, in (0, 1) (default 0.95)"
    )
    parser.add_argument(
        "--scheme", default="full", help="one that retrains, e.g. crossfit:5 (default full)"
    )
    parser.add_argument(
        "--accuracy", type=real_number, help="accuracy to reach, instead of improving"
    )
    parser.add_argument(
        "--boundary",
        choices=("rho", "p"),
        help="at that n, also where P(improves) crosses 0.05, 0.5 and 0.95 along rho or p",
    )


def main(args: argparse.Namespace) -> int:
    """Print the smallest n."""
    from relabel_lab.theory import sample_size

    problem = problem_from(args)
    scheme = scheme_from("--scheme", args.scheme)
    found = sample_size(problem, args.target, scheme=scheme, accuracy=args.accuracy)
    told: dict[str, Any] = {**found._asdict(), "certified": None}
    if found.n is not None and _provable(args, problem):
        told["certified"] = _certified(problem, args.target)
    if args.boundary is not None:
        told["boundary"] = None if found.n is None else _boundary(args, problem, found.n, scheme)
    if args.json:
        asked = {"scheme": args.scheme, "target": args.target, "accuracy": args.accuracy}
        asked_about = describe(args, problem)
        del asked_about["n"]  # not used; the n found stands above
        print_json({"problem": asked_about, **asked, **told})
        return 0
    _say(told)
    return 0


def _provable(args: argparse.Namespace, problem: Problem) -> bool:
    """Whether R15 speaks of this problem."""
    from relabel_lab.sim.margins import Constant
    from relabel_lab.sim.noise import UniformFlips

    plain = isinstance(problem.margin, Constant) and isinstance(problem.noise, UniformFlips)
    return plain and problem.spectrum is None and args.scheme == "full" and args.accuracy is None


def _certified(problem: Problem, target: float) -> dict[str, Any]:
    """The n from which R15 proves improvement with the probability asked for; n may be None."""
    from relabel_lab.proofs_check import least_certified

    rho = (Fraction(float(problem.gamma)) / Fraction(float(problem.sigma))) ** 2
    flips, delta = Fraction(float(problem.p)), 1 - Fraction(target)
    return {"n": least_certified(int(problem.r), flips, rho, delta, MOST), "method": PROOF}


def _boundary(args: argparse.Namespace, problem: Problem, n: int, scheme: Scheme) -> dict[str, Any]:
    """Width of the phase boundary at n samples."""
    import equinox as eqx

    from relabel_lab.theory import boundary

    sized = eqx.tree_at(lambda problem: problem.n, problem, n)
    return boundary(sized, args.boundary, scheme=scheme)._asdict()


def _say(told: dict[str, Any]) -> None:
    if told["n"] is None:
        print(f"no n up to {told['tried']}: the largest probability is {told['probability']:.4g}")
        if told["reason"] is not None:
            print(f"beyond, no prediction: {told['reason']}")
        return
    print(f"n = {told['n']} (probability {told['probability']:.4g}; {told['method']})")
    if told["certified"] is not None:
        proved = told["certified"]["n"]
        print(f"proved from n = {proved}" if proved else f"not proved for any n up to {MOST}")
    if told.get("boundary"):
        levels, values = told["boundary"]["levels"], told["boundary"]["values"]
        pairs = [
            f"{level:g} at {'no value' if value is None else f'{value:.4g}'}"
            for level, value in zip(levels, values, strict=True)
        ]
        print(f"P(improves) along {told['boundary']['axis']}: {', '.join(pairs)}")
