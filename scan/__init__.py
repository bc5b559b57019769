"""Scans: grids of problems times seeds, simulated with the theory beside them, in a store.

Above `sim` and `theory`, because a store holds both.
"""

from relabel_lab.scan.config import PRESETS, Config, Grid, json_schema, load, parse, preset
from relabel_lab.scan.store import (
    Block,
    Exists,
    Refused,
    Verdict,
    grid_frame,
    open_finished,
    verify,
)
from relabel_lab.scan.work import (
    BOUNDARY,
    BlockWork,
    Failed,
    Progress,
    Summary,
    Watcher,
    bisect,
    bisect_block,
    boundary_frame,
    boundary_parts,
    locally,
    on_cluster,
    run_scan,
    theory_map,
)

__all__ = [
    "BOUNDARY",
    "Block",
    "BlockWork",
    "Config",
    "Exists",
    "Failed",
    "Grid",
    "PRESETS",
    "Progress",
    "Refused",
    "Summary",
    "Verdict",
    "Watcher",
    "bisect",
    "bisect_block",
    "boundary_frame",
    "boundary_parts",
    "grid_frame",
    "json_schema",
    "load",
    "locally",
    "on_cluster",
    "open_finished",
    "parse",
    "preset",
    "run_scan",
    "theory_map",
    "verify",
]
