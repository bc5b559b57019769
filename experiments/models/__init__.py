"""Models of the experiments: residual networks for images, a small BERT for texts.

A model maps (inputs, moving averages, train, key) to (scores [N, classes], moving averages); what
moves beside the weights starts as ``model.initial()`` and is None for the BERT.
"""

from relabel_lab.experiments.models.bert import Bert
from relabel_lab.experiments.models.layers import in_precision
from relabel_lab.experiments.models.resnet import ResNet, resnet18, resnet20
from relabel_lab.experiments.models.wordpiece import encode, train_wordpiece

__all__ = [
    "Bert",
    "ResNet",
    "encode",
    "in_precision",
    "resnet18",
    "resnet20",
    "train_wordpiece",
]
