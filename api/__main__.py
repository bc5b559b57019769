"""``python -m relabel_lab``."""

from relabel_lab.relabel import entry

entry()
