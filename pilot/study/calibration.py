"""Is the pilot calibrated?  Problems with known truth, the pilot's intervals and verdicts on them.

    python -m relabel_lab.pilot.study.calibration --problems 500 --out results/calibration

goes on where it was stopped, and prints the tables of docs/pilot.md.  Problems are numbered from
1000: the width of the intervals was chosen on problems 0 to 75.
"""

import argparse
import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from relabel_lab.pilot.choose import judge
from relabel_lab.pilot.data import dataset
from relabel_lab.pilot.gain import (
    GIVEN,
    INITIAL,
    RETUNED,
    TUNED,
    Gain,
    Gains,
    Plan,
    Scorer,
    Spread,
    by_parts,
    compare,
    corrected_t,
    measure,
    named_least,
    paired_rows,
)
from relabel_lab.pilot.study.journal import Journal, run_missing
from relabel_lab.pilot.study.problems import Problem, problem
from relabel_lab.pilot.study.tables import digest, report
from relabel_lab.pilot.study.truth import accuracies, retuned_accuracy, true_gains

FRESH = 5  # training sets behind an expected gain
FIRST = 1000  # problems below it were looked at while the intervals were chosen
REPEATS = {"logistic": 4}  # it takes ten times as long as ridge, which gets the pilot's own ten
WAYS = {"parts": by_parts, "corrected_t": corrected_t}


