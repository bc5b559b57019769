"""Doing a scan: blocks of cells, adaptive seeds, refinement, locally or on a cluster."""

from relabel_lab.scan.work.block import BlockWork
from relabel_lab.scan.work.cluster import bisect_block, on_cluster
from relabel_lab.scan.work.progress import Progress
from relabel_lab.scan.work.refine import BOUNDARY, bisect, boundary_frame, boundary_parts
from relabel_lab.scan.work.runner import Failed, Summary, Watcher, locally, run_scan
from relabel_lab.scan.work.theory import theory_map

__all__ = [
    "BOUNDARY",
    "BlockWork",
    "Failed",
    "Progress",
    "Summary",
    "Watcher",
    "bisect",
    "bisect_block",
    "boundary_frame",
    "boundary_parts",
    "locally",
    "on_cluster",
    "run_scan",
    "theory_map",
]
