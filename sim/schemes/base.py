"""Retraining schemes as label rules f(score, given) (R11).

A rule maps the current model's score of a training sample and the given label to the label
that the next model is trained on; weight zero leaves the sample out.  Rules are odd: flipping
the signs of score and given label flips the sign of the result, so they act the same on
symmetrised data (every sample times its true label).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

if TYPE_CHECKING:
    from relabel_lab.sim.problem import Problem


class History(NamedTuple):
    """What a rule may remember of the round before, arrays of one shape.

    Attributes:
        trained: labels that the current model was trained on.
        believed: labels before a correction was taken off; equal to ``trained`` for most rules.
    """

    trained: jax.Array
    believed: jax.Array


class Scheme(eqx.Module):
    """A label rule with a name; subclasses are small frozen pytrees.

    Attributes:
        looks_back: whether later rounds need `relabel`: `History`, or all scores of a round.
    """

    name: ClassVar[str]
    looks_back: ClassVar[bool] = False

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Labels for the next round, in [-1, 1]; arrays of one shape, elementwise."""
        raise NotImplementedError

    def relabel(self, turn: Any, score: jax.Array, given: jax.Array, last: History) -> History:
        """Labels of round ``turn`` + 1 for all samples at once; samples with given = 0 are none.

        The rule itself unless a scheme says otherwise.
        """
        label = self.label(score, given)
        return History(label, label)

    def bind(self, problem: Problem, rounds: int = 1) -> Scheme:
        """The rule for a scalar problem, its constants filled in; most rules have none.

        Raises:
            ValueError: where the rule is not defined for the problem or that many rounds.
        """
        return self


class Initial(Scheme):
    """Keep the given labels: every round returns the initial model."""

    name: ClassVar[str] = "initial"

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """The given label."""
        return given


class Full(Scheme):
    """Retrain on the predicted hard labels of all samples (R3)."""

    name: ClassVar[str] = "full"

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """The sign of the score."""
        return jnp.sign(score)


class Consensus(Scheme):
    """Retrain only where predicted and given label agree (R4)."""

    name: ClassVar[str] = "consensus"

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """The common label, or 0 where the two differ."""
        return (jnp.sign(score) + given) / 2
