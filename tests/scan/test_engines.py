"""Blocks of the real engines: right numbers, the same bits however they are computed."""

from types import SimpleNamespace

import jax
import numpy as np
import pytest
import xarray as xr

from relabel_lab.scan import (
    BOUNDARY,
    BlockWork,
    bisect,
    boundary_frame,
    boundary_parts,
    grid_frame,
    locally,
    parse,
    run_scan,
    verify,
)
from relabel_lab.scan.work.groups import cell_keys, groups
from relabel_lab.scan.work.prediction import predictions
from relabel_lab.sim import Problem, dice, direct, parse_scheme
from relabel_lab.sim.noise import parse_noise
from relabel_lab.sim.seeds import cell_key
from relabel_lab.theory import Status, predict

AXES = {"p": [0.1, 0.4], "rho": [0.5, 2.0], "alpha": 2.0, "n": [60, 100]}
SCHEMES = ["initial", "full", "consensus"]
ONE = tuple(jax.local_devices()[:1])


def config(axes=AXES, **run):
    return parse({"axes": axes, "run": {"schemes": SCHEMES, "seeds": 40, "rounds": 1, **run}})


def _cell_by_cell(table, engine, cell, seeds):
    """Outcomes of one cell straight from the engine."""
    work = BlockWork(table, ONE)
    at = {k: v[0] for k, v in work.grid.parameters(np.array([cell])).items()}
    problem = Problem(
        int(at["n"]), int(at["d"]), float(at["p"]), float(at["gamma"]), margin=str(at["margin"])
    )
    key = cell_key(jax.random.key(table.run.seed), cell)
    schemes = [parse_scheme(name) for name in SCHEMES]
    return problem, engine.run_many(problem, schemes, 1, key=key, seeds=seeds, devices=ONE)


@pytest.mark.parametrize(("name", "engine"), [("dice", dice), ("direct", direct)])
def test_cells_equal_the_engine(name, engine):
    sizes = AXES["n"] if name == "dice" else 60  # direct compiles anew for every n
    table = config({**AXES, "n": sizes}, engine=name)
    block = BlockWork(table, ONE)(0)
    for cell in (0, 3):
        problem, outcomes = _cell_by_cell(table, engine, cell, 40)
        for rank, scheme in enumerate(SCHEMES):
            found = outcomes[scheme]
            for quantity in ("kappa", "accuracy", "label_accuracy", "coverage", "log_error"):
                mean = np.asarray(getattr(found, quantity)).mean(axis=0)
                np.testing.assert_allclose(block[f"{quantity}_mean"][cell, rank], mean, rtol=1e-12)
            better = np.asarray(found.kappa[:, 1] > found.kappa[:, 0]).mean()
            assert block["improved"][cell, rank, 1] == better
            theory = predict(problem, parse_scheme(scheme), 1)
            np.testing.assert_allclose(
                block["kappa_theory"][cell, rank], np.asarray(theory.kappa), rtol=1e-12
            )
    assert (block["improved"][:, 0] == 0).all() and (block["seeds"] == 40).all()


def test_devices_and_company_change_no_bit():
    table = config()
    whole = BlockWork(table, ONE)
    two = BlockWork(table, tuple(jax.devices()[:2]))(0)
    cells = np.array([5, 2])
    keys = jax.vmap(lambda c: cell_key(jax.random.key(0), c))(cells)
    alone = whole.cells(whole.grid.parameters(cells), keys)
    for name, values in whole(0).items():
        np.testing.assert_array_equal(values, two[name])
        np.testing.assert_array_equal(values[cells], alone[name])


def test_spectra_in_one_grid():
    shapes = ["isotropic", "power:0", "power:2"]
    axes = {"p": 0.3, "rho": 1.0, "alpha": 2.0, "n": 60, "spectrum": shapes}
    block = BlockWork(config(axes, seeds=400, quantities=["kappa"]), ONE)(0)
    mean, se = block["kappa_mean"][..., 1], block["kappa_se"][..., 1]
    # power:0 is the isotropic law by another path of the engine
    assert (np.abs(mean[0] - mean[1]) / np.hypot(se[0], se[1])).max() < 4.5
    assert (mean[2] < mean[0] - 5 * se[0]).all()
    theory = block["kappa_theory"]
    np.testing.assert_allclose(theory[0], theory[1], rtol=1e-9)
    assert np.isnan(theory[2]).all(), "few eigenvalues dominate: no prediction"


