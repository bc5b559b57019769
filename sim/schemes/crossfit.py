"""Cross-fitted retraining."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import Numbers, reject, whole
from relabel_lab.sim.schemes.base import Scheme

if TYPE_CHECKING:
    from relabel_lab.sim.problem import Problem


class CrossFit(Scheme):
    """Each sample is labelled by the model trained on the other folds (R10).

    No elementwise rule of the sample's own score: the engines train the fold models.
    """

    folds: Numbers
    family: ClassVar[str] = "crossfit"
    arguments: ClassVar[tuple[str, ...]] = ("folds",)
    form: ClassVar[str | None] = "crossfit:K (whole, >= 2)"
    scores: ClassVar[Literal["in-sample", "out-of-fold", "new samples"]] = "out-of-fold"
    any_learner: ClassVar[bool] = False

    def __check_init__(self):
        whole("crossfit folds", self.folds, 2)

    @classmethod
    def read(cls, text: str) -> CrossFit:
        """Whole numbers of folds as integers."""
        folds = float(text)
        return cls(int(folds) if folds % 1 == 0 and folds < 2**31 else folds)

    def bind(self, problem: Problem, rounds: int = 1) -> CrossFit:
        """Check that every fold holds a sample, in every problem of a grid."""
        fewest = int(np.min(np.asarray(problem.n)))
        if int(self.folds) > fewest:
            raise reject("crossfit folds", self.folds, f"at most n = {fewest}")
        return self

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Sign of the score, which must come from the model of the other folds."""
        return jnp.sign(score)

    def share_unseen(self) -> jax.Array:
        """(K - 1)/K."""
        return (self.folds - 1) / jnp.asarray(self.folds, jnp.float64)
