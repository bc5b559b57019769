"""From predictions to paired, noise-corrected differences of accuracy.

A known channel T turns agreement with given labels into accuracy without bias (R14): a row
scores T⁻¹[given, predicted].  At an unknown rate the difference of agreements has the sign of
the gain as long as flips are symmetric.  A row with a known true label scores 1 or 0.
"""

from dataclasses import dataclass

import numpy as np

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.data import Dataset


@dataclass(frozen=True, eq=False)
class Scorer:
    """How rows are scored.

    Attributes:
        data: the rows.
        channel: the known channel, None at an unknown rate.
        clean_only: score rows with a true label alone, because given labels cannot be trusted.
    """

    data: Dataset
    channel: Channel | None
    clean_only: bool = False

    @property
    def unit(self) -> str:
        """What a gain counts: accuracy, or agreement with given labels at an unknown rate."""
        return "accuracy" if self.channel is not None or self.clean_only else "agreement"

    @property
    def rows(self) -> np.ndarray:
        """Rows that are scored, boolean (n,)."""
        return self.data.clean if self.clean_only else np.ones(self.data.n, bool)

    @property
    def step(self) -> float:
        """The largest difference one row can make."""
        if self.channel is None or self.clean_only:
            return 1.0
        codes = np.arange(self.data.K)
        table = self.channel.scores(codes[None, :], codes[:, None])
        return float(np.ptp(table, axis=1).max())

    def scores(self, predicted: np.ndarray) -> np.ndarray:
        """Score of every scored row, [R, rows] for predictions [R, n]."""
        rows = self.rows
        codes, given = predicted[:, rows].astype(np.int64), self.data.given[rows]
        if self.channel is None:
            result = (codes == given).astype(np.float64)
        else:
            result = self.channel.scores(codes, np.broadcast_to(given, codes.shape))
        known, truth = self.data.clean[rows], self.data.truth
        if truth is not None and known.any() and self.unit == "accuracy":
            result[:, known] = codes[:, known] == truth[rows][known]
        return result