def test_many_sizes_need_few_programs():
    sizes = np.unique(np.geomspace(30, 100_000, 50).astype(int))
    padded = dice.padded_sizes(sizes, sizes)
    assert len(np.unique(padded)) <= 6 and (padded >= sizes).all()


def test_store_opens_in_one_line_and_boundary_brackets_the_crossing(tmp_path):
    axes = {"p": [0.3, 0.4], "rho": {"linspace": [0.5, 4.5, 5]}, "alpha": 2.0, "n": 100}
    table = parse(
        {
            "axes": axes,
            "run": {"schemes": SCHEMES, "seeds": 64},
            "refine": {"axis": "rho", "resolution": 0.1},
        }
    )
    work = BlockWork(table, ONE)
    run_scan(table, tmp_path / "s", locally(work))
    part = boundary_parts(table, tmp_path / "s")
    execute = locally(lambda block: bisect(work, part(block)))
    run_scan(table, tmp_path / "s" / BOUNDARY, execute, frame=boundary_frame(table))

    data = xr.open_zarr(tmp_path / "s", chunks=None)
    assert data.kappa_mean.dims == ("p", "rho", "scheme", "round")
    assert data.kappa_mean.attrs["units"] == "1" and "margin parameter" in data.kappa_mean.long_name
    gap = (data.kappa_mean - data.kappa_theory).sel(round=1) / data.kappa_theory.sel(round=1)
    assert float(np.abs(gap).max()) < 0.2, "n = 100 is near its limit"

    edge = xr.open_zarr(tmp_path / "s" / BOUNDARY, chunks=None).sel(crossing=0, scheme="consensus")
    assert (edge.boundary_count == 1).all() and (edge.boundary_rises == 1).all()
    width = edge.boundary_upper - edge.boundary_lower
    assert ((width > 0) & (width <= 0.1)).all()
    share = data.improved.sel(scheme="consensus", round=1)
    for p in data.p.values:
        low, high = float(edge.boundary_lower.sel(p=p)), float(edge.boundary_upper.sel(p=p))
        assert share.sel(p=p, rho=slice(None, low)).max() <= 0.5
        assert share.sel(p=p, rho=slice(high, None)).min() > 0.5


def _sharp(p, rho):
    """Share improved [..., schemes, 3]: at last full above the edge, consensus below, else not."""
    above = rho > 1.3 + 3 * p
    last = np.stack([above, ~above], axis=-1)
    return np.stack([~last, ~last, last], axis=-1).astype(float)


def test_bisection_closes_in_on_a_known_boundary(tmp_path):
    table = parse(
        {
            "axes": {"p": [0.1, 0.3], "rho": {"linspace": [0.5, 4.5, 5]}, "alpha": 2.0, "n": 60},
            "run": {"schemes": ["full", "consensus"], "rounds": 2, "seeds": 1},
            "refine": {"axis": "rho", "resolution": 1e-3},
        }
    )
    grid, frame, used = table.grid, grid_frame(table), []

    def block(number):
        cells = frame.layout.cells(number)
        values = {v.name: np.zeros((cells.size, *frame.tail(v))) for v in frame.variables}
        at = grid.parameters(cells)
        return values | {"improved": _sharp(at["p"], at["rho"])}

    def cells(parameters, keys):
        used.extend(map(tuple, np.asarray(jax.random.key_data(keys))))
        share = _sharp(parameters["p"], parameters["rho"])
        return {"seeds": np.ones(len(keys)), "improved": share}

    run_scan(table, tmp_path / "s", locally(block))
    part = boundary_parts(table, tmp_path / "s")(0)
    found = bisect(SimpleNamespace(config=table, grid=grid, cells=cells), part)
    edge = np.array([[1.6], [2.2]])
    lower, upper = found["boundary_lower"][..., 0], found["boundary_upper"][..., 0]
    assert ((lower < edge) & (edge <= upper) & (upper - lower <= 1e-3)).all()
    np.testing.assert_array_equal(found["boundary_rises"][..., 0], [[1, 0], [1, 0]])
    assert (found["boundary_count"] == 1).all()
    assert len(set(used)) == len(used) == found["seeds"].sum(), "a step has draws of its own"


