"""`theory.predict` for one round: every scheme, margin law, kind of exact noise, and spectra."""

from __future__ import annotations

from typing import Any

from relabel_lab.proofs_check.code.common import SCHEMES, near, problem_of
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.reference import Setup, kappa, moments, prediction
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting
from relabel_lab.sim import Problem, parse_scheme
from relabel_lab.theory import predict

PLAIN = Setup(1000, 400, 1.4, "uniform:0.3", "half-normal:0.5")
PLACES = (
    Setup(300, 500, 1.6, "uniform:0.2"),
    Setup(900, 300, 1.1, "margin:0.35,0.8", "uniform:1"),
    Setup(800, 400, 2.0, "classes:0.1,0.3,0.7", "gaussian"),
    Setup(800, 400, 1.3, "annotators:0.1,0.3,0.4", "half-normal:1"),
    Setup(800, 400, 1.2, "margin:0.3,0.5", "gaussian"),
)
SPECTRA = (
    Setup(700, 300, 1.5, "uniform:0.3", "constant", 0.15),
    Setup(700, 300, 1.5, "margin:0.3,0.8", "uniform:1", 0.12),
)
QUANTITIES = ("kappa", "log_error", "label_accuracy", "coverage")


def confronted(at: Setup, scheme: str) -> list[Check]:
    """All numbers of one prediction against the reference."""
    found, expected = predict(problem_of(at), parse_scheme(scheme)), prediction(scheme, at)
    return [
        near(f"{name} of {scheme}, {at}", getattr(found, name)[..., 1], expected[name])
        for name in QUANTITIES
    ]


def judge_schemes(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """Every scheme at one problem."""
    return Evidence(tuple(check for name in SCHEMES for check in confronted(PLAIN, name)))


def judge_places(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """Full and consensus retraining under every margin law and exact noise."""
    names = ("full", "consensus")
    return Evidence(tuple(c for at in PLACES for name in names for c in confronted(at, name)))


SPECTRAL = ("full", "consensus", "crossfit:3", "leave-one-out", "soft:0.7", "confident:0.4")


def judge_spectra(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """Schemes with a spectrum; a spectrum that dominates has no prediction."""
    checks = [c for name in SPECTRAL for c in confronted(SPECTRA[0], name)]
    checks += [c for name in ("full", "consensus") for c in confronted(SPECTRA[1], name)]
    wild = Problem(398, 30, 0.3, 2.82, spectrum=[100.0] + [0.01] * 28)
    value = float(predict(wild, parse_scheme("full")).kappa[..., 1])
    checks.append(Check("one eigenvalue dominates: no prediction", "nan", value, value != value))
    return Evidence(tuple(checks))


def ratio_at_maximal_noise(at: Setup, scheme: str) -> float:
    """kappa_1 / kappa_0 at the flip rate of ``at``, which is close to 1/2."""
    return kappa(moments(scheme, at), at) / kappa(moments("initial", at), at)


def _claim(name: str, statement: str, domain: dict[str, Any], judge: Any) -> Claim:
    return Claim(name, "numerical", DERIVED, statement, domain, judge)


CLAIMS = (
    _claim(
        "code-limit-schemes",
        r"`theory.predict` gives for each of the twelve schemes the kappa, log-error, label accuracy "
        r"and coverage of R5, R10, R11 at one problem, to $10^{-8}$ of an independent quadrature.",
        {"problem": str(PLAIN), "schemes": SCHEMES},
        judge_schemes,
    ),
    _claim(
        "code-limit-noise",
        r"The same for full and consensus retraining under every margin law and every kind of noise "
        r"that the exact laws allow (R17, R18), at five problems.",
        {"problems": [str(at) for at in PLACES]},
        judge_places,
    ),
    _claim(
        "code-limit-spectrum",
        r"The same with the spectra $\lambda_j\propto j^{-0.15}$ and $j^{-0.12}$ (R5s); one dominating "
        r"eigenvalue gets no prediction.",
        {"problems": [str(at) for at in SPECTRA], "schemes": SPECTRAL},
        judge_spectra,
    ),
)
