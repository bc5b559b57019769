"""Command lines and configurations that nobody would write: the contract holds for all of them.

``make test`` tries some; ``make fuzz`` tries 10,000, with CASES=N as many as asked for.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from relabel_lab.relabel import main
from relabel_lab.relabel.commands import scan
from relabel_lab.scan import Summary

FULL = "FUZZ_CASES" in os.environ
CASES = int(os.environ.get("FUZZ_CASES", "240"))


def fuzzed(share: float):
    """Settings of a test that has this share of the cases; a full run draws new ones each time."""
    return settings(
        max_examples=max(1, round(share * CASES)),
        deadline=None,
        derandomize=not FULL,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )


ODD = st.sampled_from(
    ["nan", "inf", "-inf", "-0", "-1", "1e-320", "1e308", "1e400", "9e18", "1" + "0" * 400, "", " "]
    + ["one", "50%", "-5%", "%", "0x10", "1_000", "٣", "𝟙", "1,2", "1e", "é", "\x00", "a\nb", "--"]
)
SMALL = st.sampled_from(["2", "3", "4", "20", "60"])
PLAIN = st.sampled_from(["0", "0.1", "0.3", "0.49", "0.5", "1", "2.5", "30%", "1e-9", "1e3"])
REAL = st.one_of(PLAIN, st.floats(width=32).map(str), ODD)
WHOLE = st.one_of(SMALL, SMALL, st.integers(-3, 70).map(str), ODD)
NUMBERS = st.lists(REAL, max_size=3).map(",".join)


def named(names: list[str], numbers: st.SearchStrategy[str] = NUMBERS) -> st.SearchStrategy[str]:
    """One of the names, with or without numbers after a colon, or something else."""
    name = st.sampled_from(names)
    return st.one_of(name, st.builds("{}:{}".format, name, numbers), st.text(max_size=6))


SCHEME = named(
    ["initial", "full", "consensus", "confident", "soft", "interpolate", "crossfit"]
    + ["optimal", "fresh", "leave-one-out", "all"],
    st.one_of(PLAIN, SMALL, REAL),
)
MARGIN = named(["constant", "gaussian", "half-normal", "uniform"], st.one_of(PLAIN, REAL))
NOISE = st.one_of(
    named(["classes", "margin", "direction", "subgroup", "annotators"]),
    st.builds("annotators:{}@{}".format, NUMBERS, NUMBERS),
)
SPECTRUM = st.one_of(named(["isotropic", "power"], st.one_of(PLAIN, REAL)), st.just("/dev/null"))


def option(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    """The option with a value."""
    return values.map(lambda value: [f"--{name}", value])


def sometimes(words: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    """Those words once in four cases, or none."""
    return st.integers(0, 3).flatmap(lambda number: words if number == 0 else st.just([]))


def lines(*parts: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    """The parts one after the other."""
    return st.tuples(*parts).map(lambda found: [word for part in found for word in part])


ONE = st.sampled_from  # of several
PROBLEM = lines(
    option("n", WHOLE),
    st.one_of(option("d", WHOLE), option("d", WHOLE), option("alpha", REAL)),
    st.one_of(
        option("p", REAL), option("p", PLAIN), option("epsilon", REAL), option("noise", NOISE)
    ),
    st.one_of(option("gamma", REAL), option("gamma", PLAIN), option("rho", REAL)),
    sometimes(option("sigma", REAL)),
    sometimes(option("margin", MARGIN)),
    sometimes(option("spectrum", SPECTRUM)),
)
CLASSES = sometimes(option("classes", st.one_of(ONE(["2", "3", "4"]), WHOLE)))
SCHEMES = st.lists(SCHEME, min_size=1, max_size=2).map(lambda names: ["--schemes", *names])
THEORY = lines(
    st.just(["theory"]),
    PROBLEM,
    CLASSES,
    SCHEMES,
    sometimes(option("rounds", st.one_of(ONE(["0", "1", "2"]), ODD))),
)
SIMULATE = lines(
    st.just(["simulate"]),
    PROBLEM,
    CLASSES,
    SCHEMES,
    option("seeds", st.one_of(ONE(["1", "3"]), WHOLE)),
    sometimes(option("rounds", st.one_of(ONE(["0", "1", "2"]), ODD))),
    sometimes(option("engine", ONE(["dice", "direct", "other"]))),
    sometimes(option("learner", named(["averaging", "ridge", "logistic"], REAL))),
    sometimes(option("seed", WHOLE)),
)
SAMPLES = lines(
    st.just(["samples"]),
    PROBLEM,
    sometimes(option("scheme", SCHEME)),
    option("target", st.one_of(REAL, ODD)),
    sometimes(option("accuracy", REAL)),
)
TREE = st.recursive(
    st.one_of(
        st.integers(), st.floats(), st.booleans(), st.text(max_size=5), ONE(["full", "dice"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(ONE(["linspace", "geomspace", "schemes", "x"]), inner, max_size=2),
    ),
    max_leaves=4,
)
KEYS = ["n", "d", "p", "gamma", "rho", "alpha", "sigma", "epsilon", "margin", "schemes", "rounds"]
KEYS += ["seeds", "seed", "engine", "quantities", "error", "cap", "batch", "axis", "resolution"]
TABLES = st.dictionaries(
    ONE(["axes", "run", "adaptive", "refine", "store", "other"]),
    st.dictionaries(ONE([*KEYS, "block", "noise", "spectrum", "x"]), TREE, max_size=4),
    max_size=4,
)
BASE = {
    "axes": {"n": 60, "d": [5, 9], "p": 0.2, "gamma": 1.5},
    "run": {"schemes": ["full"], "seeds": 8},
}
MENDED = TABLES.map(
    lambda tables: {key: {**BASE.get(key, {}), **tables.get(key, {})} for key in {**BASE, **tables}}
)
WORDS = st.one_of(
    ONE(["theory", "check", "scan", "figures", "pilot", "experiment", "--json", "--help", "--n"]),
    ONE(["--out", "--only", "--level", "--store", "--verify", "--list", "image", "R8-clean"]),
    ODD,
)
OTHER = st.lists(WORDS, max_size=5).filter(
    lambda words: not {"R8-clean", "--list"} & set(words) and "--help" not in words
)


def obeys(words: list[str]) -> int:
    """Run a command and judge what it does; returns its exit code."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    said = err.getvalue()
    assert code in (0, 2), (words, said)
    if code == 2:
        assert out.getvalue() == "" and said.startswith("relabel"), (words, said)
        assert said.count("\n") == 1 and len(said) < 2000, (words, said)
    else:
        assert all(line.startswith("warning") for line in said.splitlines()), (words, said)
        told = json.loads(out.getvalue(), parse_constant=_refused)
        assert isinstance(told, dict), words
    return code


