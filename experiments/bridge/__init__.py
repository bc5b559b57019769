"""Theory beside the probe: the learners of the theory on the probe's features, and its law."""

from relabel_lab.experiments.bridge.run import run_bridge

__all__ = ["run_bridge"]
