"""The options that say what is trained: ``--learner`` and ``--intercept``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relabel_lab.sim.learners import Learner


def add_learner_arguments(parser: argparse._ActionsContainer, limits: str) -> None:
    """``--learner`` and ``--intercept``; ``limits`` says where other learners do not go."""
    parser.add_argument(
        "--learner",
        default="averaging",
        metavar="averaging|ridge:L|logistic:L",
        help=f"linear classifier with squared penalty L/2; {limits}",
    )
    parser.add_argument(
        "--intercept", action="store_true", help="fit an intercept, not penalised (ridge, logistic)"
    )


def learner_from(text: str, intercept: bool) -> Learner | None:
    """The learner of ``--learner`` and ``--intercept``; None for averaging, the default."""
    from relabel_lab.sim.learners import Averaging, parse_learner

    learner = parse_learner(text, intercept)
    return None if isinstance(learner, Averaging) else learner