def main(argv: list[str] | None = None) -> int:
    """Run what is missing, then print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--problems", type=int, default=500)
    parser.add_argument("--first", type=int, default=FIRST, help="number of the first problem")
    parser.add_argument("--out", type=Path, default=Path("results/calibration"))
    parser.add_argument(
        "--cheap-first", action="store_true", help="small problems and ridge regression first"
    )
    parser.add_argument("--report", action="store_true", help="only the tables of what is there")
    parser.add_argument("--digest", type=Path, help="file for what the report's page tells of it")
    args = parser.parse_args(argv)
    warnings.filterwarnings("ignore")  # rounds that keep the earlier model are counted, not told
    journal = Journal(args.out / "problems.jsonl")
    if not args.report:
        numbers = list(range(args.first, args.first + args.problems))
        if args.cheap_first:
            numbers.sort(key=lambda number: problem(number).work)
        names = [f"problem-{number}" for number in numbers]
        with threadpool_limits(1):
            run_missing(
                journal, names, _cell, lambda k, all_: print(f"{k}/{all_}", file=sys.stderr)
            )
    cells = list(journal.cells().values())
    if args.digest is not None:
        args.digest.write_text(json.dumps(digest(cells), indent=1) + "\n")
    print(report(cells))
    return 0


def _cell(name: str) -> dict[str, Any]:
    return study(problem(int(name.rpartition("-")[2])))


def study(case: Problem, fresh: int = FRESH, plan: Plan | None = None) -> dict[str, Any]:
    """The pilot on one problem, and the truth.

    Args:
        case: the problem.
        fresh: training sets behind the expected gain.
        plan: the pilot's plan.
    """
    start = time.perf_counter()
    rng = np.random.default_rng([15, case.number])
    X, y, X_test, y_test = case.split(rng)
    given = case.flip(y, rng)
    plan = _plan(case) if plan is None else plan
    measured = measure(dataset(X, given), case.learner, plan)
    scorer = Scorer(dataset(X, given), case.channel)
    verdict, gains = judge(measured, scorer)
    ways = {key: compare(measured, scorer, way) for key, way in WAYS.items()}
    rows = _naive(measured, scorer)
    seconds = time.perf_counter() - start
    held = true_gains(accuracies(case.learner, measured, (X, given), (X_test, y_test)), measured)
    expected = _expected(case, measured, rng, fresh)
    return {
        "kind": case.kind,
        "n": case.n,
        "d": int(X.shape[1]),
        "classes": case.classes,
        "flip_rate": case.flip_rate,
        "learner": case.learner.name,
        "decision": verdict.decision,
        "scheme": _chosen(verdict),
        "more_labels": verdict.more_labels,
        "parameters": measured.parameters,
        "named_least": _named_least(measured, scorer),
        "gains": {
            name: {
                base: _record(name, base, gains, ways, rows) | _truth(held, expected, name, base)
                for base in ("over_given", "over_tuned")
                if _gain(gains, name, base) is not None
            }
            for name in held
        },
        "seconds": round(seconds, 2),
    }


def _named_least(measured: Any, scorer: Scorer) -> dict[str, float]:
    """By candidate name; the learner as given is *given*, the tuned one *tuned*."""
    told = {}
    for (learner, scheme), (ratio, _) in named_least(measured, scorer.data, scorer.channel).items():
        name = scheme if learner == GIVEN else f"{TUNED}-{scheme}"
        told[{INITIAL: GIVEN, f"{TUNED}-{INITIAL}": TUNED}.get(name, name)] = ratio
    return told


def _plan(case: Problem) -> Plan:
    family = case.learner.name.partition(":")[0]
    return Plan(repeats=REPEATS.get(family), seed=case.number)


def _chosen(verdict: Any) -> str | None:
    if verdict.decision != "adopt":
        return None
    return verdict.scheme if verdict.learner == GIVEN else f"tuned-{verdict.scheme}"


def _expected(case: Problem, measured: Any, rng: np.random.Generator, fresh: int) -> Any:
    """Mean gains over fresh training sets.

    Candidates hold the penalty that the pilot chose, as their intervals do; *tuning* chooses it
    anew on every set, as it does inside the folds.
    """
    every = []
    for _ in range(fresh):
        X, y, X_test, y_test = case.split(rng)
        rows, test = (X, case.flip(y, rng)), (X_test, y_test)
        accuracy = accuracies(case.learner, measured, rows, test)
        gains = true_gains(accuracy, measured)
        tuned = retuned_accuracy(case.learner, rows, test, case.number)
        gains["tuning"]["over_given"] = tuned - accuracy[GIVEN, INITIAL]
        every.append(gains)
    names = every[0]
    return {
        name: {base: float(np.mean([one[name][base] for one in every])) for base in names[name]}
        for name in names
    }


def _gain(gains: Gains, name: str, base: str) -> Gain | None:
    if name == "tuning":
        return gains.tuning if base == "over_given" else None
    return getattr(next(c for c in gains.candidates if c.name == name), base)


def _record(
    name: str, base: str, gains: Gains, ways: dict[str, Gains], rows: Any
) -> dict[str, Any]:
    gain = _gain(gains, name, base)
    assert gain is not None
    return {
        **{key: _gain(told, name, base).alone for key, told in ways.items()},  # type: ignore[union-attr]
        "estimate": gain.estimate,
        "interval": gain.alone,
        "together": gain.interval,
        "rows": rows[name, base].interval(0.95),
    }


def _truth(held: Any, expected: Any, name: str, base: str) -> dict[str, float]:
    return {"in_hand": held[name][base], "expected": expected[name][base]}


def _naive(measured: Any, scorer: Scorer) -> dict[tuple[str, str], Spread]:
    """The interval of paired rows alone, of the first repeat."""
    scores = {key: scorer.scores(codes[:1]) for key, codes in measured.predictions.items()}
    given = scores[GIVEN, INITIAL]
    tuned = scores.get((TUNED, INITIAL), given)
    result = {}
    for (learner, scheme), rows in scores.items():
        name = scheme if learner == GIVEN else f"tuned-{scheme}"
        name = "tuning" if scheme == RETUNED else name
        result[name, "over_given"] = paired_rows(rows - given)
        result[name, "over_tuned"] = paired_rows(rows - tuned)
    return result


if __name__ == "__main__":
    sys.exit(main())
