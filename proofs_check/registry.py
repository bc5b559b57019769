"""What a claim is, what evidence is, and the list of all claims."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.sim.kit import reject
from relabel_lab.suggest import near

Kind = Literal["symbolic", "enclosure", "numerical", "sampled"]
PAPER = "paper as summarised publicly"
DERIVED = "derived here"
OTHER = "other reference"


@dataclass(frozen=True)
class Check:
    """One decisive comparison: proved (True), refuted (False) or open (None)."""

    name: str
    expected: Any
    found: Any
    ok: bool | None

    def __post_init__(self) -> None:
        if self.ok is not None:  # verdicts compare by identity, which a NumPy bool would escape
            object.__setattr__(self, "ok", bool(self.ok))


@dataclass(frozen=True)
class Test:
    """One statistical comparison; the verdict on it waits for Holm's procedure.

    Attributes:
        p_value: probability of a deviation at least this large if the claim is true.
        resolution: the deviation that this sample finds with probability 0.999.
        needed: the deviation that must be found; a blunter test is undecided.
    """

    __test__ = False

    name: str
    expected: Any
    found: Any
    p_value: float
    resolution: float = 0.0
    needed: float = float("inf")


@dataclass(frozen=True)
class Evidence:
    """What a claim's trial brought to light."""

    checks: tuple[Check, ...] = ()
    tests: tuple[Test, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)
    certificates: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """How hard a run tries: ``quick`` finds deviations of 1 %, ``full`` of 0.1 %."""

    level: Literal["quick", "full"] = "quick"
    root: int = 0

    @property
    def tolerance(self) -> float:
        """Relative deviation that a sampled claim must be able to find."""
        return 0.01 if self.level == "quick" else 0.001

    def scale(self, quick: int, full: int) -> int:
        """A size that depends on the level."""
        return quick if self.level == "quick" else full


def _nothing(setting: Setting) -> Any:
    return None


@dataclass(frozen=True)
class Claim:
    """A claim and how it is tried.

    ``measure`` draws the data and sees no formula; ``judge`` confronts the data with formulas.
    Wrong formulas can therefore be tried without drawing again (`proofs_check.power`).
    """

    id: str
    kind: Kind
    source: str
    statement: str
    domain: dict[str, Any]
    judge: Callable[[Any, Formulas, Setting], Evidence]
    measure: Callable[[Setting], Any] = _nothing

    @property
    def module(self) -> str:
        """Name of the module that tries it."""
        judge = self.judge.func if isinstance(self.judge, functools.partial) else self.judge
        return judge.__module__


def choose(claims: Iterable[Claim], only: Iterable[str] | None) -> list[Claim]:
    """The claims named by ``only``, or whose names begin so, in registry order; all if None.

    Raises:
        ValueError: where nothing has that name or begins so, naming the nearest and all known ones.
    """
    known = {claim.id: claim for claim in claims}
    if only is None:
        return list(known.values())
    wanted: set[str] = set()
    for name in only:
        found = {name} if name in known else {id_ for id_ in known if id_.startswith(name)}
        if not found:
            raise reject("only", name, f"one of {', '.join(known)}{near(name, known)}")
        wanted |= found
    return [claim for name, claim in known.items() if name in wanted]
