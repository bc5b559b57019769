"""Retraining on predicted labels: the common path.

>>> from relabel_lab import Consensus, Full, Problem, predict, simulate

The parts are packages of their own: `relabel_lab.sim`, `relabel_lab.theory`, `relabel_lab.scan`,
`relabel_lab.proofs_check`, `relabel_lab.figures`.  Importing this package alone changes nothing;
the first name taken from it imports JAX and switches it to 64-bit types (`relabel_lab.sim`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relabel_lab.sim import (
        Consensus,
        CrossFit,
        Full,
        Initial,
        Outcome,
        Problem,
        parse_scheme,
        simulate,
    )
    from relabel_lab.theory import predict

__version__ = "0.1.0"

__all__ = [
    "Consensus",
    "CrossFit",
    "Full",
    "Initial",
    "Outcome",
    "Problem",
    "parse_scheme",
    "predict",
    "simulate",
]


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that the command line starts fast."""
    if name not in __all__:
        raise AttributeError(f"module 'relabel_lab' has no attribute {name!r}")
    home = "theory" if name == "predict" else "sim"
    return getattr(import_module(f"relabel_lab.{home}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
