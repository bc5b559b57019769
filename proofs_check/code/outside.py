"""What others have found and written down, against the packages: a judge, stages, label averaging."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import ndtr
from scipy.stats import norm

from relabel_lab.proofs_check.code.common import near
from relabel_lab.proofs_check.code.within import within
from relabel_lab.proofs_check.formulas import Array, Formulas
from relabel_lab.proofs_check.registry import OTHER, Check, Claim, Evidence, Setting
from relabel_lab.sim import Problem, parse_scheme
from relabel_lab.sim.learners import Ridge
from relabel_lab.sim.schemes import Interpolate
from relabel_lab.theory import predict
from relabel_lab.theory.limit import predict_ridge

# R23: samples, noise dimensions, rho, flips, and pairs (kept if right, kept if wrong)
JUDGED, KEPT = (400, 200, 1.5, 0.3), ((0.9, 0.4), (1.0, 0.0), (0.6, 0.6))


def kappa_of_judged(share: float, wrong: float, along: float = 0.0) -> float:
    r"""R23: \(\rho(\phi(1-p)-\rho_jp)/\sqrt{(\phi(1-p)+\rho_jp)/\alpha+b^2}\).

    Args:
        share: probability that a right label is kept.
        wrong: probability that a wrong one is.
        along: mean noise b of the kept labels in a direction of the judge's, 0 if there is none.
    """
    n, r, rho, p = JUDGED
    right, mistaken = share * (1 - p), wrong * p
    return float(rho * (right - mistaken) / np.hypot(np.sqrt((right + mistaken) * r / n), along))


def measure_judge(setting: Setting) -> tuple[Array, Array]:
    """Kappas [seeds, pairs] of judged data, and [seeds, 2] of a judge trained elsewhere and its heir."""
    n, r, rho, p = JUDGED
    rng, seeds = np.random.default_rng((setting.root, 23)), setting.scale(400, 20_000)
    judged, trained = np.empty((seeds, len(KEPT))), np.empty((seeds, 2))
    for seed in range(seeds):
        s, w, theirs, v = _samples(rng), rng.standard_normal((n, r)), _samples(rng), _noise(rng)
        for i, (share, wrong) in enumerate(KEPT):
            kept = rng.random(n) < np.where(s > 0, share, wrong)
            judged[seed, i] = _kappa(s * kept, w)
        # two models of the same law: the scores of the first on samples that it has not seen
        trained[seed, 0] = rho * theirs.mean() / np.linalg.norm(v)
        agrees = s * (rho * theirs.mean() + w @ v) > 0
        trained[seed, 1] = _kappa(s * agrees, w)
    return judged, trained


def _samples(rng: np.random.Generator) -> Array:
    """Given labels times true ones."""
    return np.where(rng.random(JUDGED[0]) < JUDGED[3], -1.0, 1.0)


def _noise(rng: np.random.Generator) -> Array:
    """The noise of an averaging classifier, in units of sigma."""
    return rng.standard_normal(JUDGED[1]) / np.sqrt(JUDGED[0])


def _kappa(labels: Array, noise: Array) -> float:
    return float(JUDGED[2] * labels.sum() / np.linalg.norm(labels @ noise))


def judge_judge(drawn: tuple[Array, Array], f: Formulas, setting: Setting) -> Evidence:
    """R23 on drawn data; where it keeps all right labels or any label alike, it is R5."""
    n, r, rho, p = JUDGED
    judged, trained = drawn
    tests = [
        within(f"kappa, kept {pair}", judged[:, i], value, 0.01 * value)
        for i, pair in enumerate(KEPT)
        for value in [kappa_of_judged(*pair)]
    ]
    judge = rho * (1 - 2 * p) * np.sqrt(n / r)
    accuracy = float(ndtr(judge))
    # it errs where the noise points along its own: E f z along it is phi(judge), right or wrong
    heir = kappa_of_judged(accuracy, 1 - accuracy, float(norm.pdf(judge)))
    tests.append(within("kappa of a judge", trained[:, 0], judge, 0.01 * judge))
    tests.append(within("kappa, kept by that judge", trained[:, 1], heir, 0.02 * heir))
    checks = [
        near(
            f"R5 of n = {count:g}, p = {flips}",
            _initial(round(count), flips),
            kappa_of_judged(*pair),
        )
        for pair, count, flips in ((KEPT[1], n * (1 - p), 0.0), (KEPT[2], n * KEPT[2][0], p))
    ]
    return Evidence(tuple(checks), tuple(tests))


def _initial(n: int, p: float) -> float:
    problem = Problem(n, JUDGED[1] + 1, p, np.sqrt(JUDGED[2]))
    return float(predict(problem, parse_scheme("initial")).kappa[..., 0])


class Scores(Interpolate):
    """The scores themselves as labels, times a factor."""

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Of the next stage."""
        return self.beta * score


# M/N and the errors of stages 1 and 2, read to 0.001 off the curves of arXiv 2501.16226's public notebook
STAGES = ((2.2, 0.1716, 0.1618), (4.0, 0.1499, 0.1327), (5.5, 0.1409, 0.1252))
READ = 0.0015


