"""All claims, in the order in which they are tried and reported."""

from proofs_check.claims import (
    finite,
    guaranteed,
    labels,
    limit,
    phase,
    population,
    privacy,
    theory_code,
    thresholds,
    window,
)
from proofs_check.registry import Claim

CLAIMS: tuple[Claim, ...] = (
    *finite.CLAIMS,
    *limit.CLAIMS,
    *population.CLAIMS,
    *thresholds.CLAIMS,
    *theory_code.CLAIMS,
    *phase.CLAIMS,
    *labels.CLAIMS,
    *window.CLAIMS,
    *privacy.CLAIMS,
    *guaranteed.CLAIMS,
)
SAMPLED: tuple[str, ...] = tuple(claim.id for claim in CLAIMS if claim.kind == "sampled")
