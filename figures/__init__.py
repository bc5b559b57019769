"""Figures: each module computes data, the data are written whole, and pictures are drawn from them."""

from relabel_lab.figures.making import Drawn, Stale, draw_all, make, picture_of
from relabel_lab.figures.registry import NAMES, module, summaries
from relabel_lab.figures.style import COLOURS, FORMATS, Look, style_problem

__all__ = [
    "COLOURS",
    "FORMATS",
    "NAMES",
    "Drawn",
    "Look",
    "Stale",
    "draw_all",
    "make",
    "module",
    "picture_of",
    "style_problem",
    "summaries",
]
