"""What is wrong with a folder that is to be a scan's store."""

from __future__ import annotations

from pathlib import Path

from relabel_lab.sim.kit import Refusal


class Refused(Refusal):
    """The store cannot be used for this scan."""


class Exists(Refused):
    """The store is there and was not to be resumed."""


def refused(root: str | Path, allowed: str) -> Refused:
    """The error for ``store`` being the folder ``root``, completing "must be ..."."""
    return Refused("store", str(root), allowed)
