r"""Engine that draws the data: averaging classifier, relabelling, retraining, any number of rounds.

A round is one pass over the samples in blocks that fit in cache: scores, labels and the next
weighted sum come from the same visit of a block, for all schemes together.  The first model
is summed while its samples are being drawn.  Seeds run one after another on each device, so
a seed's numbers depend on nothing but its key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from relabel_lab.sim.direct.drawing import (
    Layout,
    arrays,
    check_scalar,
    draw_labels,
    eigenvalues,
    fold_blocks,
    layout,
    streams,
)
from relabel_lab.sim.direct.learned import learned_rounds
from relabel_lab.sim.direct.quality import label_quality, margin_parameter
from relabel_lab.sim.direct.special import special
from relabel_lab.sim.kit import positive as require_positive
from relabel_lab.sim.kit import whole
from relabel_lab.sim.learners import Averaging, Learner
from relabel_lab.sim.outcome import Outcome, outcome
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import Scheme
from relabel_lab.sim.seeds import budget, each_seed, seed_numbers


def run(
    problem: Problem,
    scheme: Scheme,
    rounds: int = 1,
    *,
    key: jax.Array,
    seeds: int | jax.Array,
    **options: Any,
) -> Outcome:
    """`run_many` for one scheme."""
    return run_many(problem, [scheme], rounds, key=key, seeds=seeds, **options)[scheme.name]


def run_many(
    problem: Problem,
    schemes: Sequence[Scheme],
    rounds: int = 1,
    *,
    key: jax.Array,
    seeds: int | jax.Array,
    positive: float = 0.5,
    dtype: Any = jnp.float32,
    memory_bytes: int | None = None,
    devices: Sequence[jax.Device] | None = None,
    learner: Learner | None = None,
    throw: bool = True,
) -> dict[str, Outcome]:
    """Train, relabel and retrain on drawn data; all schemes share the data of a seed.

    Args:
        problem: a scalar problem.
        schemes: label rules; the result is keyed by their names.
        rounds: number of retrainings, >= 0.
        key: key of the cell; seed s draws `sim.direct.sample(problem, fold_in(key, s))`.
        seeds: how many (numbered from 0), or the seed numbers themselves.
        positive: probability of a positive true label; changes no result's law.
        dtype: of the samples and scores, float32 or float64; sums are kept in float64.
        memory_bytes: what the samples may take, by default half of what is free.
        devices: devices that share the seeds, by default all local ones.
        learner: what is trained (`sim.learners`), by default the averaging classifier.
        throw: whether a learner that has not converged raises, or is only reported.

    Returns:
        An `Outcome` a scheme, arrays [seeds, rounds + 1]; a `LearnedOutcome` with a learner.

    Raises:
        ValueError: for bad input, or where memory cannot hold the samples of one seed.
        RuntimeError: where a learner has not converged for some seed and ``throw`` is set.
    """
    check_scalar(problem, positive)
    whole("rounds", rounds, 0)
    plan = layout(problem, dtype)
    need = plan.bytes + 16 * plan.rows * len(schemes) * (int(rounds) + 1)
    if learner is not None:
        need += jnp.dtype(dtype).itemsize * learner.scratch(plan.rows, plan.d)
    chosen = tuple(devices or jax.local_devices())
    most = _affordable(plan, need, memory_bytes, chosen)

    def over(one: Any, *operands: Any) -> Any:
        numbers = seed_numbers(seeds)
        return each_seed(
            one, key, numbers, arrays(operands), devices=chosen, most=most, group=plan.group
        )

    if learner is not None and not isinstance(learner, Averaging):
        return learned_rounds(plan, problem, schemes, learner, int(rounds), positive, throw, over)
    bound = [scheme.bind(problem, int(rounds)) for scheme in schemes]
    own = {scheme.name: special(scheme, plan, int(rounds)) for scheme in bound}
    rules = [scheme for scheme in bound if own[scheme.name] is None]
    columns: dict[str, Any] = {}
    if rules:
        raw = over(_Rounds(plan, int(rounds)), problem, tuple(rules), float(positive))
        columns = {scheme.name: each for scheme, each in zip(rules, raw, strict=True)}
    for scheme in bound:
        if own[scheme.name] is not None:
            columns[scheme.name] = over(own[scheme.name], problem, scheme, float(positive))
    return {scheme.name: outcome(problem.law, *columns[scheme.name]) for scheme in bound}


def _affordable(
    plan: Layout, need: int, memory_bytes: int | None, devices: tuple[jax.Device, ...]
) -> int:
    """How many seeds memory holds at the same time."""
    if memory_bytes is not None:
        require_positive("memory_bytes", memory_bytes)
    have = budget(devices) if memory_bytes is None else int(memory_bytes)
    if have < need:
        raise ValueError(
            f"memory_bytes = {have} is not allowed: one seed with n = {plan.n}, d = {plan.d} in "
            f"{plan.dtype} needs {need} bytes; the dice engine draws from the exact law "
            "without the data and needs none of it"
        )
    return have // need


class _Rounds(eqx.Module):
    """One seed: its draws, all rounds of all schemes, what is reported of them."""

    plan: Layout
    rounds: int = eqx.field(static=True)

    def __call__(self, key: jax.Array, operands: Any) -> Any:
        problem, schemes, share = operands
        for_labels, for_features = streams(key)
        labels = draw_labels(self.plan, problem, for_labels, for_features, share)
        x, total = _draw(self.plan, problem, for_features, labels)
        scales = jnp.concatenate([jnp.zeros(1), jnp.sqrt(eigenvalues(problem, self.plan.d))])
        n = self.plan.n
        theta, used = _rounds(schemes, x, labels.given, n, total / n, self.rounds)
        kappa = lax.map(  # one model at a time: digits do not depend on how many there are
            lambda model: margin_parameter(model, problem.gamma, scales),
            theta.reshape(-1, *scales.shape),
        ).reshape(theta.shape[:-1])
        columns = (kappa, *label_quality(used, labels.y, n))
        return tuple(tuple(column[:, s] for column in columns) for s in range(len(schemes)))


def _draw(plan: Layout, problem: Problem, key: jax.Array, labels: Any) -> Any:
    """Samples [blocks, height, d] and the first model's sum of given * x, while in cache."""

    def step(i: jax.Array, x: jax.Array, carry: Any) -> Any:
        store, total = carry
        total = total + (labels.given[i] @ x).astype(jnp.float64)
        return lax.dynamic_update_index_in_dim(store, x, i, 0), total

    empty = lax.empty((plan.blocks, plan.height, plan.d), plan.dtype)
    return fold_blocks(plan, problem, key, labels, step, (empty, jnp.zeros(plan.d)))


