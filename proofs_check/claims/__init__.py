"""All claims, in the order in which they are tried and reported."""

from proofs_check.claims import phase, population, thresholds
from proofs_check.registry import Claim

CLAIMS: tuple[Claim, ...] = (
    *population.CLAIMS,
    *thresholds.CLAIMS,
    *phase.CLAIMS,
)
