r"""Both sides of every comparison of the phase maps, from the definitions of R5 and R10.

Consensus and predicted labels are compared by \(-\log\) of their error, full and cross-fitted models by
\(\log(\kappa k/\rho)\): both keep their digits where hardly a label is wrong.
"""

from __future__ import annotations

from flint import arb

from relabel_lab.proofs_check.verifiers.duals import Dual, cumulative, density, log_tail, tail

FOLDS = 5
VALUES = {
    "full-initial": ("full", "initial"),
    "consensus-initial": ("consensus", "initial"),
    "consensus-full": ("consensus", "full"),
    "crossfit-full": ("crossfit, log", "full, log"),
    "predicted-given": ("predicted labels", "given labels"),
    "consensus-predicted": ("consensus labels, log", "predicted labels, log"),
}


def values_of(p: Dual, rho: Dual, k: Dual | arb, wanted: tuple[str, ...]) -> list[Dual]:
    r"""The quantities called ``wanted`` at flips p, separation rho and \(k = 1/\sqrt\alpha\)."""
    e = 1 - 2 * p
    a = rho * e / k
    x, y = cumulative(a + k), cumulative(a - k)
    right = (1 - p) * x + p * y
    a1, c = 2 * right - 1, (1 - p) * (2 * x - 1) - p * (2 * y - 1)
    b = 2 * ((1 - p) * density(a + k) + p * density(a - k))

    def full() -> Dual:
        return rho * a1 / (k * k + 2 * (c * k * b) + b * b).sqrt()

    def consensus() -> Dual:
        # v_0 + v_1: along the noise (1 + c) k + b, across it (1 - c^2) k^2
        along = k + c * k + b
        return rho * (e + a1) / (along * along + (1 - c * c) * (k * k)).sqrt()

    def relative(wrong: Dual, agree: Dual, slope: Dual) -> Dual:
        """log of kappa over rho / k, from the share of wrong labels, c and b."""
        excess = slope * (2 * (agree * k) + slope) / (k * k)
        return (-2 * wrong).log1p() - excess.log1p() / 2

    def crossfit() -> Dual:
        g = (arb(FOLDS - 1) / FOLDS).sqrt()
        wrong = tail(g * a)
        return relative(wrong, e * (1 - 2 * wrong), 2 * g * density(g * a))

    def kept_wrong() -> Dual:
        """log of p Q(A - k): wrong as given, and as predicted."""
        return p.log() + log_tail(a - k)

    def changed() -> Dual:
        """Right labels made wrong, for each wrong one kept."""
        return ((1 - p).log() + log_tail(a + k) - kept_wrong()).exp()

    known = {
        "initial": lambda: a,
        "full": full,
        "consensus": consensus,
        "crossfit, log": crossfit,
        "full, log": lambda: relative((1 - p) * tail(a + k) + p * tail(a - k), c, b),
        "given labels": lambda: 1 - p,
        "predicted labels": lambda: right,
        "predicted labels, log": lambda: -kept_wrong() - (1 + changed()).log(),
        "consensus labels, log": lambda: -kept_wrong() + ((1 + c) / 2).log(),
    }
    return [known[name]() for name in wanted]
