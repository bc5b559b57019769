"""One wrong formula: the table with one method replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from relabel_lab.proofs_check.formulas import Formulas


@dataclass(frozen=True)
class Mutant:
    """A wrong formula: the method that it replaces and the claims concerned, cheapest first."""

    name: str
    method: str
    wrong: Callable[..., Any]
    claims: tuple[str, ...]

    def formulas(self) -> Formulas:
        """The table with this one line wrong."""
        wrong = self.wrong
        replaced = {self.method: lambda _, *args, **options: wrong(*args, **options)}
        return type(f"Wrong_{self.method}", (Formulas,), replaced)()
