"""Every wrong formula is rejected by the first claim concerned; the right formulas are not."""

import json

import pytest

from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.power import MUTANTS, read, tables
from relabel_lab.proofs_check.power.study import kept
from relabel_lab.proofs_check.power.trials import (
    BY_ID,
    fingerprint,
    right_root,
    right_summary,
    verdict,
    verdicts_on,
)
from relabel_lab.proofs_check.registry import Setting

CHEAP = ("R2-initial-law", "R3-full-law", "labels-by-margin", "R17-classes")


@pytest.fixture(scope="module")
def measured():
    return {}


def test_names_are_distinct_and_enough():
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 25


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_wrong_formula_is_rejected(mutant, measured):
    assert set(verdicts_on(mutant, measured, Setting(), every=False).values()) == {"fails"}


@pytest.mark.parametrize("name", sorted({mutant.claims[0] for mutant in MUTANTS}))
def test_right_formulas_hold(name, measured):
    claim = BY_ID[name]
    data = measured[name] if name in measured else claim.measure(Setting())
    assert verdict(claim, data, Formulas(), Setting()) == "holds"


def test_right_formulas_under_other_roots():
    roots = [right_root(root, CHEAP[2:]) for root in range(1, 6)]
    summary = right_summary(CHEAP[2:], roots)
    assert summary["roots"] == 5 and summary["tests"] == 5 * 10
    assert not any(summary["rejected"].values()) and not any(summary["undecided"].values())


def record(p, refuted=0, open_=0):
    return {"source": fingerprint(NAME), "p": p, "refuted": refuted, "open": open_}


NAME = "R17-classes"


def test_right_summary_counts():
    found = [record([0.5, 1e-9]), record([0.5, 0.1], refuted=1), record([0.2], open_=2)]
    summary = right_summary([NAME], ({"claims": {NAME: claim}} for claim in found))
    assert (summary["roots"], summary["tests"], summary["smallest_p"]) == (3, 5, 1e-9)
    assert (summary["rejected"][NAME], summary["undecided"][NAME]) == (2, 1)


def test_roots_of_an_earlier_run_are_kept_unless_the_claim_changed(tmp_path):
    path = tmp_path / "roots.jsonl"
    stale = record([0.3]) | {"source": "other"}
    lines = [{"root": 1, "claims": {NAME: record([0.5])}}, {"root": 2, "claims": {NAME: stale}}]
    path.write_text("\n".join(json.dumps(line) for line in lines) + '\n{"root": 3, "cla')
    assert kept(path) == {1: {NAME: record([0.5])}, 2: {}}


def test_tables_are_read_back():
    rows = [
        {"mutant": "b halved", "verdicts": {"R5-limit": "fails"}, "rejected": True},
        {"mutant": "no r", "verdicts": {"R5-limit": "holds", NAME: "holds"}, "rejected": False},
    ]
    right = right_summary([NAME], [{"claims": {NAME: record([0.25])}}])
    made = {"mutants": rows, "right": right}
    assert read(tables(made)) == made
    assert "1 of 2 wrong formulas rejected" in tables(made)
    assert "run `make power` again" in tables(made)
