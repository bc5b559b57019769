"""Errors in the packages themselves, and the claims that must reject each of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One wrong line.

    Attributes:
        name: what is wrong.
        module: module below `relabel_lab`.
        right, wrong: text that occurs once in its source, and what replaces it.
        claims: the claims concerned, cheapest first.
    """

    name: str
    module: str
    right: str
    wrong: str
    claims: tuple[str, ...]

    def applied(self, source: str) -> str:
        """The module's source with the error in it.

        Raises:
            ValueError: unless the right text occurs exactly once.
        """
        if source.count(self.right) != 1:
            raise ValueError(f"{self.module} has {source.count(self.right)} times: {self.right}")
        return source.replace(self.right, self.wrong)
