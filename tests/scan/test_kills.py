"""A scan killed at fifty random moments loses nothing."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_fifty_kills_then_resume_gives_the_same_bits(tmp_path, stub, values, undisturbed):
    program = [sys.executable, str(Path(__file__).with_name("stub_scan.py")), str(tmp_path), "50"]
    run = subprocess.run(
        program,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert (run.returncode, run.stdout.strip()) == (0, "50"), run.stderr
    stores = sorted(tmp_path.iterdir())
    assert stores
    for store in stores:
        summary = stub.scan(store, resume=True)
        assert summary.kept + summary.done == summary.blocks == 12
        assert values(store) == undisturbed
