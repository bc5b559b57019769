r"""Any number of rounds and schemes on one draw of the data, exact in law (R19).

In the symmetrised frame sample i has margin m, flip sign s = +-1 and noise s z = w, a row of W.
A model is \(\theta = a\mu + \Sigma^{1/2}v\) with \(a = \mathrm{mean}(fm)\) and
\(v = W^\top(sf)/n\); its score is \(m\gamma^2 a + s\,W\Sigma v\).
"""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.dice import bases as dice_bases
from relabel_lab.sim.dice.bases import Bases
from relabel_lab.sim.dice.chi import chi
from relabel_lab.sim.kit import PyTree
from relabel_lab.sim.outcome import RoundSummary
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import History, Scheme

MARGINS, FLIPS, LEFT, RIGHT, LENGTH = range(5)  # sub-streams of a seed


class Symmetrised(eqx.Module):
    """Padded to [N]; ``inside`` marks the first n entries, and s, m vanish on the others."""

    inside: jax.Array
    s: jax.Array
    m: jax.Array


def seed_outcome(
    key: jax.Array, problem: Problem, schemes: tuple[Scheme, ...], rounds: int, samples: int
) -> RoundSummary:
    """All schemes on one seed; arrays [schemes, rounds + 1].

    Args:
        key: the seed's key.
        problem: scalar problem whose ``n`` and ``d`` may be traced.
        schemes: label rules, applied to the same data.
        rounds: number of retraining rounds.
        samples: padded length N >= n.
    """
    sample = draw_sample(key, problem, samples)
    count, slots = len(schemes), 1 + rounds * len(schemes)
    wide = slots if problem.spectrum is None else problem.spectrum.shape[-1]
    rules = [_rule(sample, scheme) for scheme in schemes]
    remembers = any(scheme.looks_back for scheme in schemes)
    bases = dice_bases.empty(slots, samples, wide)
    bases, first, model = _train(key, problem, sample, bases, jnp.asarray(0), sample.s)
    carry = jax.tree.map(
        lambda leaf: jnp.stack([leaf] * count), (model, History(sample.s, sample.s))
    )

    # One body for all schemes: a program's size does not grow with them.
    def step(carry: PyTree, slot: jax.Array) -> tuple[Any, RoundSummary]:
        bases, every = carry
        turn, number = slot // count, slot % count
        model, past = jax.tree.map(lambda leaf: leaf[number], every)
        bases, score = _score(key, problem, sample, bases, slot, model)
        new = jax.lax.switch(number, rules, turn, score, past)
        bases, found, following = _train(key, problem, sample, bases, slot + 1, new.trained)
        # An empty selection keeps the model, and the labels that it was trained on.
        empty = found.coverage == 0
        model = jax.tree.map(lambda old, late: jnp.where(empty, old, late), model, following)
        if remembers:
            new = jax.tree.map(lambda old, late: jnp.where(empty, old, late), past, new)
        every = jax.tree.map(lambda leaf, x: leaf.at[number].set(x), every, (model, new))
        return (bases, every), found

    _, later = jax.lax.scan(step, (bases, carry), jnp.arange(rounds * count))
    return jax.tree.map(
        lambda a, b: jnp.concatenate([jnp.full((count, 1), a), b.reshape(rounds, count).T], axis=1),
        first,
        later,
    )


def _rule(sample: Symmetrised, scheme: Scheme) -> Callable[[Any, jax.Array, History], History]:
    def labels(turn: jax.Array, score: jax.Array, last: History) -> History:
        new = scheme.relabel(turn, score, sample.s, last)
        return jax.tree.map(lambda leaf: jnp.where(sample.inside, leaf, 0.0), new)

    return labels


def draw_sample(key: jax.Array, problem: Problem, samples: int) -> Symmetrised:
    """Margins and flips of a seed, padded to ``samples``."""
    inside = jnp.arange(samples) < problem.n
    m = problem.law.sample(jax.random.fold_in(key, MARGINS), (samples,))
    flip = jax.random.uniform(
        jax.random.fold_in(key, FLIPS), (samples,)
    ) < problem.exact_noise.flip_given_margin(m)
    return Symmetrised(
        inside, jnp.where(inside, jnp.where(flip, -1.0, 1.0), 0), jnp.where(inside, m, 0)
    )