def judge_stages(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """Squared loss, penalties 1.5 and 0.5 on its sum over 4, second labels 0.8 times the score."""
    checks = []
    for alpha, *errors in STAGES:
        problem = Problem(round(alpha * 1e5), 100_001, 0.2, 1.0, 0.5**0.5, margin="gaussian")
        first, second = (Ridge(2 * penalty / alpha, True) for penalty in (1.5, 0.5))
        found = predict_ridge(problem, Scores(0.8), first, retrained=second, positive=0.4)
        for stage, expected in enumerate(errors):
            error = float(1 - found.accuracy[stage])
            name = f"error of stage {stage + 1} at M/N = {alpha:g}"
            checks.append(Check(name, expected, error, abs(error - expected) <= READ))
    return Evidence(tuple(checks))


# Three classes of twelve; correlations within and between; labels 5 right, 4 and 3 of the others
CLASSES, SIZE, WITHIN, BETWEEN, PENALTY = 3, 12, 0.5, 0.1, 0.01
LABELS, FITS = (5, 4, 3), 8


def averaged(fits: int) -> Array:
    r"""Scores [n, K] of ``fits`` ridge fits on their own scores, the first on labels \(\pm1\).

    The Gram matrix has one eigenvalue for differences within classes, one for those between
    classes and one for the mean: each fit multiplies by \(\lambda/(\lambda + nL)\).
    """
    n, y = CLASSES * SIZE, _labels()
    own = 1 - WITHIN
    between = own + SIZE * (WITHIN - BETWEEN)
    shrink = [(x / (x + n * PENALTY)) ** fits for x in (own, between, between + n * BETWEEN)]
    mean = np.broadcast_to(y.mean(axis=0), y.shape)
    by_class = np.repeat(y.reshape(CLASSES, SIZE, CLASSES).mean(axis=1), SIZE, axis=0)
    parts = (y - by_class, by_class - mean, mean)
    return np.asarray(sum(s * part for s, part in zip(shrink, parts, strict=True)))


def fits_needed() -> int:
    """How many fits it takes until every class has the label of its majority."""
    n, own = CLASSES * SIZE, 1 - WITHIN
    between, lead = own + SIZE * (WITHIN - BETWEEN), (LABELS[0] - LABELS[1]) / SIZE
    ratio = between * (own + n * PENALTY) / (own * (between + n * PENALTY))
    return int(np.ceil(-np.log(lead) / np.log(ratio)))


def _labels() -> Array:
    """Given labels, +-1 in a column for each class."""
    given = [
        (k + shift) % CLASSES
        for k in range(CLASSES)
        for shift in range(CLASSES)
        for _ in range(LABELS[shift])
    ]
    return np.where(np.eye(CLASSES)[given] > 0, 1.0, -1.0)


@eqx.filter_jit
def _fitted(x: jax.Array, labels: jax.Array) -> jax.Array:
    """Scores of one fit of the package, a column for each class."""
    return jax.vmap(lambda y: x @ Ridge(PENALTY).fit(x, y).theta, 1, 1)(labels)


def judge_averaging(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """Every fit's scores, and the number of fits after which all training labels are right."""
    n = CLASSES * SIZE
    member = np.repeat(np.arange(CLASSES), SIZE)
    gram = np.where(member[:, None] == member, WITHIN, BETWEEN) + (1 - WITHIN) * np.eye(n)
    x, scores = jnp.asarray(np.linalg.cholesky(gram)), jnp.asarray(_labels())
    checks, right = [], []
    for fit in range(1, FITS + 1):
        scores = _fitted(x, scores)
        away = float(np.abs(np.asarray(scores) - averaged(fit)).max())
        checks.append(Check(f"largest difference of scores, fit {fit}", 0, away, away < 1e-10))
        right.append(float(np.mean(np.argmax(np.asarray(scores), axis=1) == member)))
    first = next((fit for fit, share in enumerate(right, 1) if share == 1), None)
    checks.append(
        Check("fits until all labels are right", fits_needed(), first, first == fits_needed())
    )
    checks.append(
        Check(
            "right after one fit",
            LABELS[0] / SIZE,
            right[0],
            abs(right[0] - LABELS[0] / SIZE) < 1e-12,
        )
    )
    return Evidence(tuple(checks))


CLAIMS = (
    Claim(
        "R23-judge",
        "sampled",
        OTHER,
        r"Training on labels that an independent judge keeps, the right ones with probability $\phi$ "
        r"and the wrong ones with $\rho_j$ (arXiv 2410.08942), has "
        r"$\kappa=\rho(\phi(1-p)-\rho_jp)/\sqrt{(\phi(1-p)+\rho_jp)/\alpha+b^2}$ with $b=0$: drawn data at "
        r"n = 400 to 1 %. An averaging classifier of other data is no such judge: its errors share a "
        r"direction of noise, $b=\varphi(\kappa_j)$ at its own $\kappa_j$ (to 2 %).",
        {"n, r, rho, p": JUDGED, "kept if right, if wrong": KEPT},
        judge_judge,
        measure_judge,
    ),
    Claim(
        "outside-stages",
        "numerical",
        OTHER,
        r"`theory.limit.predict_ridge` has the errors of two stages of self-distillation with squared "
        r"loss that the public notebook of arXiv 2501.16226 plots, to 0.0015 (readings are good to "
        r"0.001).",
        {"M/N, error of stage 1, of stage 2": STAGES},
        judge_stages,
    ),
    Claim(
        "outside-averaging",
        "numerical",
        OTHER,
        r"Many classes: ridge fitted to its own scores averages labels over correlated samples, as "
        r"arXiv 2402.10482 says of softmax regression. At one Gram matrix of three classes the scores "
        r"of eight fits are powers of three factors, and all training labels are right from the fit on "
        r"that these give.",
        {
            "classes": CLASSES,
            "of a class": SIZE,
            "correlations": (WITHIN, BETWEEN),
            "penalty": PENALTY,
        },
        judge_averaging,
    ),
)
