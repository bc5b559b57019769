"""The side that holds the true labels: it releases them, and nothing else can read them."""

from typing import Any

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.checks import positive, reject
from relabel_lab.pilot.privacy.release import ReleasedLabels, codes_of, release

REFUSED = (
    "private labels cannot be read, scored against or learnt from; "
    "release(epsilon) gives labels that may be used"
)


class PrivateLabels:
    """True labels that only leave through a randomised response, within a budget.

    To fit or to score on them by accident is an error: NumPy, and with it scikit-learn, pandas
    and iteration are refused. This keeps honest code honest; it is no wall against a program
    that wants the labels, which holds them in its own memory.

    Args:
        labels: the true labels, one a person, shape (n,).
        classes: every label there can be, sorted; public, fixed without looking at the data.
        budget: the ε that all releases together may spend on each label; releases add up.
    """

    def __init__(self, labels: Any, classes: Any, budget: float):
        self.budget = positive("budget", budget)
        self.spent = 0.0
        self.__codes, self.classes = codes_of(labels, classes)

    def release(self, epsilon: float, prior: Any = None) -> ReleasedLabels:
        """One randomised response of every label, drawn by OpenDP.

        Args:
            epsilon: what it may spend for every label.
            prior: class probabilities known without these labels; makes it a response with a
                prior, which gives the likeliest classes only.

        Raises:
            ValueError: where the budget would be overdrawn.
        """
        classes = len(self.classes)
        if prior is None:
            channel = Channel.from_epsilon(epsilon, classes)
        else:
            channel = Channel.from_prior(epsilon, prior).sized(classes)
        if self.spent + float(epsilon) > self.budget * (1 + 1e-12):
            left = f"at most {self.budget - self.spent:g}, what is left of the budget"
            raise reject("epsilon", epsilon, left)
        released = release(self.__codes, self.classes, channel)
        self.spent += float(epsilon)
        return released

    def __repr__(self):
        return f"PrivateLabels({len(self.__codes)} labels, {self.spent:g} of {self.budget:g} spent)"

    def _refuse(self, *args: Any, **options: Any) -> Any:
        raise TypeError(REFUSED)

    __array__ = __iter__ = __getitem__ = __reduce_ex__ = __eq__ = _refuse
    __hash__ = None  # type: ignore[assignment]
