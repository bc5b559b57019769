"""What the pilot says on real data, and what retraining really does there.

    python -m relabel_lab.pilot.study.real --repetitions 20 --out results/real [--data DIR]

Labels of scikit-learn's digits, breast cancer and wine are flipped by randomised response;
--data names a folder with noisyagnews_train.csv.gz and agnews_test.csv.gz, whose human labels are
used as they are and whose true ones are flipped.  True labels serve for scoring only.  Goes on
where it was stopped.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.data import dataset
from relabel_lab.pilot.final import candidate, recommended
from relabel_lab.pilot.findings import Settings, scored
from relabel_lab.pilot.gain import GIVEN, INITIAL, SCHEMES, TUNED, Plan
from relabel_lab.pilot.learners import named_learner
from relabel_lab.pilot.study.journal import Journal, run_missing
from relabel_lab.pilot.study.real_data import Case, news, small
from relabel_lab.pilot.study.real_tables import report
from relabel_lab.pilot.study.rivals import rivals

LEARNERS = ("logistic:1", "logistic:0.01", "ridge:1", "boosting")


def main(argv: list[str] | None = None) -> int:
    """Run what is missing, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--repetitions", type=int, default=20)
    parser.add_argument("--data", type=Path, help="folder of the news texts")
    parser.add_argument("--out", type=Path, default=Path("results/real"))
    parser.add_argument("--learners", nargs="+", default=list(LEARNERS))
    parser.add_argument("--sets", nargs="+", default=["wine", "cancer", "digits", "news"])
    parser.add_argument("--repeats", type=int, default=3, help="of cross-fitting")
    parser.add_argument("--folds", type=int, default=5, help="of cross-fitting")
    parser.add_argument("--report", action="store_true", help="only the table of what is there")
    args = parser.parse_args(argv)
    warnings.filterwarnings("ignore")  # rounds that keep the earlier model are counted, not told
    journal = Journal(args.out / "cells.jsonl")
    if not args.report:
        cells = {name: case for name, case in _cells(args)}
        with threadpool_limits(1):
            run_missing(
                journal,
                cells,
                lambda name: study(*cells[name], args.repeats, args.folds),
                lambda k, total: print(f"{k}/{total}", file=sys.stderr, flush=True),
            )
    print(report(list(journal.cells().values())))
    return 0


def _cells(args: argparse.Namespace) -> Iterator[tuple[str, tuple[Case, str]]]:
    """Repetitions outermost, so that a study cut short has seen every set."""
    for repetition in range(args.repetitions):
        cases = [case for name in args.sets if name != "news" for case in small(name, repetition)]
        if args.data is not None and "news" in args.sets:
            cases += news(args.data, repetition)
        for case in cases:
            for learner in args.learners:
                yield f"{case.name}/{learner}/{repetition}", (case, learner)


def study(case: Case, name: str, repeats: int, folds: int) -> dict[str, Any]:
    """One pilot, and the test accuracy of everything it might recommend."""
    start = time.perf_counter()
    X, given, X_test, y_test = case.rows()
    learner = named_learner(name)
    data = dataset(X, given)
    channel = None if case.epsilon is None else Channel.from_epsilon(case.epsilon, data.K)
    settings = Settings(Plan(folds=folds, repeats=repeats, seed=case.repetition))
    judged = scored(data, channel, learner, settings)
    seconds = time.perf_counter() - start
    models = {
        "initial": candidate(learner, {}, (GIVEN, INITIAL)),
        "tuned": candidate(learner, judged.measured.parameters, (TUNED, INITIAL)),
        **{scheme: candidate(learner, {}, (GIVEN, scheme)) for scheme in SCHEMES},
        **{
            f"tuned-{scheme}": candidate(learner, judged.measured.parameters, (TUNED, scheme))
            for scheme in SCHEMES
        },
        "recommended": recommended(learner, judged.verdict),
        **rivals(learner.at(None)),
    }
    accuracy = {
        key: float(np.mean(model.fit(X, given).predict(X_test) == y_test))
        for key, model in models.items()
    }
    return {
        "set": case.name,
        "learner": name,
        "n": data.n,
        "noise": judged.noise.verdict,
        "decision": judged.verdict.decision,
        "scheme": judged.verdict.scheme,
        "on": judged.verdict.learner,
        "parameters": judged.measured.parameters,
        "accuracy": accuracy,
        "seconds": round(seconds, 2),
    }


if __name__ == "__main__":
    sys.exit(main())
