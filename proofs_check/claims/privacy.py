"""R13 (label privacy), R17 (class-conditional flips) and R18 (flips that depend on the margin)."""

from __future__ import annotations

import inspect
from typing import Any

import jax
import numpy as np
import sympy as sp

from relabel_lab.proofs_check.claims.limit import predictions
from relabel_lab.proofs_check.formulas import Array, Formulas
from relabel_lab.proofs_check.registry import DERIVED, OTHER, Check, Claim, Evidence, Setting
from relabel_lab.proofs_check.sampling import Cell, Results, mean_test, sample, two_means
from relabel_lab.sim import Full, Problem, direct
from relabel_lab.sim.direct import sample as draw_data
from relabel_lab.sim.kit import families
from relabel_lab.sim.schemes import Scheme


def retrain(x: Array, given: Array) -> tuple[Array, Array]:
    """Both averaging classifiers from features [n, d] and given labels [n], and nothing else."""
    first = given @ x / len(x)
    return first, np.sign(x @ first) @ x / len(x)


def kappas(x: Array, given: Array, mu: Array, sigma: float = 1.0) -> list[float]:
    """kappa (R1) of both classifiers; the direction mu is used for scoring only."""
    gamma = np.linalg.norm(mu)
    found = []
    for theta in retrain(x, given):
        along = theta @ mu / gamma
        across = np.sqrt(max(theta @ theta - along**2, 0.0))
        found.append(float(gamma * along / (sigma * across)))
    return found