def test_predictions_of_rules_that_know_the_problem():
    table = config({**AXES, "n": 60}, schemes=["crossfit:2", "full"])
    work = BlockWork(table, ONE)
    cells = np.arange(4)
    (group,) = groups(work.grid.parameters(cells), cell_keys(jax.random.key(0), cells))
    found = predictions(group, table.run)["kappa_theory"]
    problem = Problem(60, 31, 0.4, 2**0.5)
    for rank, name in enumerate(table.run.schemes):
        expected = predict(problem, parse_scheme(name), 1).kappa
        np.testing.assert_allclose(found[3, rank], np.asarray(expected), rtol=1e-10)


@pytest.mark.parametrize("kind", ["classes:0.1,0.3", "margin:0.4,0.8"])
def test_kinds_of_noise_equal_the_engine_and_have_a_prediction(kind):
    axes = {"noise": ["classes:0.2,0.2", kind], "rho": 1.0, "alpha": 2.0, "n": 60}
    axes |= {"margin": "half-normal:0.5"}
    table = config(axes, quantities=["kappa"])
    block = BlockWork(table, ONE)(0)
    problem = Problem(60, 31, noise=parse_noise(kind), margin="half-normal:0.5")
    for rank, name in enumerate(SCHEMES):
        scheme = parse_scheme(name)
        key = cell_key(jax.random.key(0), 1)
        drawn = dice.run(problem, scheme, key=key, seeds=40, devices=ONE).kappa
        np.testing.assert_allclose(block["kappa_mean"][1, rank], drawn.mean(axis=0), rtol=1e-12)
        theory = predict(problem, scheme, 1).kappa
        np.testing.assert_allclose(block["kappa_theory"][1, rank], theory, rtol=1e-12)
    assert (block["theory_status"] == Status.PREDICTED).all()


def test_flips_by_features_are_drawn_and_not_predicted():
    axes = {"noise": "subgroup:0.1,0.4,0.2", "rho": 1.0, "n": 40, "d": 11}
    table = config(axes, engine="direct", quantities=["kappa"], seeds=4)
    block = BlockWork(table, ONE)(0)
    assert np.isfinite(block["kappa_mean"]).all() and np.isnan(block["kappa_theory"]).all()
    assert (block["theory_status"] == Status.NOISE).all()


def test_predictions_are_missing_exactly_where_a_status_says_why():
    axes = {"p": 0.3, "rho": 1.0, "alpha": 2.0, "n": 60, "spectrum": ["isotropic", "power:2"]}
    table = config(axes, rounds=2, seeds=2, schemes=["initial", "full", "fresh"])
    work = BlockWork(table, ONE)
    cells = np.arange(2)
    status = np.empty((2, 3, 3), int)
    for group in groups(work.grid.parameters(cells), cell_keys(jax.random.key(0), cells)):
        found = predictions(group, table.run)
        status[group.where] = found["theory_status"]
        for name in ("kappa", "accuracy", "log_error", "label_accuracy", "coverage"):
            missing = np.isnan(found[f"{name}_theory"])
            np.testing.assert_array_equal(missing, found["theory_status"] != Status.PREDICTED)
    assert (status[0, :, :2] == Status.PREDICTED).all(), "one round is known where two are not"
    assert (status[0, [0, 2], 2] == Status.PREDICTED).all() and (status[1, :2] != 0).all()


def test_a_scan_of_one_cell(tmp_path):
    table = config({"p": 0.3, "rho": 1.0, "d": 31, "n": 60}, seeds=3)
    summary = run_scan(table, tmp_path / "s", locally(BlockWork(table, ONE)))
    assert (summary.cells, summary.blocks, summary.done) == (1, 1, 1)
    data = xr.open_zarr(tmp_path / "s", chunks=None)
    assert data.kappa_mean.dims == ("scheme", "round") and data.seeds == 3
    again = run_scan(table, tmp_path / "s", locally(BlockWork(table, ONE)), resume=True)
    assert (again.kept, again.done) == (1, 0) and verify(tmp_path / "s").wrong == ()
    told = data.theory_status.attrs
    assert told["flag_meanings"].split() == [status.name.lower() for status in Status]


def test_no_hole_in_the_log_errors():
    """A cell of the preset window whose kappas lie where erfc underflows."""
    axes = {"n": 3162, "p": 0.3, "rho": 8.0, "d": 101}
    block = BlockWork(config(axes, seeds=20, quantities=["kappa", "log_error"]), ONE)(0)
    for name in ("log_error_mean", "log_error_se", "log_error_theory"):
        assert np.isfinite(block[name]).all(), name
