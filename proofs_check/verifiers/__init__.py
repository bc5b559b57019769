"""Second proofs: what a search found is proved again from the definitions, by code of its own.

Shared with the searches are Arb, the normal law in balls (`proofs_check.balls`) and the shape of
saved pieces; derivatives come from dual numbers, not from the formulas that the searches use.
"""

from relabel_lab.proofs_check.verifiers.definitions import VALUES, values_of
from relabel_lab.proofs_check.verifiers.duals import Dual
from relabel_lab.proofs_check.verifiers.gain import gain_changes
from relabel_lab.proofs_check.verifiers.mean_value import proved_sign
from relabel_lab.proofs_check.verifiers.population import growth_falls
from relabel_lab.proofs_check.verifiers.thresholds import separation_rises
from relabel_lab.proofs_check.verifiers.window import thin_part_won, window_won

__all__ = [
    "Dual",
    "VALUES",
    "gain_changes",
    "growth_falls",
    "proved_sign",
    "separation_rises",
    "thin_part_won",
    "values_of",
    "window_won",
]
