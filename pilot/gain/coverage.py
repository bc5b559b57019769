"""Who stays in the consensus set, how clean its labels are, and who gains."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import fisher_exact

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.gain.compare import Key
from relabel_lab.pilot.gain.intervals import Spread, spread
from relabel_lab.pilot.gain.measure import GIVEN, INITIAL, Measured
from relabel_lab.pilot.gain.scoring import Scorer

LEVEL = 0.05


@dataclass(frozen=True)
class Part:
    """One class or group.

    Attributes:
        name: ``class = …`` or ``column = …``.
        rows: rows in it.
        coverage: share of its rows in the cross-fitted consensus set.
        purity: estimated share of right labels in that set; None at an unknown rate.
        gain: of the scheme looked at, over the learner as given; None where it has none.
        p: how likely chance alone makes it shrink so much more than the others, times the
            number of parts compared.
    """

    name: str
    rows: int
    coverage: float
    purity: float | None
    gain: Spread | None
    p: float

    @property
    def shrinks(self) -> bool:
        """Whether it loses more rows than chance explains."""
        return self.p < LEVEL


@dataclass(frozen=True)
class Coverage:
    """The whole set and its parts."""

    whole: Part
    classes: tuple[Part, ...]
    groups: tuple[Part, ...]

    @property
    def warnings(self) -> list[str]:
        """One line for every class or group that shrinks more than chance explains."""
        return [
            f"{part.name}: {100 * part.coverage:.0f} % of {part.rows} rows stay in the consensus "
            f"set, {100 * self.whole.coverage:.0f} % of all"
            for part in (*self.classes, *self.groups)
            if part.shrinks
        ]


def coverage(
    measured: Measured, scorer: Scorer, key: Key, groups: Mapping[str, np.ndarray]
) -> Coverage:
    """Coverage, purity and gain of the whole, by given class and by group.

    Args:
        measured: held-out predictions; the initial ones define the consensus set.
        scorer: how rows are scored.
        key: the candidate whose gain is told.
        groups: values by column, (n,) each.
    """
    data = scorer.data
    look = _Look(measured, scorer, key)
    everything = np.ones(data.n, bool)
    parts = [(f"class = {name}", data.given == c) for c, name in enumerate(data.classes)]
    members = [
        (f"{column} = {value}", values == value)
        for column, values in groups.items()
        for value in np.unique(values)
    ]
    return Coverage(
        look.part("all rows", everything, 1),
        tuple(look.part(name, rows, len(parts), code) for code, (name, rows) in enumerate(parts)),
        tuple(look.part(name, rows, len(members)) for name, rows in members),
    )


class _Look:
    """The predictions one coverage table is made from."""

    def __init__(self, measured: Measured, scorer: Scorer, key: Key):
        self.scorer, self.folds = scorer, measured.folds
        self.before = measured.predictions[GIVEN, INITIAL].astype(np.int64)
        self.after = measured.predictions[key].astype(np.int64)
        self.agreed = self.before == scorer.data.given
        self.difference = scorer.scores(self.after) - scorer.scores(self.before)

    def part(self, name: str, rows: np.ndarray, compared: int, code: int | None = None) -> Part:
        share = float(self.agreed[:, rows].mean())
        gain = self._of_class(code) if code is not None else self._of_rows(rows)
        p = min(1.0, compared * self._chance(rows))
        return Part(name, int(rows.sum()), share, self._purity(rows), gain, p)

    def _chance(self, rows: np.ndarray) -> float:
        """Fisher's exact test that the part is in the set less often than the rest."""
        inside = self.agreed[0]
        if rows.all():
            return 1.0
        table = [
            [int(inside[rows].sum()), int((~inside[rows]).sum())],
            [int(inside[~rows].sum()), int((~inside[~rows]).sum())],
        ]
        return float(fisher_exact(table, alternative="less").pvalue)

    def _purity(self, rows: np.ndarray) -> float | None:
        channel = self.scorer.channel
        if channel is None or not channel.invertible or not self.agreed[:, rows].any():
            return None
        return purity(self.before[:, rows], self.scorer.data.given[rows], channel)

    def _of_rows(self, rows: np.ndarray) -> Spread | None:
        scored = rows[self.scorer.rows]
        if scored.sum() < 2:
            return None
        folds = self.folds[:, self.scorer.rows][:, scored]
        return spread(self.difference[:, scored], folds, unit=self.scorer.step)

    def _of_class(self, code: int) -> Spread | None:
        """Gain among the rows truly of a class: T⁻¹[given, class] marks them without bias."""
        data, channel = self.scorer.data, self.scorer.channel
        if channel is None or not channel.invertible:
            return None
        mark = channel.inverse[data.given, code]
        if mark.mean() <= 0:
            return None
        hit = (self.after == code).astype(np.float64) - (self.before == code)
        return spread(hit * mark / mark.mean(), self.folds, unit=self.scorer.step)


def purity(predicted: np.ndarray, given: np.ndarray, channel: Channel) -> float:
    """Share of right labels where held-out prediction and given label agree.

    Flips are independent of a held-out prediction given the truth, so
    P(true = given = predicted = k) = T[k, k] · P(true = predicted = k), and the last comes from
    the table of predicted and given by T⁻¹ (R14).
    """
    K = channel.classes
    counts = np.bincount((predicted * K + given).ravel(), minlength=K * K).reshape(K, K)
    joint = counts / counts.sum() @ channel.inverse
    right = float(np.diag(channel.matrix) @ np.diag(joint))
    return float(np.clip(right / (np.trace(counts) / counts.sum()), 0, 1))
