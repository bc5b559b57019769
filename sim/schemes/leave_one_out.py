"""Predicted labels without the memory of a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers
from relabel_lab.sim.schemes.base import History, Scheme
from relabel_lab.sim.schemes.constants import check_scalar, memory_of

if TYPE_CHECKING:
    from relabel_lab.sim.problem import Problem


class LeaveOneOut(Scheme):
    r"""Predicted labels with the sample's own expected part of its score removed.

    Sample i enters its own score with \(\|x_i\|^2 f_i/n\), f_i the label that the model was
    trained on, of mean \(f_i\,\mathrm{tr}\,\Sigma/n\) up to O(1/n); in the first round what is
    left is the score of a model that has not seen the sample (R10, K to infinity).
    """

    memory: Numbers = None
    family: ClassVar[str] = "leave-one-out"
    looks_back: ClassVar[bool] = True
    any_learner: ClassVar[bool] = False

    def bind(self, problem: Problem, rounds: int = 1) -> LeaveOneOut:
        """Fill in tr Sigma / n."""
        check_scalar(self, problem)
        return LeaveOneOut(memory_of(problem))

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Sign of the score less the part of the label that was trained on, first ``given``."""
        return jnp.sign(score - self.memory * given)

    def relabel(
        self, turn: int | jax.Array, score: jax.Array, given: jax.Array, last: History
    ) -> History:
        """As `label`, with the label of the round before."""
        label = self.label(score, last.trained)
        return History(label, label)

    def turns(self) -> tuple[Numbers, ...]:
        """The part of the score that is taken off."""
        return (self.memory,)
