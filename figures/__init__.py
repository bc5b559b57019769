"""Figures: each module computes data, the data are written whole, and pictures are drawn from them."""

from relabel_lab.figures.registry import NAMES, draw, make, summaries

__all__ = ["NAMES", "draw", "make", "summaries"]
