"""``python -m relabel_lab``."""

from relabel_lab.relabel.cli import entry

entry()
