r"""Engine that draws the data: averaging classifier, relabelling, retraining, any number of rounds.

A round is one pass over the samples in blocks that fit in cache: scores, labels and the next
weighted sum come from the same visit of a block, for all schemes together.  The first model
is summed while its samples are being drawn.  Seeds run one after another on each device, so
a seed's numbers depend on nothing but its key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from relabel_lab.sim.direct.crossfit import FoldRounds
from relabel_lab.sim.direct.drawing import Layout, arrays, check_scalar, layout
from relabel_lab.sim.direct.fresh import FreshRounds
from relabel_lab.sim.direct.history import HistoryRounds
from relabel_lab.sim.direct.learned import learned_rounds
from relabel_lab.sim.direct.rounds import AveragingRounds
from relabel_lab.sim.kit import DTypeLike, PyTree, reject, whole
from relabel_lab.sim.kit import positive as require_positive
from relabel_lab.sim.learners import Averaging, Learner
from relabel_lab.sim.outcome import Outcome, outcome
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import CrossFit, Scheme
from relabel_lab.sim.seeds import budget, each_seed, seed_numbers


@dataclass(frozen=True)
class Direct:
    """The engine that draws the data and how it is to run.

    Attributes:
        positive: probability of a positive true label; changes no result's law.
        dtype: of the samples and scores, float32 or float64; sums are kept in float64.
        memory_bytes: what the samples may take, by default half of what is free.
        devices: devices that share the seeds, by default all local ones.
        learner: what is trained (`sim.learners`), by default the averaging classifier.
        throw: whether a learner that has not converged raises, or is only reported.
    """

    positive: float = 0.5
    dtype: DTypeLike = jnp.float32
    memory_bytes: int | None = None
    devices: Sequence[jax.Device] | None = None
    learner: Learner = Averaging()
    throw: bool = True

    def run(
        self,
        problem: Problem,
        schemes: Sequence[Scheme],
        rounds: int = 1,
        *,
        key: jax.Array,
        seeds: int | jax.Array,
    ) -> dict[str, Outcome]:
        """Train, relabel and retrain on drawn data; see `run_many`."""
        check_scalar(problem, self.positive)
        whole("rounds", rounds, 0)
        plan = layout(problem, self.dtype)
        over = self._over(plan, len(schemes) * (int(rounds) + 1), key, seeds)
        share = float(self.positive)
        if not isinstance(self.learner, Averaging):
            return learned_rounds(
                plan, problem, schemes, self.learner, int(rounds), share, self.throw, over
            )
        bound = [scheme.bind(problem, int(rounds)) for scheme in schemes]
        kernels = [_kernel(scheme, plan, int(rounds)) for scheme in bound]
        plain = tuple(s for s, kernel in zip(bound, kernels, strict=True) if kernel is None)
        found: dict[str, Any] = {}
        if plain:
            every = over(AveragingRounds(plan, int(rounds)), problem, plain, share)
            found = {scheme.name: one for scheme, one in zip(plain, every, strict=True)}
        for scheme, kernel in zip(bound, kernels, strict=True):
            if kernel is not None:
                found[scheme.name] = over(kernel, problem, scheme, share)
        return {scheme.name: outcome(problem.law, found[scheme.name]) for scheme in bound}

    def _over(
        self, plan: Layout, labels: int, key: jax.Array, seeds: int | jax.Array
    ) -> Callable[..., Any]:
        """What maps a kernel over the seeds; ``labels`` a sample are held at the end."""
        chosen = tuple(self.devices or jax.local_devices())
        need = plan.bytes + 16 * plan.rows * labels
        if not isinstance(self.learner, Averaging):
            need += jnp.dtype(self.dtype).itemsize * self.learner.scratch(plan.rows, plan.d)
        most = self._affordable(plan, need, chosen)
        numbers = seed_numbers(seeds)

        def over(one: Callable[..., PyTree], *operands: PyTree) -> PyTree:
            return each_seed(
                one, key, numbers, arrays(operands), devices=chosen, most=most, group=plan.group
            )

        return over

    def _affordable(self, plan: Layout, need: int, devices: tuple[jax.Device, ...]) -> int:
        """How many seeds memory holds at the same time."""
        if self.memory_bytes is not None:
            require_positive("memory_bytes", self.memory_bytes)
        have = budget(devices) if self.memory_bytes is None else int(self.memory_bytes)
        if have < need:
            allowed = (
                f"at least the {need} bytes of one seed with n = {plan.n}, d = {plan.d} in "
                f"{plan.dtype}; the dice engine draws from the exact law without the data and "
                "needs none of it"
            )
            raise reject("memory_bytes", have, allowed)
        return have // need


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
    **options: Any,
) -> dict[str, Outcome]:
    """Train, relabel and retrain on drawn data; all schemes share the data of a seed.

    Args:
        problem: a scalar problem.
        schemes: label rules; the result is keyed by their names.
        rounds: number of retrainings, >= 0.
        key: key of the cell; seed s draws `sim.direct.sample(problem, fold_in(key, s))`.
        seeds: how many (numbered from 0), or the seed numbers themselves.
        options: fields of `Direct`: positive, dtype, memory_bytes, devices, learner, throw.

    Returns:
        An `Outcome` a scheme, arrays [seeds, rounds + 1]; a `LearnedOutcome` with a learner.

    Raises:
        ValueError: for bad input, or where memory cannot hold the samples of one seed.
        RuntimeError: where a learner has not converged for some seed and ``throw`` is set.
    """
    return Direct(**options).run(problem, schemes, rounds, key=key, seeds=seeds)


def _kernel(scheme: Scheme, plan: Layout, rounds: int) -> PyTree:
    """The kernel of one seed, or None where the rule is applied sample by sample."""
    if isinstance(scheme, CrossFit):
        return FoldRounds(plan, rounds, int(scheme.folds))
    if scheme.scores == "new samples":
        return FreshRounds(plan, rounds)
    if scheme.looks_back and rounds > 1:
        return HistoryRounds(plan, rounds)
    return None
