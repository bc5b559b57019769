"""The arms of an experiment, as data: how each makes the labels its last model is trained on.

An arm sees inputs, given labels and, where the mechanism is public, its likelihood; never a clean
label.  Every arm starts from one first model trained on the given labels.  What then follows is
said by five fields, so that one engine (`relabel_lab.experiments.engine`) runs them all.
"""

from dataclasses import dataclass
from typing import Literal

from relabel_lab.sim.kit import reject


@dataclass(frozen=True)
class Arm:
    """One way from given labels to a model.

    Attributes:
        name: name in results.
        summary: one line for tables.
        keep: samples the last model is trained on: all of them, those whose predicted label is
            the given one, or the most confident predictions, as many as would agree.
        rounds: retrainings; 0 for the first model alone.
        folds: 1 for in-sample predictions, else predictions of models trained on other folds.
        forward: whether the first model is trained with forward correction (Patrini et al. 2017).
            Retraining then uses the plain loss: flips of predicted labels follow no known table.
        tuned: whether the first model's regularisation is chosen on noisy held-out labels.
    """

    name: str
    summary: str
    keep: Literal["all", "agreeing", "confident"] = "all"
    rounds: int = 1
    folds: int = 1
    forward: bool = False
    tuned: bool = False

    def __post_init__(self) -> None:
        """Refuse combinations that mean nothing."""
        if self.rounds < 0:
            raise reject("rounds", self.rounds, "a whole number >= 0")
        if self.folds < 1 or (self.folds > 1 and self.rounds == 0):
            raise reject("folds", self.folds, "1, or at least 2 in an arm that retrains")


ARMS = (
    Arm("given", "trained on the given labels", rounds=0),
    Arm("tuned", "given, regularisation chosen on noisy held-out labels", rounds=0, tuned=True),
    Arm("full", "retrained on all predicted labels"),
    Arm("consensus", "retrained where predicted and given labels agree", keep="agreeing"),
    Arm(
        "crossfit-consensus",
        "consensus with predictions of models that have not seen the label (two folds)",
        keep="agreeing",
        folds=2,
    ),
    Arm("confident", "retrained on as many, the most confident predictions", keep="confident"),
    Arm("forward", "given, with forward correction", rounds=0, forward=True),
    Arm("forward-consensus", "consensus after forward correction", keep="agreeing", forward=True),
    Arm("full-3", "three rounds of full retraining", rounds=3),
    Arm("consensus-3", "three rounds of consensus retraining", keep="agreeing", rounds=3),
    Arm("tuned-full", "full retraining of the tuned model", tuned=True),
    Arm("tuned-consensus", "consensus retraining of the tuned model", keep="agreeing", tuned=True),
)

CORE = ("given", "tuned", "full", "consensus", "crossfit-consensus")
"""The arms that run at every noise level and seed; the others run where there is time."""


def arms_named(names: list[str] | tuple[str, ...]) -> tuple[Arm, ...]:
    """The arms of these names, in this order."""
    known = {arm.name: arm for arm in ARMS}
    for name in names:
        if name not in known:
            raise reject("arm", name, f"one of {', '.join(known)}")
    return tuple(known[name] for name in names)