def _refused(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


@fuzzed(0.35)
@for_all(THEORY)
def test_theory(words):
    obeys([*words, "--json"])


@fuzzed(0.15)
@for_all(SIMULATE)
def test_simulate(words):
    obeys([*words, "--json"])


@fuzzed(0.05)
@for_all(SAMPLES)
def test_samples(words):
    obeys([*words, "--json"])


@fuzzed(0.15)
@for_all(OTHER)
def test_words(words):
    assert obeys(words) == 2


@fuzzed(0.2)
@for_all(st.one_of(TABLES, MENDED))
def test_configurations(tables):
    scanned("\n".join(_toml(name, table) for name, table in tables.items()))


@fuzzed(0.1)
@for_all(st.one_of(st.text(max_size=60), st.binary(max_size=60)))
def test_files_that_are_no_configurations(content):
    scanned(content)


def scanned(content: str | bytes) -> None:
    """Everything that a scan does with a configuration but the scanning itself."""
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    nothing = Summary(cells=1, blocks=1, kept=1, done=0, seeds=1, seconds=0.0)
    real, scan._scan = scan._scan, lambda args, config: nothing
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "config.toml"
            path.write_bytes(data)
            obeys(["scan", str(path), "--store", f"{folder}/store", "--json"])
            assert list(Path(folder).iterdir()) == [path]
    finally:
        scan._scan = real


def _toml(name: str, table: dict) -> str:
    return f"[{name}]\n" + "\n".join(f"{key} = {_value(value)}" for key, value in table.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value)
