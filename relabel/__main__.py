"""``python -m relabel``."""

from relabel.cli import entry

entry()
