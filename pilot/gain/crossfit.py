"""One repeat of cross-fitting: every model trained once, every prediction on rows it never saw.

Outer model f is trained without fold f; pair model {f, g} without folds f and g.  Pair models
serve twice: they relabel fold g inside the training set of f (cross-fitted schemes), and they
score penalties for f on fold g (tuning inside the folds).
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.gain.fitting import fit, predict
from relabel_lab.pilot.gain.rules import PREFIX, Relabelled, relabel
from relabel_lab.pilot.gain.tuning import search


class Crossfit:
    """Models and predictions of one assignment of rows to folds; all fits are cached.

    Args:
        data: the labelled rows.
        fold: fold of each row, shape (n,).
        variants: unfitted estimators; models are asked for by their place in this sequence.
    """

    def __init__(self, data: Dataset, fold: np.ndarray, variants: Sequence[Any]):
        self.data, self.fold, self.variants = data, fold, variants
        self.folds = int(fold.max()) + 1
        self.fits = 0
        self.refusals: dict[str, int] = {}
        self._outer: dict[tuple[int, int], np.ndarray] = {}
        self._pair: dict[tuple[int, int, int], np.ndarray] = {}

    def initial(self, variant: int) -> np.ndarray:
        """Held-out predictions of the learner without retraining, codes (n,)."""
        return self._assemble(partial(self.outer, variant))

    def retrained(self, variant: int, scheme: str) -> np.ndarray:
        """Held-out predictions after one round of a scheme, codes (n,)."""
        return self._assemble(partial(self._retrain, variant, scheme))

    def tuned_inside(self, order: Sequence[int]) -> np.ndarray:
        """Held-out predictions of a learner tuned anew in every training set, codes (n,).

        Args:
            order: places of the variants on the regularisation path, weakest first.
        """
        return self._assemble(lambda f: self.outer(self._best_without(f, order), f))

    def agreement(self, variant: int) -> float:
        """Share of rows whose held-out prediction is the given label."""
        return float(np.mean(self.initial(variant) == self.data.given))

    def outer(self, variant: int, f: int) -> np.ndarray:
        """Predictions on all rows of the model trained without fold f."""
        if (variant, f) not in self._outer:
            model = self._fit(variant, self.fold != f, self.data.given)
            self._outer[variant, f] = predict(model, self.data.X)
        return self._outer[variant, f]

    def labels(self, variant: int, scheme: str, f: int) -> Relabelled:
        """What the second training without fold f sees, over its training rows."""
        train = self.fold != f
        inside = self._crossfitted if scheme.startswith(PREFIX) else self.outer
        return relabel(scheme, inside(variant, f)[train], self.data.given[train])

    def _retrain(self, variant: int, scheme: str, f: int) -> np.ndarray:
        new = self.labels(variant, scheme, f)
        if new.refusal is not None:
            self.refusals[scheme] = self.refusals.get(scheme, 0) + 1
            return self.outer(variant, f)
        rows = np.flatnonzero(self.fold != f)
        codes = np.full(self.data.n, -1)
        codes[rows] = new.codes
        kept = np.zeros(self.data.n, bool)
        kept[rows[new.kept]] = True
        model = self._fit(variant, kept, codes)
        return self._on(model, self.fold == f)

    def _crossfitted(self, variant: int, f: int) -> np.ndarray:
        """Predictions for every fold g by the model trained without f and g; fold f unused."""
        result = np.full(self.data.n, -1)
        for g in range(self.folds):
            if g != f:
                inside = self.fold == g
                result[inside] = self.pair(variant, f, g)[inside]
        return result

    def pair(self, variant: int, f: int, g: int) -> np.ndarray:
        """Predictions on folds f and g of the model trained without both, −1 elsewhere."""
        key = (variant, min(f, g), max(f, g))
        if key not in self._pair:
            out = (self.fold == f) | (self.fold == g)
            model = self._fit(variant, ~out, self.data.given)
            self._pair[key] = self._on(model, out)
        return self._pair[key]

    def _best_without(self, f: int, order: Sequence[int]) -> int:
        return order[search(lambda place: self._inner_score(order[place], f), len(order))]

    def _inner_score(self, variant: int, f: int) -> float:
        train = self.fold != f
        return float(np.mean(self._crossfitted(variant, f)[train] == self.data.given[train]))

    def _fit(self, variant: int, rows: np.ndarray, codes: np.ndarray) -> Any:
        self.fits += 1
        return fit(self.variants[variant], self.data.take(rows), codes[rows])

    def _assemble(self, predictions: Any) -> np.ndarray:
        """Fold f from what ``predictions(f)`` says, for every f."""
        result = np.empty(self.data.n, np.int16)
        for f in range(self.folds):
            inside = self.fold == f
            result[inside] = predictions(f)[inside]
        return result

    def _on(self, model: Any, rows: np.ndarray) -> np.ndarray:
        result = np.full(len(rows), -1)
        result[rows] = predict(model, self.data.take(rows))
        return result
