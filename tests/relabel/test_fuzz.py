"""Command lines and configurations that nobody would write: the contract holds for all of them.

``make test`` tries some; ``make fuzz`` tries 10,000 new ones, with CASES=N as many as asked for,
and holds each to 20 s and all of them to 4 GiB.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import resource
import tempfile
import time
from pathlib import Path

import jax
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from relabel_lab.relabel import main
from relabel_lab.relabel.commands import scan
from relabel_lab.scan import Summary
from tests.conftest import MOST_MAPS, maps
from tests.relabel.lines import FINITE, SAMPLES, SIMULATE, THEORY, WORDS, tables, toml

FULL = "FUZZ_CASES" in os.environ
CASES = int(os.environ.get("FUZZ_CASES", "120"))
A_PART = 250  # cases of one test, so that the processes share the work
SECONDS, BYTES = 20, 4 * 2**30
SCANNED = 2000  # samples that a configuration is really scanned with, at most


def fuzzed(share: float, short: float):
    """A test that has this share of the cases, in parts, or the other one of a short run.

    A full run draws new cases each time, and looks for the simplest that fails.
    """
    count = max(1, round((share if FULL else short) * CASES))
    parts = -(-count // A_PART)
    how = settings(
        max_examples=-(-count // parts),
        deadline=None,
        derandomize=not FULL,
        database=None,
        print_blob=FULL,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if FULL else (Phase.generate,),
    )
    return lambda test: pytest.mark.parametrize("part", range(parts))(how(test))


def obeys(words: list[str]) -> int:
    """Run a command and judge what it does; returns its exit code."""
    if maps() > MOST_MAPS:
        jax.clear_caches()
        gc.collect()
    out, err = io.StringIO(), io.StringIO()
    began = time.process_time(), time.monotonic()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    said = err.getvalue()
    assert code in (0, 2), (words, said)
    if code == 2:
        assert out.getvalue() == "" and said.startswith("relabel"), (words, said)
        assert said.count("\n") == 1 and len(said) < 2000, (words, said)
    else:
        assert all(line.startswith("warning") for line in said.splitlines()), (words, said)
        if "--json" in words:
            told = json.loads(out.getvalue(), parse_constant=_refused)
            assert isinstance(told, dict), words
    if FULL:
        passed = time.process_time() - began[0], time.monotonic() - began[1]
        assert min(passed) < SECONDS, words  # with two cores, or beside other work
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 < BYTES, words
    return code


def _refused(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


@fuzzed(0.3, 0.15)
@for_all(THEORY)
def test_theory(part, words):
    obeys([*words, "--json"])


@fuzzed(0.1, 0.01)
@for_all(FINITE)
def test_laws_of_finite_sizes(part, words):
    obeys([*words, "--json"])


@fuzzed(0.12, 0.04)
@for_all(SIMULATE)
def test_simulate(part, words):
    obeys([*words, "--json"])


@fuzzed(0.08, 0.02)
@for_all(SAMPLES)
def test_samples(part, words):
    obeys([*words, "--json"])


@fuzzed(0.1, 0.2)
@for_all(WORDS)
def test_words(part, words):
    obeys(words)


@fuzzed(0.25, 0.45)
@for_all(tables())
def test_configurations(part, tables):
    scanned(toml(tables))


@fuzzed(0.05, 0.14)
@for_all(st.one_of(st.text(max_size=60), st.binary(max_size=60)))
def test_files_that_are_no_configurations(part, content):
    scanned(content)


def scanned(content: str | bytes) -> None:
    """A scan; without the scanning itself where that would take long."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    real = scan._scan

    def short(args, config):
        if FULL and config.grid.sizes().max() * config.seeds * config.grid.cells < SCANNED:
            return real(args, config)
        return Summary(cells=1, blocks=1, kept=1, done=0, seeds=1, seconds=0.0)

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "_scan", short)
        path = Path(folder) / "config.toml"
        path.write_bytes(data)
        if obeys(["scan", str(path), "--store", f"{folder}/store", "--json"]) == 2:
            assert list(Path(folder).iterdir()) == [path]
