"""A scan's Zarr store: layout, variables, journal and lock."""

from relabel_lab.scan.store.frame import Frame, coordinates_of, grid_frame, layout_of
from relabel_lab.scan.store.journal import Entry
from relabel_lab.scan.store.layout import Layout
from relabel_lab.scan.store.store import Block, Refused, Store, open_finished, open_store
from relabel_lab.scan.store.variables import Variable

__all__ = [
    "Block",
    "Entry",
    "Frame",
    "Layout",
    "Refused",
    "Store",
    "Variable",
    "coordinates_of",
    "grid_frame",
    "layout_of",
    "open_finished",
    "open_store",
]
