"""The generated table in paper_notes.md is the one the registry makes, with every verdict."""

import re

import pytest

from relabel_lab.proofs_check.claims import CLAIMS, SAMPLED
from relabel_lab.proofs_check.notes import (
    NOTES,
    block,
    power_is_fresh,
    replaced,
    verdicts_in,
    with_power,
)
from relabel_lab.proofs_check.power import MUTANTS

pytestmark = pytest.mark.smoke


def test_table_is_fresh():
    text = NOTES.read_text()
    assert block(verdicts_in(text)) in text, (
        "stale: run python -m relabel_lab.proofs_check.notes RECORD"
    )


def test_every_claim_was_tried():
    verdicts = verdicts_in(NOTES.read_text())
    assert set(verdicts) == {claim.id for claim in CLAIMS}
    assert set(verdicts.values()) <= {"holds", "fails", "undecided"}


def test_changed_verdict_or_claim_shows():
    text = NOTES.read_text()
    name = CLAIMS[0].id
    changed = replaced(text, verdicts_in(text) | {name: "fails"})
    assert verdicts_in(changed)[name] == "fails"
    edited = text.replace("have the law of five scalars", "something else")
    assert block(verdicts_in(edited)) not in edited


def test_every_result_and_claim_is_in_the_derivations():
    text = NOTES.read_text()
    derived = text.replace(block(verdicts_in(text)), "")
    assert [
        i for i in range(1, 21) if not re.search(rf"(\*\*|^## .*\b)R{i}\b", derived, re.M)
    ] == []
    assert [claim.id for claim in CLAIMS if f"`{claim.id}`" not in derived] == []


def test_links_lead_somewhere():
    text = NOTES.read_text()
    links = {link for link in re.findall(r"\]\(([^)#:\s]+)\)", text) if "/" in link or "." in link}
    assert len(links) > 10
    assert [link for link in links if not (NOTES.parent / link).exists()] == []


def test_missing_marks_are_refused():
    with pytest.raises(ValueError, match="marks are missing"):
        replaced("no table", {})


def made_up_power():
    rows = [
        {"mutant": m.name, "verdicts": dict.fromkeys(m.claims, "fails"), "rejected": True}
        for m in MUTANTS
    ]
    counts = dict.fromkeys(SAMPLED, 0)
    right = {"roots": 3, "tests": 9, "smallest_p": 0.01, "rejected": counts, "undecided": counts}
    return {"mutants": rows, "right": right}


def test_power_tables_in_the_notes_are_fresh():
    assert power_is_fresh(NOTES.read_text()), (
        "stale: run python -m relabel_lab.proofs_check.notes with both"
    )


def test_power_tables_are_written_once_and_seen_to_be_stale():
    text = with_power(NOTES.read_text(), made_up_power())
    assert with_power(text, made_up_power()) == text and power_is_fresh(text)
    assert block(verdicts_in(text)) in text
    assert not power_is_fresh(text.replace(MUTANTS[0].name, "another error"))
    assert not power_is_fresh(text.replace(f"| `{SAMPLED[0]}` | 0 | 0 |\n", ""))
