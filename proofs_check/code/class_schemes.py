"""`theory.predict` with K classes (R22) against drawn data of K classes, written in NumPy."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from scipy.integrate import quad
from scipy.special import ndtr

from relabel_lab.proofs_check.code.common import near
from relabel_lab.proofs_check.code.within import within
from relabel_lab.proofs_check.formulas import Array, Formulas
from relabel_lab.proofs_check.registry import DERIVED, Claim, Evidence, Setting
from relabel_lab.sim import ClassProblem, parse_scheme
from relabel_lab.theory import predict

# classes, n, r, gamma, probability of a wrong label
PLACES = ((4, 400, 200, 1.7, 0.5), (3, 400, 100, 1.2, 0.4))
FOLDS, SHARE = 3, 0.5
SCHEMES = ("initial", "full", "consensus", f"crossfit:{FOLDS}", f"confident:{SHARE}")
SLACK = {"kappa": 0.02, "label accuracy": 0.005, "coverage": 0.005}
Model = tuple[Array, Array]


class Data:
    """One draw: classes, given labels, noise; simplex means."""

    def __init__(self, place: tuple[int, int, int, float, float], rng: np.random.Generator):
        self.k, n, r, gamma, p = place
        self.y = rng.integers(self.k, size=n)
        wrong = rng.random(n) < p
        self.given = np.where(wrong, (self.y + rng.integers(1, self.k, n)) % self.k, self.y)
        self.z = rng.standard_normal((n, r))
        self.separation = gamma**2 * self.k / (self.k - 1)
        self.fold = np.arange(n) % FOLDS

    def train(self, labels: Array, used: Array) -> Model:
        """The mean of (e_label - 1/K) times the sample: along the means [K, K], and in noise."""
        rows = (np.eye(self.k)[labels] - 1 / self.k) * used[:, None] / len(labels)
        return rows.T @ np.eye(self.k)[self.y], rows.T @ self.z

    def scores(self, model: Model) -> Array:
        """Of the training samples, [n, K]."""
        means = self.separation * (np.eye(self.k) - 1 / self.k)
        return (model[0] @ means)[:, self.y].T + self.z @ model[1].T

    @cached_property
    def first(self) -> Array:
        """Scores of the initial model."""
        return self.scores(self.train(self.given, np.ones(len(self.y))))

    def kappa(self, model: Model) -> float:
        """The mean lead of the right class over the noise of the difference of two scores."""
        a, s = np.trace(model[0]) / (self.k - 1), np.linalg.norm(model[1]) / np.sqrt(self.k - 1)
        return float(self.separation * a / (np.sqrt(2) * s))

    def relabelled(self, name: str) -> tuple[Array, Array]:
        """Labels, and which samples are used."""
        every = np.ones(len(self.y))
        if name == "initial":
            return self.given, every
        if name.startswith("crossfit"):
            return self._held_out(), every
        h = self.first
        label = h.argmax(axis=1)
        if name == "consensus":
            return label, 1.0 * (label == self.given)
        if name.startswith("confident"):
            second, first = np.sort(h, axis=1)[:, -2:].T
            lead = first - second
            return label, 1.0 * (lead >= np.quantile(lead, 1 - SHARE))
        return label, every

    def _held_out(self) -> Array:
        label = np.empty_like(self.y)
        for k in range(FOLDS):
            h = self.scores(self.train(self.given, 1.0 * (self.fold != k)))
            label[self.fold == k] = h.argmax(axis=1)[self.fold == k]
        return label


def measure(setting: Setting) -> dict[Any, Array]:
    """Kappa, label accuracy and coverage [seeds, schemes, 3] at each place."""
    seeds = setting.scale(600, 20_000)
    found = {}
    for place in PLACES:
        rng = np.random.default_rng((setting.root, 22, place[0]))
        found[place] = np.array([_results(Data(place, rng)) for _ in range(seeds)])
    return found


def _results(data: Data) -> list[list[float]]:
    rows = []
    for name in SCHEMES:
        labels, used = data.relabelled(name)
        right = (used * (labels == data.y)).sum() / used.sum()
        rows.append([data.kappa(data.train(labels, used)), float(right), float(used.mean())])
    return rows


def judge(drawn: dict[Any, Array], f: Formulas, setting: Setting) -> Evidence:
    """Every scheme at every place, and the accuracy that its kappa stands for."""
    tests, checks = [], []
    for place, values in drawn.items():
        k, n, r, gamma, p = place
        problem = ClassProblem(n, r + k - 1, p, gamma, classes=k)
        for i, name in enumerate(SCHEMES):
            limit = predict(problem, parse_scheme(name))
            numbers = (limit.kappa, limit.label_accuracy, limit.coverage)
            for j, (what, number) in enumerate(zip(SLACK, numbers, strict=True)):
                value = float(np.asarray(number)[..., 1])
                slack = SLACK[what] * (abs(value) if what == "kappa" else 1)
                if np.ptp(values[:, i, j]) > 0:
                    label = f"{what} of {name}, K={k}"
                    tests.append(within(label, values[:, i, j], value, slack))
            kappa, error = (float(np.asarray(x)[..., 1]) for x in (limit.kappa, limit.log_error))
            checks.append(near(f"error of {name}, K={k}", np.exp(error), _error(kappa, k)))
    return Evidence(tuple(checks), tuple(tests))


def _error(kappa: float, k: int) -> float:
    """Probability that one of K - 1 rivals of independent noise beats the right class."""
    return quad(
        lambda t: np.exp(-t * t / 2) * (1 - ndtr(t + np.sqrt(2) * kappa) ** (k - 1)),
        -12,
        12,
        epsabs=1e-13,
        limit=200,
    )[0] / np.sqrt(2 * np.pi)


CLAIMS = (
    Claim(
        "code-class-schemes",
        "sampled",
        DERIVED,
        r"`theory.predict` with three and with four classes (R22) is the mean of drawn data at n = "
        r"400 for five schemes (kappa to 2 %, labels and coverage to 0.005), and the accuracy that it "
        r"gives is that of its kappa, to $10^{-8}$ of adaptive quadrature.",
        {"K, n, r, gamma, p": PLACES, "schemes": SCHEMES},
        judge,
        measure,
    ),
)
