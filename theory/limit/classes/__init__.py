"""The proportional limit with K classes, one round (R22)."""

from relabel_lab.theory.limit.classes.accuracy import log_error
from relabel_lab.theory.limit.classes.prediction import predict_classes
from relabel_lab.theory.limit.classes.setting import Setting
from relabel_lab.theory.limit.classes.winners import Winner

__all__ = ["Setting", "Winner", "log_error", "predict_classes"]
