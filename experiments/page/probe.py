"""What the page says about the probe, from its records."""

from collections.abc import Callable, Sequence

from relabel_lab.experiments.page.markdown import table
from relabel_lab.experiments.page.statistics import (
    BySeed,
    accuracy,
    by_seed,
    chosen,
    gain,
    kept_share,
    label_accuracy,
)
from relabel_lab.experiments.records import Record

RETRAINED = ("full", "consensus", "crossfit-consensus")
MORE = ("forward", "forward-consensus", "confident", "full-3", "consensus-3")


def logistic(records: Sequence[Record]) -> list[Record]:
    """Rows of the logistic heads."""
    return [record for record in records if "learner" not in record.setting]


def epsilons(records: Sequence[Record]) -> list[float]:
    """Levels of randomised response in the records."""
    return sorted({r.epsilon for r in records if r.noise == "rr" and r.epsilon is not None})


def penalties(records: Sequence[Record]) -> list[float]:
    """The path of penalties."""
    return sorted({record.setting["penalty"] for record in logistic(records)})


def rows_of(
    records: Sequence[Record], noise: str, epsilon: float | None, arm: str, penalty: float
) -> dict[int, Record]:
    """One arm at one penalty, by seed."""
    return by_seed(
        logistic(records),
        lambda r: (
            (r.noise, r.epsilon, r.arm, r.setting["penalty"]) == (noise, epsilon, arm, penalty)
        ),
    )


def best_of(
    records: Sequence[Record], noise: str, epsilon: float | None, arm: str
) -> dict[int, Record]:
    """One arm at the penalty that its own noisy held-out labels choose, by seed."""
    return chosen(logistic(records), lambda r: (r.noise, r.epsilon, r.arm) == (noise, epsilon, arm))


def weak_table(records: Sequence[Record]) -> str:
    """Accuracy at the weakest penalty, where the paper's order can be looked for."""
    least = penalties(records)[0]
    return _gains(records, lambda e, arm: rows_of(records, "rr", e, arm, least))


def tuned_table(records: Sequence[Record]) -> str:
    """Every arm at the penalty that noisy held-out labels choose for it."""
    return _gains(records, lambda e, arm: best_of(records, "rr", e, arm))


def _gains(records: Sequence[Record], find: Callable[[float, str], BySeed]) -> str:
    rows = []
    for epsilon in epsilons(records):
        base = find(epsilon, "given")
        gains = [gain(find(epsilon, arm), base).points(signed=True) for arm in RETRAINED]
        rows.append([f"{epsilon:g}", len(base), accuracy(base).points(), *gains])
    return table(["ε", "seeds", "given", *RETRAINED], rows)


def labels_table(records: Sequence[Record], samples: int) -> str:
    """Label accuracies and the size of the consensus set, weakest and chosen penalty."""
    least, rows = penalties(records)[0], []
    for epsilon in epsilons(records):
        for told, found in (
            (f"{least:g}", rows_of(records, "rr", epsilon, "consensus", least)),
            ("chosen", best_of(records, "rr", epsilon, "consensus")),
        ):
            accuracies = [label_accuracy(found, which).points() for which in _LABELS]
            rows.append([f"{epsilon:g}", told, *accuracies, kept_share(found, samples).points()])
    return table(["ε", "penalty", "given", "predicted", "consensus", "kept"], rows)


_LABELS = ("given", "all", "kept")


def more_table(records: Sequence[Record]) -> str:
    """The other arms at their chosen penalties, gains over given at its own."""
    rows = []
    for epsilon in epsilons(records):
        found = {arm: best_of(records, "rr", epsilon, arm) for arm in MORE}
        if not any(found.values()):
            continue
        seeds = set().union(*(set(rows) for rows in found.values()))
        base = best_of(records, "rr", epsilon, "given")
        base = {seed: record for seed, record in base.items() if seed in seeds}
        gains = [gain(found[arm], base).points(signed=True) for arm in MORE]
        rows.append([f"{epsilon:g}", len(base), accuracy(base).points(), *gains])
    return table(["ε", "seeds", "given", *MORE], rows)


def human_table(records: Sequence[Record]) -> str:
    """Human labels beside random flips at the same rate, at weak and chosen penalties."""
    least, rows = penalties(records)[0], []
    for kind in sorted({r.noise for r in records if r.noise.startswith("human-")}):
        name = kind.removeprefix("human-")
        for noise, told in ((kind, "human"), (f"class-{name}", "flips by class"),
                            (f"uniform-{name}", "uniform flips")):  # fmt: skip
            weak = [rows_of(records, noise, None, arm, least) for arm in ("given", *RETRAINED)]
            best = [best_of(records, noise, None, arm) for arm in ("given", *RETRAINED)]
            if weak[0]:
                rate = 1 - label_accuracy(weak[0], "given").mean
                rows.append([name, told, f"{100 * rate:.1f}", *_row(weak), *_row(best)])
    arms = ("given", "full", "consensus", "cross-fitted")
    columns = [*(f"{arm}, weak" for arm in arms), *(f"{arm}, chosen" for arm in arms)]
    return table(["labels", "kind", "wrong", *columns], rows)


def _row(found: Sequence[BySeed]) -> list[str]:
    base = found[0]
    return [accuracy(base).points(), *(gain(arm, base).points(signed=True) for arm in found[1:])]
