"""Every planted error is convicted by the first claim concerned; the right formulas are not."""

import pytest

from proofs_check.formulas import Formulas
from proofs_check.mutants import MUTANTS
from proofs_check.power import BY_ID, acquit, convictions, verdict
from proofs_check.registry import Setting

CHEAP = ("R2-initial-law", "R3-full-law", "labels-by-margin", "R17-classes")


@pytest.fixture(scope="module")
def measured():
    return {}


def test_names_are_distinct_and_enough():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 25


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_planted_error_is_convicted(mutant, measured):
    assert set(convictions(mutant, measured, Setting(), every=False).values()) == {"fails"}


@pytest.mark.parametrize("name", sorted({mutant.claims[0] for mutant in MUTANTS}))
def test_right_formulas_hold(name, measured):
    claim = BY_ID[name]
    data = measured[name] if name in measured else claim.measure(Setting())
    assert verdict(claim, data, Formulas(), Setting()) == "holds"


def test_right_formulas_under_other_roots():
    claims = [BY_ID[name] for name in CHEAP[2:]]
    assert not any(acquit(claims, range(1, 6), lambda _: None)["convicted"].values())