def judge_privacy(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """epsilon to p and back, by algebra and in the table."""
    eps = sp.symbols("epsilon", positive=True)
    back = sp.simplify(
        sp.expand_log(sp.log((1 - 1 / (1 + sp.exp(eps))) * (1 + sp.exp(eps))), force=True)
    )
    checks = [Check("log((1-p)/p) at p = 1/(1+e^eps)", "epsilon", str(back), back == eps)]
    grid = np.array([0.01, 0.3, 1.0, 3.0, 10.0])
    p = f.flip_from_epsilon(grid)
    exact = (1 - np.tanh(grid / 2)) / 2
    gap = float(np.abs(p / exact - 1).max())
    checks.append(Check("p = (1 - tanh(eps/2))/2", "< 1e-9", gap, gap < 1e-9))
    loop = float(np.abs(f.epsilon_from_flip(exact) / grid - 1).max())
    checks.append(Check("epsilon recovered from p", "< 1e-9", loop, loop < 1e-9))
    return Evidence(tuple(checks))


def judge_withheld(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """What the label rules receive, and a run without the true labels."""
    checks = []
    for name, scheme in families(Scheme).items():
        inputs = list(inspect.signature(scheme.label).parameters)
        ok = inputs == ["self", "score", "given"]
        checks.append(Check(f"inputs of the rule {name}", "score, given", inputs, ok))
    return Evidence((*checks, _withheld(setting)))


def _withheld(setting: Setting) -> Check:
    """The engine's kappas are reproduced from x and the given labels alone."""
    problem, key = Problem(300, 41, 0.3, 1.3), jax.random.key(setting.root + 7)
    engine = np.asarray(direct.run(problem, Full(), 1, key=key, seeds=4, dtype="float64").kappa)
    mine = []
    for seed in range(4):
        data = draw_data(problem, jax.random.fold_in(key, seed), dtype="float64")
        mu = np.zeros(41)
        mu[0] = 1.3
        mine.append(kappas(np.asarray(data.x), np.asarray(data.given), mu))
    gap = float(np.abs(np.array(mine) / engine - 1).max())
    return Check("kappas with the true labels withheld", "< 1e-9", gap, gap < 1e-9)


CLASSES = (0.7, 0.1, 0.3)
CLASS_CELL = (48, 24, 1.6)


def measure_classes(setting: Setting) -> Array:
    """kappas [seeds, 2] of data whose flips depend on the class."""
    n, r, rho = CLASS_CELL
    share, plus, minus = CLASSES
    rng = np.random.default_rng((setting.root, 17))
    mu = np.zeros(r + 1)
    mu[0] = np.sqrt(rho)
    found = []
    for _ in range(setting.scale(30, 3000)):
        y = np.where(rng.random((400, n)) < share, 1.0, -1.0)
        flips = rng.random(y.shape) < np.where(y > 0, plus, minus)
        x = rng.standard_normal((400, n, r + 1))
        x[:, :, 0] = y * mu[0]
        found.append(_batch(x, np.where(flips, -y, y), mu[0]))
    return np.concatenate(found)


def _batch(x: Array, given: Array, gamma: float) -> Array:
    first = np.einsum("sn,snd->sd", given, x)
    second = np.einsum("sn,snd->sd", np.sign(np.einsum("snd,sd->sn", x, first)), x)
    columns = [gamma * t[:, 0] / np.linalg.norm(t[:, 1:], axis=1) for t in (first, second)]
    return np.stack(columns, axis=1)


def judge_classes(found: Array, f: Formulas, setting: Setting) -> Evidence:
    """Same means as with uniform flips at the effective rate."""
    n, r, rho = CLASS_CELL
    p = f.effective_flip(*CLASSES)
    uniform: Results = sample(Cell(n, r, p, rho), len(found), f, (setting.root, 18))
    tests = tuple(
        two_means(f"{name}, {CLASSES}", found[:, i], getattr(uniform, pick), 3 * setting.tolerance)
        for i, (name, pick) in enumerate((("kappa_0", "initial"), ("kappa_1", "full")))
    )
    return Evidence(tests=tests)


def margin_cells(setting: Setting) -> tuple[Cell, ...]:
    """Flips that grow rarer with the margin: memorisation strong, and weak at high noise."""
    n = setting.scale(100_000, 1_000_000)
    return (
        Cell(n // 5, 2 * (n // 5), 0.3, 1.6, "half-normal:0.5", decay=1.0),
        Cell(n, n // 4, 0.4, 0.8, "uniform:1", decay=0.5),
    )


def measure_margins(setting: Setting) -> dict[Cell, Results]:
    """Draws from the exact law near the limit."""
    seeds = setting.scale(160, 1600)
    return {
        cell: sample(cell, seeds, Formulas(), (setting.root, 19, i))
        for i, cell in enumerate(margin_cells(setting))
    }


def judge_margins(drawn: dict[Cell, Results], f: Formulas, setting: Setting) -> Evidence:
    """Means against R5 with p(m) inside every expectation."""
    tests = [
        mean_test(f"{name}, {cell}", getattr(found, name), value, setting.tolerance)
        for cell, found in drawn.items()
        for name, value in predictions(cell, f).items()
    ]
    return Evidence(tests=tuple(tests))


CLAIMS = (
    Claim(
        "R13-privacy",
        "symbolic",
        OTHER,
        r"Binary randomised response: $p = 1/(1+e^\varepsilon)$, $1-2p=\tanh(\varepsilon/2)$.",
        {"epsilon": "(0, inf)"},
        judge_privacy,
    ),
    Claim(
        "R13-withheld",
        "numerical",
        DERIVED,
        r"Retraining is post-processing of privatised labels: every label rule of `sim` has scores and given "
        r"labels as its only inputs, and four runs of full retraining are reproduced to $10^{-9}$ with the "
        r"true labels withheld.",
        {"n, d, p, gamma": (300, 41, 0.3, 1.3), "rules": sorted(families(Scheme))},
        judge_withheld,
    ),
    Claim(
        "R17-classes",
        "sampled",
        DERIVED,
        r"Class-conditional flips act on the averaging classifier through $\pi_+p_+ + \pi_-p_-$ only "
        r"(means held to 3 times the tolerance).",
        {"pi_+, p_+, p_-": CLASSES, "n, r, rho": CLASS_CELL},
        judge_classes,
        measure_classes,
    ),
    Claim(
        "R18-margin-flips",
        "sampled",
        DERIVED,
        r"Flips whose probability $p(m)$ depends on the margin: the limits of R5 hold with $p(m)$ inside "
        r"the expectations.",
        {"cells": [str(cell) for cell in margin_cells(Setting())], "p(m)": "p exp(-decay (m-1))"},
        judge_margins,
        measure_margins,
    ),
)
