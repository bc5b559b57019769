"""R15: the guarantee at finite n, computed in balls."""

from relabel_lab.proofs_check.guarantee.bound import certified, improvement, least_certified
from relabel_lab.proofs_check.guarantee.setup import Setup

__all__ = ["Setup", "certified", "improvement", "least_certified"]
