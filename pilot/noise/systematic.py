r"""Random or systematic flips, where the channel is known.

Whatever the features say, random flips leave P(given = j | region) between the smallest and the
largest entry of column j of the flip matrix: [q, keep] for symmetric flips.  That is the only
thing such data can refute; at an unknown rate nothing can.  Every region is tested by one-sided
binomial tests, corrected for their number (Bonferroni).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.gain import OutOfFold
from relabel_lab.pilot.noise.regions import Region, regions

RANDOM, SYSTEMATIC, CANNOT_TELL = "consistent with random flips", "systematic", "cannot tell"
LEVEL = 0.05
POWER_NEEDED = 0.8


@dataclass(frozen=True)
class Finding:
    """One region whose labels random flips do not explain.

    Attributes:
        words: the region.
        given: the class whose share is out of range.
        share: observed share of that class among the region's given labels.
        allowed: what random flips allow.
        rows: rows in the region.
        p: p-value times the number of tests, at most 1.
        group: the group it belongs to, or None.
    """

    words: str
    given: str
    share: float
    allowed: tuple[float, float]
    rows: int
    p: float
    group: tuple[str, str] | None


@dataclass(frozen=True)
class Tested:
    """What the tests say.

    Attributes:
        verdict: `RANDOM`, `SYSTEMATIC` or `CANNOT_TELL`.
        why: one sentence.
        power: chance to find labels that flip half as often as said in one of the regions.
        findings: what was found, clearest first.
        tests: number of tests.
    """

    verdict: str
    why: str
    power: float | None = None
    findings: tuple[Finding, ...] = ()
    tests: int = 0


def systematic(
    data: Dataset,
    channel: Channel | None,
    seen: OutOfFold,
    groups: Mapping[str, np.ndarray] | None = None,
) -> Tested:
    """Test whether the stated channel can explain the given labels.

    Args:
        data: the rows.
        channel: the stated channel; None at an unknown rate.
        seen: out-of-fold predictions.
        groups: columns whose values may go with more or fewer flips, (n,) each.
    """
    if channel is None:
        return Tested(
            CANNOT_TELL, "at an unknown flip rate no data can tell random from systematic flips"
        )
    found = regions(seen, data.classes, groups or {})
    tests = 2 * len(found)
    every = [_find(data, channel, region, tests) for region in found]
    findings = sorted((f for pair in every for f in pair if f.p < LEVEL), key=lambda f: f.p)
    power = max((_power(data, channel, region, tests) for region in found), default=0.0)
    if findings:
        top = findings[0]
        why = (
            f"in {top.words} ({top.rows} rows) {100 * top.share:.1f} % are labelled {top.given}; "
            f"random flips allow {100 * top.allowed[0]:.1f} to {100 * top.allowed[1]:.1f} %"
        )
        return Tested(SYSTEMATIC, why, power, tuple(findings), tests)
    if power < POWER_NEEDED:
        why = f"nothing found, but a region half as noisy would be found only with probability {power:.2f}"
        return Tested(CANNOT_TELL, why, power, (), tests)
    why = f"no region departs from the stated flips; one half as noisy would be found with probability {power:.2f}"
    return Tested(RANDOM, why, power, (), tests)


def _find(data: Dataset, channel: Channel, region: Region, tests: int) -> tuple[Finding, Finding]:
    """Too many labels of the predicted class, and too few of some other one."""
    counts = np.bincount(data.given[region.rows], minlength=data.K)
    size = int(counts.sum())
    low, high = channel.matrix.min(axis=0), channel.matrix.max(axis=0)
    k = region.predicted
    many = float(binom.sf(counts[k] - 1, size, high[k])) * tests
    others = [j for j in range(data.K) if j != k]
    few = [float(binom.cdf(counts[j], size, low[j])) * tests * len(others) for j in others]
    least = int(np.argmin(few))

    def finding(j: int, p: float) -> Finding:
        allowed = (float(low[j]), float(high[j]))
        share = float(counts[j] / size)
        name = str(data.classes[j])
        return Finding(region.words, name, share, allowed, size, min(1.0, p), region.group)

    return finding(k, many), finding(others[least], few[least])


def _power(data: Dataset, channel: Channel, region: Region, tests: int) -> float:
    """Chance that the upper test finds labels of this region flipping half as often as said."""
    size, k = int(region.rows.sum()), region.predicted
    high = float(channel.matrix[:, k].max())
    needed = binom.isf(LEVEL / tests, size, high) + 1
    agreement = float(np.mean(data.given[region.rows] == k))
    right = _accuracy(channel, k, agreement)
    half = right * (1 + high) / 2 + (1 - right) * float(channel.matrix[:, k].min()) / 2
    return float(binom.sf(needed - 1, size, half))


def _accuracy(channel: Channel, k: int, agreement: float) -> float:
    column = channel.matrix[:, k]
    low, high = float(np.delete(column, k).mean()), float(column[k])
    return float(np.clip((agreement - low) / (high - low), 0, 1))
