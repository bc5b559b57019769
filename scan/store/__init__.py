"""A scan's Zarr store: layout, variables, journal, lock and checksums."""

from relabel_lab.scan.store.blocks import Blocks
from relabel_lab.scan.store.fingerprint import Fingerprint, changes, fingerprint
from relabel_lab.scan.store.frame import Frame, coordinates_of, grid_frame, layout_of
from relabel_lab.scan.store.journal import Entry
from relabel_lab.scan.store.lock import Lost
from relabel_lab.scan.store.refused import Exists, Refused
from relabel_lab.scan.store.store import Block, Store, open_finished, open_store
from relabel_lab.scan.store.variables import Variable
from relabel_lab.scan.store.verify import Verdict, verify

__all__ = [
    "Block",
    "Entry",
    "Exists",
    "Fingerprint",
    "Frame",
    "Blocks",
    "Lost",
    "Refused",
    "Store",
    "Variable",
    "Verdict",
    "changes",
    "coordinates_of",
    "fingerprint",
    "grid_frame",
    "layout_of",
    "open_finished",
    "open_store",
    "verify",
]
