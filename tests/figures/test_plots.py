"""relabel map and relabel plot: any axes of a scan or a map, refused where there is nothing."""

import json

import numpy as np
import pytest
import xarray as xr

from relabel_lab.figures import caption_of_view, draw_view, view_of
from relabel_lab.relabel import main
from relabel_lab.sim import Problem, parse_scheme
from relabel_lab.theory import predict

pytestmark = pytest.mark.smoke


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("maps") / "map"
    axes = ["p=0.1:0.4:3", "rho=0.5:4:4:log", "alpha=1,2"]
    assert main(["map", "--axes", *axes, "--store", str(path), "--json"]) == 0
    return path


@pytest.fixture(scope="module")
def scanned():
    """A scan's store with one axis, as xarray shows it."""
    dims = ("rho", "scheme", "round")
    names = ("improved", "improved_lower", "improved_upper", "accuracy_mean", "accuracy_se")
    values = np.linspace(0.1, 0.9, 12).reshape(3, 2, 2)
    data = {name: (dims, values + 0.01 * i) for i, name in enumerate(names)}
    data["accuracy_theory"] = (dims, values + 0.02)
    data["kappa_theory"] = (dims, np.broadcast_to([1.0, 2.0], values.shape))
    coords = {"rho": [1.0, 2.0, 4.0], "scheme": ["full", "soft:1"], "round": [0, 1], "p": 0.3}
    return xr.Dataset(data, coords)


def test_a_map_holds_the_predictions(store):
    data = xr.open_zarr(store, consolidated=False)
    for scheme in ("full", "consensus"):
        point = data.sel(scheme=scheme, p=0.4, rho=4.0, alpha=2.0)
        found = predict(Problem(10**8, 5 * 10**7 + 1, 0.4, 2.0), parse_scheme(scheme))
        np.testing.assert_allclose(point.kappa_theory.values, found.kappa, rtol=1e-10)
    assert dict(data.sizes) == {"p": 3, "rho": 4, "alpha": 2, "scheme": 2, "round": 2}


def test_plot_draws_two_axes_of_three(store, tmp_path, capsys):
    asked = ["plot", str(store), "--at", "alpha=2", "--x", "rho", "--y", "p", "--json"]
    assert main([*asked, "--out", str(tmp_path / "a"), "--format", "svg"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"] == [str(tmp_path / f"a.{kind}") for kind in ("svg", "txt", "json")]
    drawn = json.loads((tmp_path / "a.json").read_text())
    accuracy = xr.open_zarr(store, consolidated=False).accuracy_theory.sel(alpha=2, scheme="full")
    gain = 100 * (accuracy.sel(round=1) - accuracy.sel(round=0)).transpose("p", "rho")
    np.testing.assert_allclose(drawn["lines"][0]["values"], gain)
    assert drawn["quantity"] == "gain"
    assert "alpha = 2" in (tmp_path / "a.txt").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "--at nothing: must be a value of every further axis"),
        (["--at", "alpha=3"], "--at alpha 3: must be a value of the axis: 1, 2"),
        (["--at", "alpha"], "AXIS=VALUE"),
        (["--at", "alpha=1", "--quantity", "kapa"], "kappa"),
        (["--at", "alpha=1", "--quantity", "improved"], "--quantity improved"),
        (["--at", "alpha=1", "--x", "roh"], "rho"),
        (["--at", "alpha=1", "--schemes", "ful"], "full"),
        (["--at", "alpha=1", "--round", "2"], "--round 2"),
    ],
)
def test_plot_refuses_what_the_store_does_not_have(store, words, told, tmp_path, capsys):
    assert main(["plot", str(store), "--out", str(tmp_path / "a"), *words]) == 2
    stderr = capsys.readouterr().err
    assert told in stderr and stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_plot_refuses_what_is_no_store(tmp_path, capsys):
    assert main(["plot", str(tmp_path), "--out", str(tmp_path / "a")]) == 2
    assert "STORE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--axes", "p=0:1"], "LOW:HIGH:COUNT"),
        (["--axes", "p=a"], "'a' is none"),
        (["--axes", "p=0.3", "roh=1:2:3", "alpha=1"], "rho"),
        ([], "either CONFIG.toml or --axes"),
        (["p-rho", "--rounds", "2"], "only with --axes"),
    ],
)
def test_map_refuses_before_writing(words, told, tmp_path, capsys):
    assert main(["map", *words, "--store", str(tmp_path / "m")]) == 2
    stderr = capsys.readouterr().err
    assert told in stderr and stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_map_leaves_an_existing_store_alone(store, capsys):
    assert main(["map", "p-rho", "--store", str(store)]) == 2
    assert "it exists" in capsys.readouterr().err


def test_lines_of_a_scan_have_their_intervals(scanned):
    view = view_of(scanned)
    assert (view.quantity, view.round, view.simulated, list(view.axes)) == (
        "improved",
        1,
        True,
        ["rho"],
    )
    np.testing.assert_allclose(view.lines[0].low, scanned.improved_lower[:, 0, 1])
    np.testing.assert_allclose(view.lines[1].lead, np.log(2))
    accuracy = view_of(scanned, quantity="accuracy", schemes=["full"]).lines[0]
    np.testing.assert_allclose(accuracy.high - accuracy.values, 196 * scanned.accuracy_se[:, 0, 1])
    bars = draw_view(view).axes[0].containers
    assert len(bars) == 2
    assert "95 % intervals" in caption_of_view(view)


def test_plot_reads_the_layout_of_a_scan(scanned, tmp_path):
    scanned.to_zarr(tmp_path / "scan", zarr_format=2, consolidated=True)
    asked = ["plot", str(tmp_path / "scan"), "--out", str(tmp_path / "a"), "--format", "svg"]
    assert main(asked) == 0
    assert json.loads((tmp_path / "a.json").read_text())["quantity"] == "improved"
