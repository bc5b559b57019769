"""Ridge and logistic regression, retrained on their own labels for any number of rounds (R26)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Problem
from relabel_lab.sim.direct import log_error
from relabel_lab.sim.kit import reject, whole
from relabel_lab.sim.learners import Learner, Penalised
from relabel_lab.sim.margins import Constant
from relabel_lab.sim.schemes import Initial, Scheme
from relabel_lab.theory.limit.learners.allowed import isotropic_only, share_of_positives
from relabel_lab.theory.limit.learners.losses import loss_of
from relabel_lab.theory.limit.learners.nodes import ASKEW, EDGES, REPLICATES, sobol
from relabel_lab.theory.limit.learners.replay import Panels, Points, replayed
from relabel_lab.theory.limit.learners.solving import ENOUGH, solve
from relabel_lab.theory.limit.learners.stages import Stage, World
from relabel_lab.theory.status import Prediction, Status

_NOTHING = 1e-15  # mean square by which labels move: none that 64 bits would notice
_RESOLVED = 0.02  # error of intercept over score deviation: moves an accuracy by at most 0.008


class LearnerPrediction(Prediction):
    """A `Prediction` of scalars over rounds; ``error`` [rounds + 1] is that of kappa."""

    error: jax.Array


def predict_learner(
    problem: Problem,
    scheme: Scheme | Sequence[Scheme],
    learner: Learner | Sequence[Learner],
    rounds: int = 1,
    *,
    positive: float | None = None,
) -> LearnerPrediction:
    """Kappa, log-error, label accuracy and coverage of round 0 ... ``rounds``, in the limit (R26).

    Args:
        problem: a scalar problem with isotropic noise and flips that depend on class or margin.
        scheme: initial, full, consensus, interpolate or soft: rules of one sample's score and
            label that are not made for the averaging classifier; or one of each retraining.
        learner: ridge or logistic regression; or one of each round, rounds + 1 of them.
        rounds: >= 0.
        positive: share of positive true labels, by default the noise's or 1/2; with an intercept
            the law depends on it.

    Returns:
        Arrays [rounds + 1]: by quadrature up to round 1 at constant margin, the error its distance
        from another rule; else by quasi-Monte Carlo, the error that of the mean of eight
        replicates.  Where the equations were not solved, or the intercept is not resolved (scores
        next to 0 under a heavy penalty), NaN with a status.

    Raises:
        ValueError: for a spectrum, noise that depends on z, a scheme or learner without a limit, or
            a share other than that of flips by class.
    """
    whole("rounds", rounds, 0)
    learners = _each_round(learner, rounds)
    share = share_of_positives(problem, positive)
    schemes = [scheme] * rounds if isinstance(scheme, Scheme) else list(scheme)
    _insist(problem, schemes, rounds)
    if rounds and all(isinstance(each, Initial) for each in schemes) and _alike(learners):
        return _repeated(predict_learner(problem, [], learners[0], 0, positive=share), rounds)
    gamma, sigma, alpha = (
        jnp.asarray(x, jnp.float64) for x in (problem.gamma, problem.sigma, problem.alpha)
    )
    world = World(gamma, sigma, alpha, learners[0].intercept)
    quadrature = rounds == 0 or (rounds == 1 and isinstance(problem.law, Constant))
    rules = _rules(problem, jnp.asarray(share), rounds, quadrature)
    runs = np.stack(list(_until_lost(_trajectory(world, schemes, learners, r) for r in rules)))
    centre, error = _summarised(runs, quadrature)
    kappa, shift, right, coverage = map(jnp.asarray, centre)
    solved = bool(np.isfinite(runs).all()) and bool((error[1] < _RESOLVED).all())
    if not solved:
        kappa, shift, right, coverage = (each * jnp.nan for each in (kappa, shift, right, coverage))
    return LearnerPrediction(
        kappa,
        log_error(problem.law, kappa, shift, jnp.asarray(share)),
        right,
        coverage,
        jnp.asarray(int(Status.PREDICTED if solved else Status.UNSOLVED)),
        jnp.asarray(error[0]),
    )


def _rules(
    problem: Problem, share: jax.Array, rounds: int, quadrature: bool
) -> list[Panels] | list[Points]:
    """Two rules of quadrature, or replicates of quasi-Monte Carlo."""
    if quadrature:
        return [Panels(problem, share, edges) for edges in (ASKEW, EDGES)]
    return [Points(sobol(problem, share, rounds + 1, i)) for i in range(REPLICATES)]


def _each_round(learner: Learner | Sequence[Learner], rounds: int) -> list[Penalised]:
    learners = [learner] * (rounds + 1) if isinstance(learner, Learner) else list(learner)
    if len(learners) != rounds + 1:
        raise reject("learner", f"{len(learners)} of them", f"one, or {rounds + 1}, one a round")
    if len({each.intercept for each in learners if isinstance(each, Penalised)}) > 1:
        raise reject("learner", "with and without intercept", "the same in every round")
    for each in learners:
        loss_of(each)
    return [each for each in learners if isinstance(each, Penalised)]


def _insist(problem: Problem, schemes: list[Scheme], rounds: int) -> None:
    isotropic_only(problem)
    shape = jnp.broadcast_shapes(*(jnp.shape(leaf) for leaf in jax.tree.leaves(problem)))
    if shape != ():
        raise reject("problem", f"an array of shape {shape}", "one problem at a time for a learner")
    if len(schemes) != rounds:
        raise reject("scheme", f"{len(schemes)} of them", f"one, or {rounds}, one a retraining")
    for scheme in schemes:
        if not scheme.any_learner or scheme.scores != "in-sample":
            allowed = "initial, full, consensus, interpolate or soft for a learner in the limit"
            raise reject("scheme", scheme.name, f"{allowed}; direct answers")


def _until_lost(runs: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The runs up to the first without a solution, which settles that there is no prediction."""
    for run in runs:
        yield run
        if not np.isfinite(run).all():
            return


