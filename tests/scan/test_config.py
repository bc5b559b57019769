"""Configurations: what is understood, and how everything else is refused."""

import json
import pickle
import tomllib

import jsonschema
import numpy as np
import pytest

from relabel_lab.scan import PRESETS, json_schema, load, parse, preset
from tests.scan.tables import TABLE, changed

pytestmark = pytest.mark.smoke

LEAST = """
[axes]
p = {linspace = [0.05, 0.45, 9]}
rho = [0.5, 1.0, 2.0]
alpha = 2.0
n = 500
[run]
schemes = ["full", "consensus"]
rounds = 1
seeds = 200
seed = 0
engine = "dice"
"""


def test_the_least_configuration(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(LEAST)
    config = load(path)
    grid = config.grid
    assert grid.names == ("p", "rho") and grid.shape == (9, 3) and grid.cells == 27
    values = grid.parameters(np.arange(27))
    np.testing.assert_allclose(values["p"].reshape(9, 3)[:, 0], np.linspace(0.05, 0.45, 9))
    np.testing.assert_array_equal(values["rho"].reshape(9, 3)[4], [0.5, 1.0, 2.0])
    np.testing.assert_allclose(values["gamma"] ** 2, values["rho"])
    assert (values["d"] == 251).all() and (values["n"] == 500).all()
    assert config.plain()["run"]["schemes"] == ["full", "consensus"]


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        ({"logspace": [-1, 1, 3]}, [0.1, 1.0, 10.0]),
        ({"geomspace": [1, 16, 3]}, [1.0, 4.0, 16.0]),
        ({"linspace": [1, 2, 3]}, [1.0, 1.5, 2.0]),
        ([3, 1], [3.0, 1.0]),
    ],
)
def test_ranges(axis, expected):
    config = parse(changed("axes", "rho", axis))
    np.testing.assert_allclose(config.axis("rho").values, expected, rtol=1e-15)


def test_generated_sizes_are_rounded_and_written_ones_must_be_whole():
    assert parse(changed("axes", "n", {"geomspace": [10, 1000, 4]})).axis("n").values == (
        10,
        46,
        215,
        1000,
    )
    with pytest.raises(ValueError, match=r"axes.n = 10.5 .* whole number >= 2"):
        parse(changed("axes", "n", 10.5))


def test_derived_axes():
    axes = {"epsilon": [0.5, 2.0], "gamma": [1.0, 2.0], "sigma": 0.5, "n": [100, 400], "alpha": 3.0}
    grid = parse({**TABLE, "axes": axes}).grid
    values = grid.parameters(np.arange(grid.cells))
    np.testing.assert_allclose(values["p"], 1 / (1 + np.exp(grid.given(np.arange(8))["epsilon"])))
    np.testing.assert_allclose(values["rho"].reshape(2, 2, 2)[0, :, 0], [4.0, 16.0])
    assert set(values["d"]) == {34, 134}
    derived = grid.derived()
    assert derived["d"][0] == ("n",) and list(derived["d"][1]) == [34, 134]
    assert derived["p"][0] == ("epsilon",) and derived["rho"][0] == ("gamma",)
    both = parse({**TABLE, "axes": {**TABLE["axes"], "gamma": 3.0, "rho": [1.0, 4.0]}}).grid
    np.testing.assert_allclose(both.parameters(np.arange(4))["sigma"], [3.0, 1.5, 3.0, 1.5])


def test_derived_sizes_are_checked_over_the_whole_grid():
    axes = {"p": 0.1, "rho": 1.0, "n": [10, 1000], "alpha": [2.0, 50.0]}
    with pytest.raises(
        ValueError, match="d from the other axes = 1 .* at least 2 and .* everywhere"
    ):
        parse({**TABLE, "axes": axes})


def test_a_kind_of_noise_stands_for_p():
    axes = {**TABLE["axes"], "noise": ["classes:0.1,0.3", "margin:0.4,0.8"]}
    del axes["p"]
    config = parse({**TABLE, "axes": axes})
    values = config.grid.parameters(np.arange(2))
    assert list(values["noise"]) == axes["noise"] and "p" not in values
    assert "p" not in config.grid.derived()
    axes["noise"] = "margins:0.4"
    with pytest.raises(ValueError, match="axes.noise = margins:0.4 .* margin:P,DECAY"):
        parse({**TABLE, "axes": axes})
    axes["noise"] = "subgroup:0.1,0.4,0.2"
    with pytest.raises(ValueError, match="run.engine = dice .* direct with the noise subgroup"):
        parse({**TABLE, "axes": axes})
    parse({"axes": axes, "run": {**TABLE["run"], "engine": "direct"}})


def test_schemes_are_tried_at_the_fewest_samples():
    axes = {"p": 0.1, "rho": 1.0, "n": [100, 4], "d": 5}
    parse({"axes": axes, "run": {"schemes": ["crossfit:4"]}})
    with pytest.raises(ValueError, match="run.schemes = crossfit:5"):
        parse({"axes": axes, "run": {"schemes": ["crossfit:5"]}})


def test_what_is_stored_reads_back_as_the_same_configuration():
    table = {**changed("axes", "rho", {"geomspace": [1, 4, 3]}), "store": {"block": 7}}
    config = parse(table)
    assert parse(config.plain()).plain() == config.plain()
    copy_ = pickle.loads(pickle.dumps(config))
    assert copy_ == config and hash(copy_) == hash(config) and copy_.digest == config.digest


def test_the_schema_is_strict_json_and_agrees_with_the_parser():
    schema = json.loads(json.dumps(json_schema(), allow_nan=False))
    check = jsonschema.Draft202012Validator(schema)
    check.check_schema(schema)
    for name in PRESETS:
        check.validate(tomllib.loads(preset(name).read_text()))
    check.validate(TABLE)
    for table, key, value in [
        ("axes", "rhoo", 1.0),
        ("axes", "p", 0.5),
        ("axes", "p", {"linspce": [0, 1, 2]}),
        ("axes", "n", 1),
        ("run", "engine", "dise"),
        ("run", "seeds", 0),
        ("run", "schemes", []),
        ("run", "schemes", None),
        ("store", "block", 0),
        ("refine", "axis", "rho"),
    ]:
        bad = changed(table, key, value)
        assert not check.is_valid(bad), f"{table}.{key} = {value}"
        with pytest.raises(ValueError):
            parse(bad)


def test_every_result_relevant_change_changes_the_digest():
    digests = {parse(TABLE).digest}
    for table, key, value in [
        ("run", "seeds", 11),
        ("run", "seed", 1),
        ("axes", "p", [0.1, 0.3]),
        ("store", "block", 7),
    ]:
        digests.add(parse(changed(table, key, value)).digest)
    assert len(digests) == 5


def test_spacing_matters_where_it_is_bisected():
    refine = {"refine": {"axis": "rho", "resolution": 0.1}}
    list_, range_ = ([1.0, 4.0], {"geomspace": [1.0, 4.0, 2]})
    one, two = (parse({**changed("axes", "rho", rho), **refine}) for rho in (list_, range_))
    assert one.plain()["axes"] == two.plain()["axes"] and one.digest != two.digest


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_valid(name):
    assert load(preset(name)).grid.cells >= 1000
