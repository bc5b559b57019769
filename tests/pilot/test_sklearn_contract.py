"""scikit-learn's own checks of an estimator."""

import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.utils.estimator_checks import estimator_checks_generator

from relabel_lab.pilot import RetrainingClassifier

CHECKED = [
    RetrainingClassifier(LogisticRegression()),
    RetrainingClassifier(RidgeClassifier(), "full", rounds=2, cv=2, random_state=0),
]
SKIPPED_BY_SKLEARN = {"check_array_api_input"}  # needs SCIPY_ARRAY_API of every process


def checks():
    for estimator in CHECKED:
        for checked, check in estimator_checks_generator(estimator):
            name = check.func.__name__
            if name not in SKIPPED_BY_SKLEARN:
                yield pytest.param(checked, check, id=f"{estimator.scheme}-{name}")


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("estimator, check", [*checks()])
def test_scikit_learns_contract(estimator, check):
    check(estimator)
