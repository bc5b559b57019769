"""The generated table in paper_notes.md is the one the registry makes, with every verdict."""

import pytest

from proofs_check.claims import CLAIMS
from proofs_check.notes import NOTES, block, replaced, verdicts_in


def test_table_is_fresh():
    text = NOTES.read_text()
    assert block(verdicts_in(text)) in text, "stale: run python -m proofs_check.notes RECORD"


def test_every_claim_was_tried():
    verdicts = verdicts_in(NOTES.read_text())
    assert set(verdicts) == {claim.id for claim in CLAIMS}
    assert set(verdicts.values()) <= {"holds", "fails", "undecided"}


def test_changed_verdict_or_claim_shows():
    text = NOTES.read_text()
    name = CLAIMS[0].id
    changed = replaced(text, verdicts_in(text) | {name: "fails"})
    assert verdicts_in(changed)[name] == "fails"
    edited = text.replace(CLAIMS[0].statement, "something else")
    assert block(verdicts_in(edited)) not in edited


def test_missing_marks_are_refused():
    with pytest.raises(ValueError, match="marks are missing"):
        replaced("no table", {})
