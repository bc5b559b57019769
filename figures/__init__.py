"""Figures: each module computes data, the data are written whole, and pictures are drawn from them."""

from relabel_lab.figures.asked import Asked, settled
from relabel_lab.figures.making import Drawn, Stale, draw_all, make, picture_of
from relabel_lab.figures.maps import draw_view, picture_of_view
from relabel_lab.figures.registry import NAMES, module, summaries
from relabel_lab.figures.style import COLOURS, FORMATS, Look, style_problem
from relabel_lab.figures.views import QUANTITIES, Line, View, caption_of_view, view_of

__all__ = [
    "Asked",
    "COLOURS",
    "FORMATS",
    "NAMES",
    "Drawn",
    "Line",
    "Look",
    "QUANTITIES",
    "View",
    "caption_of_view",
    "draw_view",
    "Stale",
    "draw_all",
    "make",
    "module",
    "picture_of",
    "picture_of_view",
    "view_of",
    "settled",
    "style_problem",
    "summaries",
]
