"""Ridge and logistic regression, retrained on their own labels for any number of rounds (R26)."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Problem
from relabel_lab.sim.direct import log_error
from relabel_lab.sim.kit import reject, require, whole
from relabel_lab.sim.learners import Learner, Penalised
from relabel_lab.sim.noise import ClassFlips
from relabel_lab.sim.schemes import Initial, Scheme
from relabel_lab.theory.limit.learners.losses import loss_of
from relabel_lab.theory.limit.learners.nodes import COARSE, EDGES, REPLICATES, sobol
from relabel_lab.theory.limit.learners.replay import Panels, Points, replayed
from relabel_lab.theory.limit.learners.solving import ENOUGH, solve
from relabel_lab.theory.limit.learners.stages import Stage, World
from relabel_lab.theory.status import Prediction, Status


_NOTHING = 1e-15  # mean square by which labels move: none that 64 bits would notice


class LearnerPrediction(Prediction):
    """A `Prediction` of scalars over rounds; ``error`` [rounds + 1] is that of kappa."""

    error: jax.Array


def predict_learner(
    problem: Problem,
    scheme: Scheme,
    learner: Learner | Sequence[Learner],
    rounds: int = 1,
    *,
    positive: float = 0.5,
) -> LearnerPrediction:
    """Kappa, log-error, label accuracy and coverage of round 0 ... ``rounds``, in the limit (R26).

    Args:
        problem: a scalar problem with isotropic noise and flips that depend on class or margin.
        scheme: initial, full, consensus, interpolate or soft: rules of one sample's score and
            label that are not made for the averaging classifier.
        learner: ridge or logistic regression; or one of each round, rounds + 1 of them.
        rounds: >= 0.
        positive: share of positive true labels; with an intercept the law depends on it.

    Returns:
        Arrays [rounds + 1].  Up to round 1 by quadrature, the error from another rule; from round 2
        on by quasi-Monte Carlo, the error of the mean of eight replicates.  Where the equations were
        not solved, NaN with a status.

    Raises:
        ValueError: for a spectrum, noise that depends on z, a scheme or learner without a limit, or
            a share other than that of flips by class.
    """
    whole("rounds", rounds, 0)
    learners = _each_round(learner, rounds)
    _insist(problem, scheme, positive)
    if isinstance(scheme, Initial) and len({float(each.penalty) for each in learners}) == 1:
        return _repeated(predict_learner(problem, scheme, learners[0], 0, positive=positive), rounds)
    share = jnp.asarray(positive, jnp.float64)
    world = World(
        *(jnp.asarray(x, jnp.float64) for x in (problem.gamma, problem.sigma, problem.alpha)),
        learners[0].intercept,
    )
    if rounds <= 1:
        rules = [Panels(problem, share, edges) for edges in (COARSE, EDGES)]
    else:
        rules = [Points(sobol(problem, share, rounds + 1, i)) for i in range(REPLICATES)]
    runs = np.stack([_trajectory(world, scheme, learners, rule) for rule in rules])
    centre, error = _summarised(runs, quadrature=rounds <= 1)
    kappa, shift, right, coverage = map(jnp.asarray, centre)
    solved = bool(np.isfinite(runs).all())
    return LearnerPrediction(
        kappa,
        log_error(problem.law, kappa, shift, share),
        right,
        coverage,
        jnp.asarray(int(Status.PREDICTED if solved else Status.UNDEFINED)),
        jnp.asarray(error),
    )


def _each_round(learner: Learner | Sequence[Learner], rounds: int) -> list[Penalised]:
    learners = [learner] * (rounds + 1) if isinstance(learner, Learner) else list(learner)
    if len(learners) != rounds + 1:
        raise reject("learner", f"{len(learners)} of them", f"one, or {rounds + 1}, one a round")
    if len({each.intercept for each in learners if isinstance(each, Penalised)}) > 1:
        raise reject("learner", "with and without intercept", "the same in every round")
    for each in learners:
        loss_of(each)
    return [each for each in learners if isinstance(each, Penalised)]


def _insist(problem: Problem, scheme: Scheme, positive: float) -> None:
    if problem.spectrum is not None:
        raise reject("spectrum", "given", "isotropic for a learner in the limit; direct answers")
    if not scheme.any_learner or scheme.scores != "in-sample":
        raise reject(
            "scheme", scheme.name, "initial, full, consensus, interpolate or soft for a learner"
        )
    require("positive", positive, lambda share: (share >= 0) & (share <= 1), "in [0, 1]")
    if isinstance(problem.noise, ClassFlips) and positive != problem.noise.positive:
        raise reject("positive", positive, f"{problem.noise.positive}, as the noise says")


def _repeated(once: LearnerPrediction, rounds: int) -> LearnerPrediction:
    """The same model in every round."""
    again = {
        name: jnp.repeat(getattr(once, name), rounds + 1)
        for name in ("kappa", "log_error", "label_accuracy", "coverage", "error")
    }
    return LearnerPrediction(**again, status=once.status)


def _summarised(runs: np.ndarray, quadrature: bool) -> tuple[np.ndarray, np.ndarray]:
    """Numbers [4, rounds + 1] and the error of kappa from runs [rules, 4, rounds + 1]."""
    if quadrature:
        return runs[-1], np.abs(runs[-1] - runs[0])[0]
    return runs.mean(0), runs.std(0, ddof=1)[0] / np.sqrt(len(runs))


def _trajectory(
    world: World, scheme: Scheme, learners: list[Penalised], rule: Panels | Points
) -> np.ndarray:
    """Kappa, shift, label accuracy and coverage of every stage, [4, rounds + 1]."""
    stages: tuple[Stage, ...] = ()
    columns: list[np.ndarray] = []
    for t, learner in enumerate(learners):
        nodes = rule.nodes(world, scheme, learners, stages)
        samples = replayed(scheme, learners, stages, nodes)
        same_penalty = len({float(each.penalty) for each in learners[t - 1 :]}) == 1
        if stages and samples.moved < _NOTHING and same_penalty:
            return np.stack([*columns, *columns[-1:] * (len(learners) - t)], axis=-1)
        stage = solve(world, loss_of(learner), learner.penalty, stages, nodes, samples)
        spread = jnp.linalg.norm(stage.row.mixing)
        right = nodes.mean(samples.label * nodes.y > 0) / samples.share
        numbers = stage.row.signal / spread, stage.row.intercept / spread, right, samples.share
        columns.append(np.where(stage.residual <= ENOUGH, np.stack(numbers), np.nan))
        stages = (*stages, stage)
    return np.stack(columns, axis=-1)
