"""The command line."""

from relabel_lab.relabel.cli import entry, main, prepare_jax

__all__ = [
    "entry",
    "main",
    "prepare_jax",
]
