"""All claims, in the order in which they are tried and reported."""

from relabel_lab.proofs_check.claims import (
    conditional,
    exponents,
    finite,
    guaranteed,
    identities,
    labels,
    limit,
    lower_end,
    noisier,
    phase,
    population,
    privacy,
    spectrum,
    theory_code,
    thresholds,
    window,
)
from relabel_lab.proofs_check.code import CLAIMS as CODE
from relabel_lab.proofs_check.registry import Claim

CLAIMS: tuple[Claim, ...] = (
    *finite.CLAIMS,
    *spectrum.CLAIMS,
    *limit.CLAIMS,
    *identities.CLAIMS,
    *population.CLAIMS,
    *thresholds.CLAIMS,
    *theory_code.CLAIMS,
    *phase.CLAIMS,
    *labels.CLAIMS,
    *noisier.CLAIMS,
    *lower_end.CLAIMS,
    *window.CLAIMS,
    *exponents.CLAIMS,
    *privacy.CLAIMS,
    *guaranteed.CLAIMS,
    *conditional.CLAIMS,
    *CODE,
)
# Of the table of formulas: their right formulas are tried under many roots (`proofs_check.power`).
SAMPLED: tuple[str, ...] = tuple(
    claim.id for claim in CLAIMS if claim.kind == "sampled" and claim not in CODE
)
