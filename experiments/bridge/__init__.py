"""Theory beside the probe: the learners of the theory on the probe's features, and its law."""

from relabel_lab.experiments.bridge.classes import class_law, gram_of, simplex, span_of
from relabel_lab.experiments.bridge.run import run_bridge

__all__ = ["class_law", "gram_of", "run_bridge", "simplex", "span_of"]