def _alike(learners: Sequence[Penalised]) -> bool:
    """Whether the same labels give all of them the same model."""
    return len({(type(each), float(each.penalty)) for each in learners}) == 1


def _repeated(once: LearnerPrediction, rounds: int) -> LearnerPrediction:
    """The same model in every round."""
    again = {
        name: jnp.repeat(getattr(once, name), rounds + 1)
        for name in ("kappa", "log_error", "label_accuracy", "coverage", "error")
    }
    return LearnerPrediction(**again, status=once.status)


def _summarised(runs: np.ndarray, quadrature: bool) -> tuple[np.ndarray, np.ndarray]:
    """Numbers [4, rounds + 1] and their errors from runs [rules, 4, rounds + 1]."""
    if quadrature:
        return runs[-1], np.abs(runs[-1] - runs[0])
    return runs.mean(0), runs.std(0, ddof=min(1, len(runs) - 1)) / np.sqrt(len(runs))


def _trajectory(
    world: World, schemes: list[Scheme], learners: list[Penalised], rule: Panels | Points
) -> np.ndarray:
    """Kappa, shift, label accuracy and coverage of every stage, [4, rounds + 1]."""
    stages: tuple[Stage, ...] = ()
    columns: list[np.ndarray] = []
    for t, learner in enumerate(learners):
        nodes = rule.nodes(schemes, learners, stages)
        samples = replayed(schemes, learners, stages, nodes)
        if stages and samples.moved < _NOTHING and _alike(learners[t - 1 :]):
            return np.stack([*columns, *columns[-1:] * (len(learners) - t)], axis=-1)
        stage = solve(world, loss_of(learner), learner.penalty, stages, nodes, samples)
        spread = jnp.linalg.norm(stage.row.mixing)
        right = nodes.mean(samples.label * nodes.y > 0) / samples.share
        numbers = stage.row.signal / spread, stage.row.intercept / spread, right, samples.share
        if stage.residual > ENOUGH:
            return np.full((4, len(learners)), np.nan)
        columns.append(np.stack(numbers))
        stages = (*stages, stage)
    return np.stack(columns, axis=-1)
