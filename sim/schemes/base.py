"""A retraining scheme as a card: a label rule f(score, given) and what is known of it (R11).

A rule maps the current model's score of a training sample and the given label to the label
that the next model is trained on; weight zero leaves the sample out.  Rules are odd: flipping
the signs of score and given label flips the sign of the result, so they act the same on
symmetrised data (every sample times its true label).  Engines and predictions read the card:
nothing else needs to know a scheme.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Card, Numbers, parse

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


class Scheme(Card):
    """A label rule; subclasses are small frozen pytrees with a family of their own.

    Attributes:
        scores: which model scores a sample: the one trained on it ("in-sample"), one trained on
            the other folds ("out-of-fold"), or one that never saw it because it is new
            ("new samples").  The last two draw seeds of their own in `relabel_lab.sim.dice`.
        hard: whether the label depends on the signs of score and given label alone.
        smooth: whether labels come arbitrarily near to the given ones without being equal to
            them; engines compute such labels in float64, whatever the samples are held in.
        looks_back: whether later rounds need `relabel`: `History`, or all scores of a round.
        any_learner: whether the rule makes sense for learners other than the averaging one;
            constants that `bind` fills in do not.
    """

    scores: ClassVar[Literal["in-sample", "out-of-fold", "new samples"]] = "in-sample"
    hard: ClassVar[bool] = False
    smooth: ClassVar[bool] = False
    looks_back: ClassVar[bool] = False
    any_learner: ClassVar[bool] = True

    def precise(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """`label`, in float64 where it is `smooth`."""
        if self.smooth:
            score, given = score.astype(jnp.float64), given.astype(jnp.float64)
        return self.label(score, given)

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Labels for the next round, in [-1, 1]; arrays of one shape, elementwise."""
        raise NotImplementedError

    def relabel(
        self, turn: int | jax.Array, score: jax.Array, given: jax.Array, last: History
    ) -> History:
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

    def turns(self) -> tuple[Numbers, ...]:
        """Scores >= 0 around which the bound rule jumps or turns, at either sign."""
        return (0.0,)

    def width(self) -> Numbers:
        """The scale in score over which it turns; 0 where it jumps."""
        return 0.0

    def share_unseen(self) -> Numbers:
        """Share of the samples that the scoring model was trained on; 1 but for folds."""
        return 1.0


def parse_scheme(text: str) -> Scheme:
    """The scheme named by ``text``, as on the command line, e.g. ``crossfit:5``.

    Raises:
        ValueError: for an unknown name, listing the known ones, or a parameter not allowed.
    """
    return parse(Scheme, "scheme", text)
