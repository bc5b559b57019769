"""What each claim says of the paper, how it is proved, and whether it is about finite n or a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from relabel_lab.proofs_check.registry import Claim, Kind

Outcome = Literal["confirmed", "refuted", "sharpened", "not in the paper"]
PROVED: dict[Kind, str] = {
    "symbolic": "hand, algebra",
    "enclosure": "hand, balls",
    "numerical": "numbers",
    "sampled": "sampled",
}


@dataclass(frozen=True)
class Finding:
    """What the paper says, as far as public summaries tell, and what is found here."""

    paper: str
    outcome: Outcome


NOTHING = Finding("nothing known", "not in the paper")
FINDINGS = {
    "sample-complexity": Finding(
        "Initial training needs a number of samples that matches the information-theoretic lower "
        "bound in d and p.",
        "confirmed",
    ),
    "error-exponents": Finding(
        "The lower bound on the error of initial training has (1-2p)^2 in its exponent.",
        "confirmed",
    ),
    "figure-1": Finding(
        "At a large separation retraining lifts accuracy from 89 % to 97.67 %, at a small one it "
        "does not help.",
        "confirmed",
    ),
    "quoted-q-prime": Finding(
        "One summary quotes q' = exp(-n(1-2p) gamma^2/(40 lambda_max)), a term of a longer bound.",
        "sharpened",
    ),
    "noisier-gains-more": Finding(
        "The experiments gain more where labels are noisier.",
        "sharpened",
    ),
    "window-lower-end": Finding(
        "Remark 4.10: for p near 1/2 retraining wins if n is above L log L, up to constants.",
        "sharpened",
    ),
    "window-upper-end": Finding(
        "Remark 4.10: the same remark asks for n below d^2/(rho^2 (1-2p)^2), up to constants.",
        "sharpened",
    ),
    "phase-consensus-full": Finding(
        "No theory of consensus retraining; it is the best of three in the experiments.",
        "sharpened",
    ),
    "labels-cifar-100": Finding(
        "Label accuracies on CIFAR-100 at epsilon = 3, 4, 5: predictions, consensus set.",
        "sharpened",
    ),
    "R13-privacy": Finding("Labels are privatised by randomised response.", "confirmed"),
    "code-ridge": Finding("Of arXiv 2405.14088: ridge regression on noisy labels.", "confirmed"),
    "R23-judge": Finding("Of arXiv 2410.08942: labels that a judge keeps.", "confirmed"),
    "outside-stages": Finding("Of arXiv 2501.16226: stages of self-distillation.", "confirmed"),
    "outside-averaging": Finding("Of arXiv 2402.10482: distillation averages labels.", "confirmed"),
}

# What a claim is about, by the beginning of its name; the longest beginning counts.
REGIMES = {
    "": "limit",
    "R2": "finite n",
    "R3": "finite n",
    "R4": "finite n",
    "R5-rate": "both",
    "R6-anisotropic": "both",
    "figure-1": "both",
    "labels-consensus-dirtier": "both",
    "quoted": "finite n",
    "sample-complexity": "finite n",
    "window-lower": "both",
    "window-upper": "both",
    "R13": "finite n",
    "R15": "finite n",
    "R17": "finite n",
    "code-classes": "both",
    "code-dice": "finite n",
    "code-direct": "finite n",
    "code-finite": "finite n",
    "code-fluctuations": "finite n",
    "code-sample": "finite n",
    "code-scan": "finite n",
    "code-ridge": "both",
    "outside-averaging": "finite n",
    "R23": "both",
    "code-rounds": "both",
}
FIGURES = {
    "phase": "phase_diagram",
    "R7": "critical_separation",
    "code-critical": "critical_separation",
    "figure-1": "accuracy_curves",
    "code-state-evolution": "cobweb",
    "code-rounds": "rounds",
    "code-limit-schemes": "schemes",
    "code-ridge": "learner_boundary",
}

UNTRIED = (
    (
        "Theorem 4.9, an upper bound on the error after retraining",
        "Its statement and constants are in no public summary. The exact error is known here (R3, R5).",
    ),
    (
        "The constants of Remark 4.10",
        "They are not in the summaries: the window is tried in its quoted form, with constants of ours.",
    ),
    (
        "Figure 1 as drawn",
        "Its n, d and p are not known: a setting of ours reproduces both accuracies.",
    ),
    (
        "That no method needs fewer samples than initial training",
        "A lower bound over all methods: drawing data from one method cannot try it.",
    ),
    (
        "Any sub-Gaussian margin u > 0",
        "No finite list of laws is all of them: each claim names the laws it has been tried with.",
    ),
    (
        "Deep networks on CIFAR, AG News and DomainNet",
        "Not about this model: docs/experiments.md has runs, `relabel check` makes no claim of them.",
    ),
)


def finding(claim: Claim) -> Finding:
    """What the paper says and what is found, for one claim."""
    return FINDINGS.get(claim.id, NOTHING)


def described(claim: Claim) -> dict[str, str | None]:
    """The columns that a record adds to a claim's own."""
    of = finding(claim)
    return {
        "paper": of.paper,
        "finding": of.outcome,
        "proved": PROVED[claim.kind],
        "regime": _longest(REGIMES, claim.id),
        "figure": _longest(FIGURES, claim.id),
    }


def _longest(table: dict[str, str], name: str) -> str | None:
    begins = [begin for begin in table if name.startswith(begin)]
    return table[max(begins, key=len)] if begins else None
