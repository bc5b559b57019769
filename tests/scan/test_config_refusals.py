"""Scan configurations that are refused, each with one clear line."""

import pytest

from relabel_lab.scan import load, parse
from tests.scan.tables import TABLE, changed

pytestmark = pytest.mark.smoke


@pytest.mark.parametrize(
    ("table", "key", "value", "says"),
    [
        ("axes", "rhoo", 1.0, r"axes.rhoo is not a known key \(did you mean rho\?\)"),
        ("axes", "gama", 1.0, "did you mean gamma"),
        ("run", "sceme", ["full"], "run.sceme is not a known key .did you mean schemes"),
        (
            "run",
            "quantities",
            ["kapa"],
            "run.quantities = kapa .* one of kappa, .*did you mean kappa",
        ),
        ("axes", "p", {"linspce": [0, 1, 2]}, "axes.p.linspce .*did you mean linspace"),
        ("axes", "p", [0.1, 0.5], r"axes.p = 0.5 .* in \[0, 0.5\)"),
        ("axes", "p", [0.1, 0.1], "axes.p = 0.1 .* free of repeated values"),
        ("axes", "p", [], "axes.p = .* at least one value"),
        ("axes", "p", [True], r"axes.p = True .* in \[0, 0.5\)"),
        ("axes", "p", {"linspace": [0.1, 0.2]}, r"axes.p.linspace .* \[low, high, count\]"),
        ("axes", "rho", {"geomspace": [0, 2, 3]}, "low and high > 0"),
        ("axes", "rho", -1.0, "axes.rho = -1.0 .* finite and > 0"),
        ("axes", "rho", None, "give rho or gamma"),
        (
            "axes",
            "epsilon",
            1.0,
            "give exactly 1 of p, epsilon, noise; the config gives p, epsilon",
        ),
        ("axes", "alpha", 1.0, "give exactly 2 of n, d, alpha"),
        ("axes", "margin", "round", "axes.margin = round .* one of constant"),
        ("axes", "spectrum", "power:x", "axes.spectrum = power:x .* isotropic or power:A"),
        ("axes", "margin", {"linspace": [0, 1, 2]}, "axes.margin .* a name or a list of names"),
        ("run", "schemes", ["ful"], "run.schemes = ful .* one of .*did you mean full"),
        ("run", "schemes", [], r"run.schemes = \[\] .* a list of at least one"),
        ("run", "schemes", ["full", "full"], "free of repeated names"),
        ("run", "schemes", None, "run.schemes is missing"),
        ("run", "rounds", 0, "run.rounds = 0 .* whole number >= 1"),
        ("run", "seeds", 0, "run.seeds = 0 .* whole number >= 1"),
        ("run", "seeds", "many", 'run.seeds = many .* "adaptive"'),
        ("run", "seed", -1, "run.seed = -1"),
        ("run", "engine", "dise", "run.engine = dise .* one of dice, direct"),
        ("run", "error", 1.0, "run.error = 1.0 .* between 0 and 1"),
        ("run", "quantiles", [0.5, 2.0], "run.quantiles = 2.0"),
        ("adaptive", "cap", 100, "run.seeds = 10 .* when the config has an"),
        ("store", "block", 0, "store.block = 0"),
        ("refine", "axis", "rho", "refine.resolution is missing"),
        ("run", "engine", "dise", "did you mean dice"),
        ("run", "seeds", 10**12, "run.seeds = 10+ .* fit 4 GiB"),
        ("run", "seed", 2**63, "run.seed = .* 0 to 2.63 - 1"),
        ("run", "schemes", ["crossfit:1e30"], "run.schemes = crossfit:1e30 .* crossfit"),
        ("run", "schemes", "full", "run.schemes = full .* a list"),
        ("run", "rounds", True, "run.rounds = True"),
        ("axes", "n", 1e300, r"axes.n = 1e\+300 .* at most 2.53"),
        ("axes", "p", {"linspace": [0.1, 0.2, 10**9]}, "a whole count, 1 to 1000000"),
        ("axes", "p", {"linspace": [0.1, 0.6, 3]}, r"axes.p = 0.6 .* in \[0, 0.5\)"),
        ("axes", "p", {}, "axes.p: give one of linspace, geomspace, logspace"),
        ("axes", "rho", {"logspace": [0, 400, 3]}, "axes.rho = inf .* finite and > 0"),
        ("axes", "margin", "half-normal:-1", "axes.margin = half-normal:-1 .* finite and > 0"),
        ("axes", "margin", 3, "axes.margin = 3 .* a name or a list of names"),
    ],
)
def test_refusals_say_what_is_wrong(table, key, value, says):
    with pytest.raises(ValueError, match=says) as refused:
        parse(changed(table, key, value))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("axis", "says"),
    [("n", "one of p, epsilon"), ("rho", "a swept axis with at least two values")],
)
def test_refined_axis_must_be_swept(axis, says):
    with pytest.raises(ValueError, match=f"refine.axis = {axis} .* {says}"):
        parse({**TABLE, "refine": {"axis": axis, "resolution": 0.1}})


@pytest.mark.parametrize(
    ("axes", "says"),
    [
        ({"gamma": 1e308, "rho": None}, "gamma = 1e.308 is not allowed: .* < 1e.70"),
        ({"gamma": 1.0, "sigma": 1e-300, "rho": None}, "sigma = 1e-300 is not allowed: .* > 1e-70"),
        ({"epsilon": 1e-300, "p": None}, "p from the other axes = 0.5 .* below 0.5"),
        ({"alpha": 1e-300, "d": None}, "d from the other axes = .* at most 2.53"),
        ({"p": {"linspace": [0, 0.4, 10**5]}, "rho": {"linspace": [1, 2, 10**5]}}, "below 2.32"),
    ],
)
def test_numbers_beyond_arithmetic_are_refused(axes, says):
    given = {k: v for k, v in {**TABLE["axes"], **axes}.items() if v is not None}
    with pytest.raises(ValueError, match=says):
        parse({**TABLE, "axes": given})


def test_unreadable_and_broken_files(tmp_path):
    with pytest.raises(ValueError, match="cannot be read"):
        load(tmp_path / "none.toml")
    (tmp_path / "c.toml").write_text("[axes\n")
    with pytest.raises(ValueError, match="is not TOML"):
        load(tmp_path / "c.toml")
    with pytest.raises(ValueError, match=r"config.axis is not a known key .did you mean axes"):
        parse({"axis": {}, "run": {}})
    with pytest.raises(ValueError, match=r"there is no \[run\] table"):
        parse({"axes": TABLE["axes"]})
