"""Strategies for command lines and scan configurations: right ones, and ones with odd words in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.strategies import MARGINS, NOISE, SCHEMES

Words = st.SearchStrategy[list[str]]

ODD = st.sampled_from(
    ["nan", "inf", "-inf", "-0", "-1", "1e-320", "1e308", "1e400", "9e18", "1" + "0" * 400, "", " "]
    + ["one", "50%", "-5%", "%", "0x10", "1_000", "٣", "𝟙", "1,2", "1e", "é", "\x00", "a\nb", "--"]
    + ["all", "full,consensus", "crossfit:1e30", "soft:-1", "interpolate:1e308", "confident:0"]
    + ["half-normal:0", "uniform:nan", "classes:1,1", "margin:.4,-9", "annotators:" + ".1," * 99]
    + [
        "power:1e308",
        "power:-1",
        "/dev/null",
        "/proc",
        "/dev/full/x",
        "a" * 300,
        "[",
        "{}",
        "\ud800",
    ]
)
EXTREME = st.sampled_from(["1e-300", "1e-9", "1e-3", "30", "1e3", "1e6", "1e150", "1e300"])
SIZE = st.sampled_from(["2", "3", "4", "20", "60"])
CHANCE = st.one_of(
    st.sampled_from(["0", "0.1", "30%", "0.49", "0.4999999999", "1e-9", "1e-300"]),
    st.floats(0, 0.5, exclude_max=True).map(str),
)
SCALE = st.one_of(st.floats(0.2, 5).map(str), st.floats(0.2, 5).map(str), EXTREME)
NAMED = st.one_of(
    SCHEMES.map(lambda scheme: scheme.name),
    SCHEMES.map(lambda scheme: scheme.name),
    st.builds("soft:{}".format, EXTREME),
    st.builds("interpolate:{}".format, st.one_of(EXTREME, st.sampled_from(["-1", "1", "0"]))),
    st.builds("confident:{}".format, st.floats(0, 1, exclude_min=True)),
)
MARGIN = st.one_of(
    MARGINS.map(str), st.builds("{}:{}".format, st.sampled_from(["uniform", "half-normal"]), SCALE)
)
SPECTRUM = st.builds("power:{}".format, st.one_of(st.floats(0, 3).map(str), EXTREME))


def option(name: str, values: st.SearchStrategy[str]) -> Words:
    """The option with a value."""
    return values.map(lambda value: [f"--{name}", value])


def sometimes(words: Words) -> Words:
    """Those words once in three cases, or none."""
    return st.integers(0, 2).flatmap(lambda number: words if number == 0 else st.just([]))


def lines(*parts: Words) -> Words:
    """The parts one after the other."""
    return st.tuples(*parts).map(lambda found: [word for part in found for word in part])


@st.composite
def spoilt(draw: Any, words: Words) -> list[str]:
    """The words, in half of the cases with up to three of them replaced, lost, doubled or added."""
    found = list(draw(words))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 3]))):
        at = draw(st.integers(1, len(found)))
        new = draw(st.one_of(ODD, ODD, st.text(max_size=5), st.floats().map(str)))
        length = draw(st.sampled_from([0, 1, 1, 1]))  # 0 puts it before
        found[at : at + length] = draw(st.sampled_from([[new], [new], [], found[at : at + 1] * 2]))
    return found


PROBLEM = lines(
    option("n", SIZE),
    st.one_of(option("d", SIZE), option("d", SIZE), option("alpha", SCALE)),
    st.one_of(option("p", CHANCE), option("epsilon", SCALE), option("noise", NOISE.map(str))),
    st.one_of(option("gamma", SCALE), option("rho", SCALE)),
    sometimes(option("sigma", SCALE)),
    sometimes(option("margin", MARGIN)),
    sometimes(option("spectrum", SPECTRUM)),
)
CLASSES = lines(
    option("n", SIZE),
    option("d", SIZE),
    st.one_of(option("p", CHANCE), option("epsilon", SCALE)),
    st.one_of(option("gamma", SCALE), option("rho", SCALE)),
    option("classes", st.sampled_from(["3", "4"])),
)
ANY = st.one_of(PROBLEM, PROBLEM, PROBLEM, CLASSES)
SOME = st.lists(NAMED, min_size=1, max_size=2).map(lambda names: ["--schemes", *names])
ROUNDS = option("rounds", st.sampled_from(["0", "1", "2"]))
THEORY = spoilt(lines(st.just(["theory"]), ANY, SOME, sometimes(ROUNDS)))
FINITE = spoilt(lines(st.just(["theory", "--fluctuations"]), ANY, SOME))
SIMULATE = spoilt(
    lines(
        st.just(["simulate"]),
        ANY,
        SOME,
        option("seeds", st.sampled_from(["1", "3"])),
        sometimes(ROUNDS),
        sometimes(option("engine", st.sampled_from(["dice", "direct"]))),
        sometimes(option("learner", st.sampled_from(["averaging", "ridge:1", "logistic:0.1"]))),
        sometimes(option("seed", SIZE)),
    )
)
SAMPLES = spoilt(
    lines(
        st.just(["samples"]),
        option("d", SIZE),
        option("p", CHANCE),
        option("gamma", SCALE),
        sometimes(option("scheme", NAMED)),
        sometimes(option("target", st.floats(0.01, 0.999).map(str))),
        sometimes(option("accuracy", st.floats(0, 1).map(str))),
    )
)
NOWHERE = ["--out", "/dev/null/x"]  # last, so that nothing is computed where all else is right
WORDS = st.one_of(
    lines(
        spoilt(
            st.sampled_from(
                [
                    ["check", "--only", "R5", "--level", "quick"],
                    ["figures", "rounds", "--preset", "quick"],
                    ["pilot", "none.csv", "--label", "y", "--epsilon", "1", "--seed", "0"],
                    ["experiment", "image", "--preset", "smoke", "--seeds", "2"],
                ]
            )
        ),
        st.just(NOWHERE),
    ),
    spoilt(st.sampled_from([["scan", "--verify", "/dev/null"], ["theory"], ["prove"]])),
    spoilt(
        st.just(["scan", "p-n", "--resume", "--scheduler", "tcp://x", "--store", "/dev/null/x"])
    ),
)


TREE = st.recursive(
    st.one_of(
        st.integers(), st.floats(), st.booleans(), ODD, st.text(max_size=5), st.integers(0, 9)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["linspace", "geomspace", "x"]), inner, max_size=2),
    ),
    max_leaves=4,
)
SPAN = st.tuples(st.floats(0.1, 0.4), st.floats(0.4, 0.45), st.integers(1, 3)).map(list)
RANGE = st.builds(lambda kind, span: {kind: span}, st.sampled_from(["linspace", "geomspace"]), SPAN)
GOOD: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "axes": {
        "n": st.sampled_from([20, 60, [20, 60]]),
        "d": st.sampled_from([3, 5, [5, 9]]),
        "p": st.one_of(st.just(0.2), RANGE, CHANCE.filter(lambda text: "%" not in text).map(float)),
        "gamma": st.one_of(RANGE, SCALE.map(float)),
        "sigma": st.one_of(st.just(1), SCALE.map(float)),
        "margin": st.one_of(MARGIN, st.lists(MARGIN, min_size=1, max_size=2)),
        "spectrum": st.one_of(SPECTRUM, st.just("isotropic")),
    },
    "run": {
        "schemes": st.lists(NAMED, min_size=1, max_size=2),
        "rounds": st.integers(1, 2),
        "seeds": st.sampled_from([1, 8, "adaptive"]),
        "engine": st.sampled_from(["dice", "direct"]),
        "quantities": st.sampled_from([["kappa"], ["improved", "log_error"]]),
        "error": st.floats(0.01, 0.5),
    },
    "adaptive": {"cap": st.just(16), "batch": st.just(8), "precision": st.floats(0, 0.4)},
    "refine": {"axis": st.sampled_from(["p", "gamma"]), "resolution": st.just(0.5)},
    "store": {"block": st.integers(1, 3)},
}
NEEDED = {"axes": ("n", "d", "p", "gamma"), "run": ("schemes", "seeds")}


@st.composite
def tables(draw: Any) -> dict[str, dict[str, Any]]:
    """A configuration, in half of the cases with up to three entries replaced, lost or added."""
    found: dict[str, dict[str, Any]] = {}
    for name, keys in GOOD.items():
        needed = NEEDED.get(name, ())
        if needed or draw(st.integers(0, 3)) == 0:
            chosen = [k for k in keys if k in needed or draw(st.booleans())]
            found[name] = {key: draw(keys[key]) for key in chosen}
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 3]))):
        table = found.setdefault(draw(st.sampled_from([*GOOD, "other"])), {})
        key = draw(st.sampled_from(sorted({*table, "alpha", "noise", "epsilon", "x"})))
        table[key] = draw(TREE)
        if draw(st.integers(0, 3)) == 0:
            del table[key]
    return found


def toml(document: dict[str, dict[str, Any]]) -> str:
    """The tables as the text of a file."""
    parts = [
        [f"[{name}]", *(f"{key} = {_value(value)}" for key, value in table.items())]
        for name, table in document.items()
    ]
    return "\n".join(line for part in parts for line in part)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_value, value)) + "]"
    return repr(value) if isinstance(value, float) else json.dumps(value)
