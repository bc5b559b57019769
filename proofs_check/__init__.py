"""Verification: every claim about the model, stated once and tried by the evidence that fits it.

Names are imported when they are used: `proofs_check.mutations` must come before what it changes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relabel_lab.proofs_check.guarantee import certified, least_certified
    from relabel_lab.proofs_check.registry import Claim
    from relabel_lab.proofs_check.verification import listed, try_claims

__all__ = [
    "Claim",
    "certified",
    "least_certified",
    "listed",
    "try_claims",
]

_HOME = {
    "Claim": "registry",
    "certified": "guarantee",
    "least_certified": "guarantee",
    "listed": "verification",
    "try_claims": "verification",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
