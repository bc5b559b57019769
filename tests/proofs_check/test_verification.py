"""Verdicts: what rejects, what stays undecided, what is written."""

import json

import numpy as np
import pytest

from relabel_lab.proofs_check import Claim, verification
from relabel_lab.proofs_check.holm import rejected
from relabel_lab.proofs_check.registry import DERIVED, Check, Evidence, Setting, Test
from relabel_lab.proofs_check.worker import Worker

pytestmark = pytest.mark.smoke


def claim(name, judge):
    return Claim(name, "symbolic", DERIVED, "statement", {}, judge)


def verdict(evidence):
    made = claim("made-up", lambda *_: evidence)
    found = verification.gather(made, Setting())
    return verification.judge([made], [found], Setting())["claims"][0]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (Evidence((Check("a", 1, 1, True),)), "holds"),
        (Evidence((Check("a", 1, 1, True), Check("b", 1, 2, False))), "fails"),
        (Evidence((Check("b", 1, 2, np.bool_(False)),)), "fails"),
        (Evidence((Check("a", 1, 1, True), Check("b", 1, None, None))), "undecided"),
        (Evidence((Check("a", 1, 2, False), Check("b", 1, None, None))), "fails"),
        (Evidence(), "undecided"),
        (Evidence(tests=(Test("t", 0, 0, 1e-7),)), "fails"),
        (Evidence(tests=(Test("t", 0, 0, 1e-5),)), "holds"),
        (Evidence(tests=(Test("t", 0, 0, 0.5, resolution=0.2, needed=0.1),)), "undecided"),
        (Evidence(tests=(Test("t", 0, 0, 0.5, resolution=float("nan"), needed=0.1),)), "undecided"),
        (Evidence(tests=(Test("t", 0, 0, float("nan")),)), "fails"),
    ],
)
def test_verdict_follows_from_comparisons(evidence, expected):
    assert verdict(evidence)["verdict"] == expected


def test_crash_is_undecided_and_says_why():
    def crash(*_):
        raise ZeroDivisionError("made up")

    made = claim("crash", crash)
    row = verification.judge([made], [verification.gather(made, Setting())], Setting())["claims"][0]
    assert row["verdict"] == "undecided"
    assert "ZeroDivisionError: made up" in row["details"]["crash"]


def test_failure_names_expected_and_found():
    row = verdict(Evidence((Check("b", 1, 2, False),)))
    assert row["details"]["refuted"] == [{"name": "b", "expected": 1, "found": 2}]


def test_holm_steps_down():
    assert rejected([0.01, 0.04, 0.03], 0.05) == [True, False, False]
    assert rejected([0.01, 0.02, 0.025], 0.05) == [True, True, True]
    assert rejected([0.02, 0.9], 0.05) == [True, False]
    assert rejected([]) == []
    assert rejected([0.9, float("nan")], 0.05) == [False, True]


def test_one_budget_for_all_claims_of_a_run():
    single = Evidence(tests=(Test("t", 0, 0, 8e-7),))
    made = [claim(str(i), lambda *_: single) for i in range(2)]
    assert verification.judge(made[:1], [single], Setting())["fails"] == 1
    assert (
        verification.judge(made, [single, Evidence(tests=(Test("t", 0, 0, 0.5),))], Setting())[
            "fails"
        ]
        == 0
    )


def test_record_and_files(tmp_path):
    lines = []
    record = verification.try_claims(
        only=["R7-consensus", "R4-midpoint"], progress=lines.append, out=tmp_path
    )
    assert [row["id"] for row in record["claims"]] == ["R4-midpoint", "R7-consensus"]
    assert (record["holds"], record["fails"], record["undecided"]) == (2, 0, 0)
    assert json.loads((tmp_path / "claims.json").read_text()) == record
    assert "[R7-consensus](#r7-consensus) | holds" in (tmp_path / "claims.md").read_text()
    assert len(lines) == 4
    assert not list(tmp_path.glob("*.json.*"))


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"only": ["R7-monotome"]}, "did you mean R7-monotone"),
        ({"level": "slow"}, "level must be quick or full"),
    ],
)
def test_bad_input(arguments, part):
    with pytest.raises(ValueError, match=part):
        verification.try_claims(**arguments)


def test_a_second_process_finds_the_same_and_ends():
    names = ["R4-midpoint", "R9-best", "R7-consensus"]
    assert verification.try_claims(only=names, workers=2) == verification.try_claims(only=names)


def test_an_interrupt_leaves_no_process_behind(monkeypatch):
    processes = []

    class Seen(Worker):
        def __init__(self, setting):
            super().__init__(setting)
            processes.append(self.process)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(verification, "Worker", Seen)
    busy = next(c for c in verification.CLAIMS if c.id == "R3-engines")  # half a minute of work
    with pytest.raises(KeyboardInterrupt):
        verification.gather_all([claim("made-up", interrupted), busy], Setting(), None, 2)
    assert processes[0].returncode is not None


def test_what_a_dead_worker_leaves_is_tried_here(monkeypatch):
    class Dead:
        def __init__(self, setting):
            pass

        def gather(self, name):
            raise EOFError

        def stop(self):
            pass

    monkeypatch.setattr(verification, "Worker", Dead)
    record = verification.try_claims(only=["R4-midpoint", "R7-consensus"], workers=2)
    assert record["holds"] == 2