def _train(
    key: jax.Array,
    problem: Problem,
    sample: Symmetrised,
    bases: Bases,
    slot: jax.Array,
    f: jax.Array,
) -> tuple[Bases, RoundSummary, tuple[jax.Array, jax.Array]]:
    """Average the samples with labels f; the model is (a, Sigma v).

    A new direction is looked for in what f changes of the given labels: in f itself rounding
    would hide a small change.
    """
    given = jnp.where(slot == 0, 0, sample.s)
    bases, change = left_product(key, problem, sample, bases, slot, f - given)
    total = change + dice_bases.known(bases, sample.s * given) * _eigenvalues(problem)
    a = jnp.sum(f * sample.m) / problem.n
    u = total / problem.n
    used = jnp.sum(f != 0)
    right = jnp.sum(f > 0) / used
    length = jnp.sqrt(u @ u)
    lost = (length == 0) & (a == 0)  # no label left: the zero classifier
    kappa = jnp.where(lost, 0, problem.gamma**2 * a / jnp.where(lost, 1, length))
    same = unchanged(f, sample.s, sample.inside)
    return bases, RoundSummary(kappa, right, used / problem.n, same), (a, u)


def unchanged(f: jax.Array, s: jax.Array, inside: jax.Array) -> jax.Array:
    """Whether labels f [N] are the given ones s = +-1 times one positive number."""
    first = f[0] * s[0]  # there are at least two samples, the first ones inside
    return (first > 0) & jnp.all((f * s == first) | ~inside)


def left_product(
    key: jax.Array,
    problem: Problem,
    sample: Symmetrised,
    bases: Bases,
    slot: jax.Array,
    f: jax.Array,
) -> tuple[Bases, jax.Array]:
    """Sigma W^T (s f): n Sigma v of the model trained on labels f."""
    key = jax.random.fold_in(jax.random.fold_in(key, LEFT), slot)
    bases, total = dice_bases.from_left(
        bases, slot, sample.s * f, lambda is_new: _right_vector(key, problem, bases, slot, is_new)
    )
    return bases, total * _eigenvalues(problem)


def _score(
    key: jax.Array,
    problem: Problem,
    sample: Symmetrised,
    bases: Bases,
    slot: jax.Array,
    model: tuple[jax.Array, jax.Array],
) -> tuple[Bases, jax.Array]:
    """Scores [N] of the samples under the model (a, Sigma v)."""
    a, u = model
    key = jax.random.fold_in(jax.random.fold_in(key, RIGHT), slot)
    draw = lambda: jnp.where(sample.inside, jax.random.normal(key, sample.m.shape), 0)  # noqa: E731
    bases, field = dice_bases.from_right(bases, slot, u, draw)
    return bases, sample.m * problem.gamma**2 * a + sample.s * field


def _eigenvalues(problem: Problem) -> PyTree:
    return problem.sigma**2 if problem.spectrum is None else problem.spectrum


def _right_vector(
    key: jax.Array, problem: Problem, bases: Bases, slot: jax.Array, is_new: jax.Array
) -> jax.Array:
    """Fresh Gaussian vector in noise space.

    Isotropic noise has no preferred axes: coordinate k is the direction that the k-th new left
    vector opened, so earlier coordinates get a normal each and the rest of the r dimensions
    enters through its length, chi with r - (directions so far) degrees of freedom.
    """
    wide = bases.right.shape[1]
    normals = jax.random.normal(key, (wide,))
    if problem.spectrum is not None:
        return normals
    known = jnp.diagonal(bases.left_image) != 0
    freedom = problem.r - jnp.sum(known)
    opened = jnp.where(is_new & (freedom > 0), chi(jax.random.fold_in(key, LENGTH), freedom), 0)
    return jnp.where(known, normals, 0).at[slot].set(opened)
