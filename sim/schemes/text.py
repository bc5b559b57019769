"""All label rules, and their names on the command line."""

from collections.abc import Callable

from relabel_lab.sim.kit import reject
from relabel_lab.sim.schemes.base import Consensus, Full, Initial, Scheme
from relabel_lab.sim.schemes.tuned import (
    Confident,
    CrossFit,
    Fresh,
    Interpolate,
    LeaveOneOut,
    Optimal,
    OptimalUncorrected,
    Soft,
)

__all__ = [
    "ALL",
    "SCHEMES",
    "TUNED",
    "Confident",
    "Consensus",
    "CrossFit",
    "Fresh",
    "Full",
    "Initial",
    "Interpolate",
    "LeaveOneOut",
    "Optimal",
    "OptimalUncorrected",
    "Scheme",
    "Soft",
    "parse_scheme",
]

SCHEMES: dict[str, type[Scheme]] = {s.name: s for s in (Initial, Full, Consensus)}

KNOWING: dict[str, type[Scheme]] = {
    s.name: s for s in (LeaveOneOut, Optimal, OptimalUncorrected, Fresh)
}
"""Rules without a parameter that take constants from the problem or new data from the engine."""

TUNED: dict[str, tuple[Callable[[float], Scheme], str]] = {
    "crossfit": (CrossFit, "K (whole, >= 2)"),
    "interpolate": (Interpolate, "beta (finite)"),
    "confident": (Confident, "Q in (0, 1]"),
    "soft": (Soft, "T > 0"),
}
"""Rules named ``family:parameter``."""

ALL = (
    *SCHEMES,
    "crossfit:5",
    "leave-one-out",
    "interpolate:-0.5",
    "interpolate:0.5",
    "confident:0.5",
    "soft:1",
    "optimal",
    "optimal-uncorrected",
    "fresh",
)
"""What ``--schemes all`` compares."""


def parse_scheme(text: str) -> Scheme:
    """The scheme named by ``text``, as on the command line.

    Raises:
        ValueError: for an unknown name, listing the known ones.
    """
    plain = SCHEMES | KNOWING
    if text in plain:
        return plain[text]()
    family, _, value = text.partition(":")
    if family not in TUNED:
        known = [*SCHEMES, *KNOWING, *(f"{name}:{rule}" for name, (_, rule) in TUNED.items())]
        raise reject("scheme", text, f"one of {', '.join(known)}")
    kind, allowed = TUNED[family]
    try:
        parameter = float(value)
    except ValueError:
        raise reject("scheme", text, f"{family}:{allowed}") from None
    return kind(int(parameter) if family == "crossfit" and parameter % 1 == 0 else parameter)
