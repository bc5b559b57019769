"""Means and paired gains over seeds, with intervals."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
from scipy import stats

from relabel_lab.experiments.records import Record

LEVEL = 0.95


class Estimate(NamedTuple):
    """A mean over seeds.

    Attributes:
        mean: the mean.
        half: half width of the 95 % t interval; NaN for a single seed.
        seeds: number of seeds.
    """

    mean: float
    half: float
    seeds: int

    def points(self, signed: bool = False) -> str:
        """In percentage points, with the interval where there is one."""
        if not self.seeds:
            return "—"
        mean = f"{100 * self.mean:{'+' if signed else ''}.1f}"
        return mean if np.isnan(self.half) else f"{mean} ± {100 * self.half:.1f}"


def estimate(values: Iterable[float]) -> Estimate:
    """Mean and t interval of independent values."""
    found = np.array(list(values), dtype=float)
    if not len(found):
        return Estimate(np.nan, np.nan, 0)
    if len(found) == 1:
        return Estimate(float(found[0]), np.nan, 1)
    error = found.std(ddof=1) / np.sqrt(len(found))
    half = error * stats.t.ppf((1 + LEVEL) / 2, len(found) - 1)
    return Estimate(float(found.mean()), float(half), len(found))


BySeed = Mapping[int, Record]


def by_seed(records: Iterable[Record], keep: Callable[[Record], bool]) -> dict[int, Record]:
    """The records that ``keep`` lets through, one a seed."""
    found: dict[int, Record] = {}
    for record in filter(keep, records):
        if record.seed in found:
            raise ValueError(f"two records of arm {record.arm}, seed {record.seed}: {record}")
        found[record.seed] = record
    return found


def chosen(records: Iterable[Record], keep: Callable[[Record], bool]) -> dict[int, Record]:
    """Of several records a seed the one that agrees best with its noisy held-out labels."""
    best: dict[int, Record] = {}
    for record in filter(keep, records):
        known = best.get(record.seed)
        if known is None or agreement(record) > agreement(known):
            best[record.seed] = record
    return best


def agreement(record: Record) -> float:
    """Agreement with noisy held-out labels, which the record must have."""
    if record.held_out is None:
        raise ValueError(f"no held-out agreement in {record}")
    return record.held_out


def accuracy(records: BySeed) -> Estimate:
    """Mean accuracy."""
    return estimate(record.accuracy for record in records.values())


def gain(records: BySeed, base: BySeed) -> Estimate:
    """Paired mean difference of accuracies over the seeds that both have."""
    both = sorted(set(records) & set(base))
    return estimate(records[seed].accuracy - base[seed].accuracy for seed in both)


def label_accuracy(records: BySeed, which: str) -> Estimate:
    """Mean label accuracy: given, all or kept."""
    found = (record.labels[which] for record in records.values())
    return estimate(value for value in found if value is not None)


def kept_share(records: BySeed, samples: int) -> Estimate:
    """Mean share of the samples that the last model is trained on."""
    return estimate(sum(record.size) / samples for record in records.values())
