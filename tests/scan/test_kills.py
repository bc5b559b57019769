"""A scan killed at fifty random moments loses nothing."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_fifty_kills_then_resume_gives_the_same_bits(tmp_path, stub, values, undisturbed):
    store = tmp_path / "store"
    program = [sys.executable, str(Path(__file__).with_name("stub_scan.py")), str(store), "50"]
    run = subprocess.run(
        program,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    codes = [int(line.split()[0]) for line in run.stdout.splitlines()]
    assert codes.count(-9) >= 25, "most scans must have been killed at work"
    summary = stub.scan(store, resume=True)
    assert summary.kept + summary.done == summary.blocks == 12
    assert values(store) == undisturbed
