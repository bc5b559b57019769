"""What a limit over rounds asks of a label rule: its labels, and where they jump or turn."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers, Scalar
from relabel_lab.sim.schemes import CrossFit, History, Optimal, Scheme
from relabel_lab.theory.limit.label_moments import weights


class Signs(Scheme):
    """A rule of the signs of score and given label alone: w1 sign + w0 given (R4, R5, R9).

    One family for all of them, so that they share compiled programs.
    """

    predicted: Numbers
    given: Numbers

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """The weighted sum of both labels."""
        return self.predicted * jnp.sign(score) + self.given * given


def elementwise(scheme: Scheme) -> Scheme:
    """The rule that a sample meets."""
    signs = scheme.hard or isinstance(scheme, CrossFit)
    return Signs(*weights(scheme)) if signs else scheme


def is_stepwise(rule: Scheme) -> bool:
    """Whether labels are constant between jumps."""
    width = rule.width()
    return isinstance(width, float) and width == 0


def width_at(rule: Scheme, turn: int) -> jax.Array:
    """The scale of turning of a rule whose constants may differ from turn to turn."""
    width = jnp.asarray(rule.width(), jnp.float64)
    return width[turn] if width.ndim else width


def jumps(rule: Scheme, scale: jax.Array) -> jax.Array:
    """Scores over ``scale`` around which the rule jumps or turns at both signs, rising, [E]."""
    turns = rule.turns()
    if all(isinstance(turn, float) and turn == 0 for turn in turns):
        return jnp.zeros(len(turns[:1]))
    rising = jnp.stack([jnp.asarray(turn, jnp.float64) for turn in turns]) / scale
    rising = jnp.sort(rising) if len(turns) > 1 else rising
    return jnp.concatenate([-rising[::-1], rising])


def relabelled(
    scheme: Scheme, turn: int | jax.Array, score: jax.Array, scale: jax.Array, last: History
) -> History:
    r"""Labels s f of round ``turn`` + 1 at symmetrised scores \(s h\) over ``scale``.

    Rules are odd, so the given label may be read as right, 1.
    """
    shape = jnp.broadcast_shapes(score.shape, last.trained.shape)
    score = jnp.broadcast_to(scale * score, shape)
    last = History(*(jnp.broadcast_to(x, shape) for x in last))
    return scheme.relabel(turn, score, jnp.ones(shape), last)


def places(rule: Scheme, turn: int, scale: jax.Array, last: History) -> jax.Array:
    """Scores over the scale at which the label of round ``turn`` + 1 jumps or changes sign, [N, E].

    Where posterior means less their correction cross zero depends on the history [N].
    """
    if isinstance(rule, Optimal):
        slope, omega = (jnp.atleast_1d(x)[turn] for x in (rule.slope, rule.pull_back))
        turned = jnp.arctanh(jnp.clip(omega * last.trained, -0.999, 0.999))
        zero = rule.memory * last.believed + (turned - rule.log_odds / 2) / slope
        return (zero / scale)[:, None]
    at = jumps(rule, scale)
    return jnp.broadcast_to(at, (*last.trained.shape, at.size))


def folds_of(scheme: Scheme) -> Scalar | None:
    """Number of folds of cross-fitting, None for rules whose model labels its own samples."""
    return scheme.folds if isinstance(scheme, CrossFit) else None
