"""Find the smallest number of samples at which retraining improves the model (R20).

The problem's --n is not used.  With --accuracy, the smallest n whose retrained model reaches
that population accuracy.  The answer comes without simulation.
"""

from __future__ import annotations

import argparse

from relabel.numbers import real_number
from relabel.output import print_json
from relabel.problem_options import add_problem_arguments, describe, problem_from

SUMMARY = "smallest number of samples at which retraining improves"
MIXES = {"full": 0.0, "consensus": 1.0}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The problem, the probability asked for and what has to be reached."""
    add_problem_arguments(parser)
    parser.set_defaults(n=2)
    for action in parser._actions:
        if action.dest == "n":
            action.required = False
    parser.add_argument(
        "--target", type=real_number, default=0.95, help="probability, in (0, 1) (default 0.95)"
    )
    parser.add_argument(
        "--scheme", choices=sorted(MIXES), default="full", help="label rule (default full)"
    )
    parser.add_argument(
        "--accuracy", type=real_number, help="accuracy to reach, instead of improving"
    )


def main(args: argparse.Namespace) -> int:
    """Print the smallest n."""
    from theory.samples import sample_size

    problem = problem_from(args)
    found = sample_size(problem, args.target, mix=MIXES[args.scheme], accuracy=args.accuracy)
    if args.json:
        print_json(
            {
                "problem": describe(args, problem),
                "scheme": args.scheme,
                "target": args.target,
                "accuracy": args.accuracy,
                **found._asdict(),
            }
        )
        return 0
    if found.n is None:
        print(f"no n: the probability stays at {found.probability:.4g}")
    else:
        print(f"n = {found.n} (probability {found.probability:.4g}; {found.method})")
    return 0
