"""The command line."""

from relabel_lab.relabel.cli import main, prepare_jax

__all__ = [
    "main",
    "prepare_jax",
]
