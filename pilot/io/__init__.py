"""Data as people have them: CSV, Parquet and NPZ files, text, categories, groups."""

from relabel_lab.pilot.io.columns import Roles
from relabel_lab.pilot.io.features import Features, features
from relabel_lab.pilot.io.loaded import Loaded, load
from relabel_lab.pilot.io.matrix import read_matrix
from relabel_lab.pilot.io.read import Source, read
from relabel_lab.pilot.io.refusal import DataRefused

__all__ = [
    "DataRefused",
    "Features",
    "Loaded",
    "Roles",
    "Source",
    "features",
    "load",
    "read",
    "read_matrix",
]
