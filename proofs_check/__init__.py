"""Verification: every claim about the model, stated once and tried by the evidence that fits it."""

from relabel_lab.proofs_check.court import try_claims
from relabel_lab.proofs_check.guarantee import least_certified
from relabel_lab.proofs_check.registry import Claim

__all__ = [
    "Claim",
    "least_certified",
    "try_claims",
]
