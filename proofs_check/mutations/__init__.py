"""Mutation tests: errors put into `theory`, `sim` and `scan`, which the claims must reject."""

from relabel_lab.proofs_check.mutations.mutation import Mutation
from relabel_lab.proofs_check.mutations.registry import MUTATIONS

__all__ = ["MUTATIONS", "Mutation"]
