"""What the report says beside the verdicts is about claims that exist, and fits 80 columns."""

from relabel_lab.proofs_check.claims import CLAIMS
from relabel_lab.proofs_check.findings import FIGURES, FINDINGS, REGIMES, UNTRIED
from relabel_lab.proofs_check.registry import PAPER
from relabel_lab.proofs_check.verification import listed, try_claims

IDS = [claim.id for claim in CLAIMS]


def test_every_claim_on_the_paper_has_a_finding():
    assert set(FINDINGS) <= set(IDS)
    assert {claim.id for claim in CLAIMS if claim.source == PAPER} <= set(FINDINGS)


def test_beginnings_of_names_begin_a_name():
    for table in (REGIMES, FIGURES):
        assert [b for b in table if not any(name.startswith(b) for name in IDS)] == []


def test_list_tries_nothing_and_goes_by_prefix():
    assert [row["id"] for row in listed(["R7"])] == ["R7-monotone", "R7-consensus"]
    assert len(listed()) == len(CLAIMS)


def test_report_fits_80_columns_and_tells_what_is_untried(tmp_path):
    try_claims(only=["R4-midpoint", "labels-consensus-cleaner"], out=tmp_path)
    text = (tmp_path / "claims.md").read_text()
    prose = [line for line in text.splitlines() if not line.startswith("|")]
    assert max(map(len, prose)) <= 80
    assert all(what in " ".join(text.split()) for what, _ in UNTRIED)
    assert "expected 0, found 0" in text