def retrain(
    scheme: Scheme, x: jax.Array, given: jax.Array, rounds: int = 1
) -> tuple[jax.Array, jax.Array]:
    """Train on given labels, relabel and retrain data at hand.

    Args:
        scheme: label rule.
        x: samples [n, d].
        given: given labels [n]; true labels are never asked for.
        rounds: number of retrainings, >= 0.

    Returns:
        The averaging classifiers [rounds + 1, d] and the labels each was trained on,
        [rounds + 1, n].
    """
    whole("rounds", rounds, 0)
    n, given = x.shape[0], given.astype(x.dtype)
    first = (given @ x).astype(jnp.float64) / n
    theta, labels = _rounds((scheme,), x[None], given[None], n, first, rounds)
    return theta[:, 0], labels[:, 0, 0]


def _rounds(
    schemes: tuple[Scheme, ...],
    x: jax.Array,
    given: jax.Array,
    n: int,
    theta: jax.Array,
    rounds: int,
) -> tuple[jax.Array, jax.Array]:
    """Models [rounds + 1, schemes, d] from the first one [d], and the labels behind each."""
    count = len(schemes)
    first = jnp.broadcast_to(theta, (count, *theta.shape))
    labels = jnp.broadcast_to(given, (count, *given.shape))

    def step(thetas: jax.Array, _: None) -> Any:
        following = _relabel(schemes, x, given, n, thetas)
        return following[0], following

    _, (models, trained_on) = lax.scan(step, first, length=rounds)
    return jnp.concatenate([first[None], models]), jnp.concatenate([labels[None], trained_on])


def _relabel(
    schemes: tuple[Scheme, ...], x: jax.Array, given: jax.Array, n: int, thetas: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The next models [schemes, d] and their labels [schemes, blocks, height], in one pass.

    Takes samples [blocks, height, d], given labels [blocks, height] and models [schemes, d];
    true labels are not known here.
    """
    weights = thetas.astype(x.dtype)

    def step(sums: jax.Array, block: Any) -> Any:
        samples, noisy = block
        new = [s.label(samples @ w, noisy) for s, w in zip(schemes, weights, strict=True)]
        new = [label.astype(x.dtype) for label in new]
        more = jnp.stack([label @ samples for label in new])
        return sums + more.astype(jnp.float64), jnp.stack(new)

    sums, labels = lax.scan(step, jnp.zeros_like(thetas), (x, given))
    return sums / n, jnp.moveaxis(labels, 1, 0)
