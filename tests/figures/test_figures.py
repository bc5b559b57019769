"""Figures: listed, computed at a tiny size, written whole, drawn the same every time."""

import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from relabel_lab.figures import NAMES, Look, draw_all, module, picture_of
from relabel_lab.figures.boundaries import certified_separation, limit_separation
from relabel_lab.figures.predicted import (
    bayes_gap,
    calibration,
    classes,
    cobweb,
    critical_separation,
    experiment,
    label_dp,
    label_quality,
    schemes,
    window,
)
from relabel_lab.figures.simulated import (
    accuracy_curves,
    anisotropic,
    collapse,
    cost,
    finite,
    guarantee,
    learner_boundary,
    noise_curves,
    phase_diagram,
    plane,
    rounds,
    subgroups,
)
from relabel_lab.relabel import main
from relabel_lab.sim import Consensus, Full, Problem
from relabel_lab.sim.kit import write_whole
from relabel_lab.theory import critical_separation as critical
from relabel_lab.theory.finite import p_improves

TINY = {
    "accuracy_curves": accuracy_curves.Preset(
        d=61, low=4.0, high=5.0, points=2, seeds=40, fine=3, alone=False
    ),
    "noise_curves": noise_curves.Preset(d=61, points=2, seeds=40, fine=3),
    "anisotropic": anisotropic.Preset(r=60, points=2, seeds=40, fine=2),
    "subgroups": subgroups.Preset(r=60, points=2, seeds=40, fine=3),
    "calibration": calibration.Preset(resampled=50),
    "phase_diagram": phase_diagram.Preset(
        side=(2, 2), seeds=40, sizes=((2000, 1000),), points=3, certified=2
    ),
    "critical_separation": critical_separation.Preset(low=0.01, high=100.0, points=5),
    "cost": cost.Preset(
        n=64, d={"direct": (8,), "dice": (8, 10**6)}, seeds={"direct": 2, "dice": 2}, repeats=1
    ),
    "schemes": schemes.Preset(points=5),
    "label_dp": label_dp.Preset(points=4, sizes=7),
    "classes": classes.Preset(points=5),
    "experiment": experiment.Preset(epsilon=(0.5,)),
    "label_quality": label_quality.Preset(points=3),
    "window": window.Preset(points=4),
    "collapse": collapse.Preset(points=2, seeds=50, fine=3),
    "guarantee": guarantee.Preset(points=2, drawn=(100,), seeds=20),
    "plane": plane.Preset(shown=20),
    "finite": finite.Preset(points=2, simulated=1, most=100, seeds=512),
    "bayes_gap": bayes_gap.Preset(points=3),
    "cobweb": cobweb.Preset(points=5, rounds=2),
    "rounds": rounds.Preset(side=2, seeds=8, rounds=2, sizes=((60, 20),), predicted=2),
    "learner_boundary": learner_boundary.Preset(
        side=2, seeds=12, r=30, alphas=(4.0,), learners=("ridge:1",), fine=5
    ),
}
PNG = b"\x89PNG\r\n\x1a\n"


def silent(done, total):
    """Progress that nobody watches."""


@pytest.fixture
def tiny(monkeypatch):
    for name, preset in TINY.items():
        monkeypatch.setitem(module(name).PRESETS, "quick", preset)


def test_every_figure_has_a_tiny_preset_here():
    assert set(TINY) == set(NAMES)


def test_list(capsys):
    assert main(["figures", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in listed] == list(NAMES)
    assert all(set(row) == {"name", "summary"} and row["summary"] for row in listed)


@pytest.mark.parametrize("name", NAMES)
def test_figure_is_written_and_drawn_from_its_data(name, tiny, tmp_path, capsys):
    out = tmp_path / "new" / "folder"
    assert main(["figures", name, "--out", str(out), "--json", "--format", "svg"]) == 0
    stdout, stderr = capsys.readouterr()
    assert stderr == ""
    files = [out / f"{name}.{kind}" for kind in ("json", "csv", "txt", "svg")]
    told = json.loads(stdout)
    assert told.pop("versions")
    assert told == {
        "preset": "quick",
        "figures": [{"name": name, "files": [str(file) for file in files]}],
    }
    assert sorted(out.iterdir()) == sorted([*files, out / f".{name}.drawn.json"])
    data = json.loads(files[0].read_text())
    assert (data["figure"], data["preset"]) == (name, "quick")
    assert f"`relabel figures {name} --preset quick`" in files[2].read_text()
    assert files[1].read_text().startswith("series,i,")
    svg = files[3].read_bytes()
    assert ElementTree.fromstring(svg.decode()).tag.endswith("svg")
    assert b"<text" in svg and b"<dc:date>" not in svg
    assert picture_of(name, data, Look(formats=("svg",))) == {"svg": svg}


def test_formats_hold_text_and_no_date(tiny, tmp_path):
    (drawn,) = draw_all(tmp_path, names=("critical_separation",))
    pdf, svg, png = (drawn.images[kind].read_bytes() for kind in ("pdf", "svg", "png"))
    assert pdf.startswith(b"%PDF") and b"/FontFile2" in pdf and b"CreationDate" not in pdf
    assert "both help" in svg.decode()
    assert png.startswith(PNG)
    for path in drawn.images.values():
        path.unlink()
    (again,) = draw_all(tmp_path, names=("critical_separation",))
    assert [again.images[kind].read_bytes() for kind in ("pdf", "svg", "png")] == [pdf, svg, png]


def test_unchanged_is_kept_and_changed_is_made_again(tiny, tmp_path, monkeypatch):
    def make():
        return draw_all(tmp_path, names=("cobweb",), look=Look(formats=("svg",)))[0]

    first = make()
    monkeypatch.setattr(cobweb, "draw", None)  # would fail if called
    monkeypatch.setattr(cobweb, "compute", None)
    assert make() == first
    first.images["svg"].write_text("spoiled")
    with pytest.raises(TypeError):
        make()
    monkeypatch.undo()
    monkeypatch.setitem(cobweb.PRESETS, "quick", cobweb.Preset(points=6, rounds=2))
    assert len(json.loads(make().data.read_text())["q"]) == 6


def test_from_data_refuses_what_it_would_have_to_compute(tiny, tmp_path, capsys):
    asked = ["figures", "cobweb", "--out", str(tmp_path), "--from-data", "--format", "svg"]
    assert main(asked) == 2
    assert "cobweb.json: it is missing" in capsys.readouterr().err
    assert main(["figures", "cobweb", "--out", str(tmp_path), "--format", "svg"]) == 0
    assert main(asked) == 0
    data = json.loads((tmp_path / "cobweb.json").read_text())
    (tmp_path / "cobweb.json").write_text(json.dumps({**data, "key": "0"}))
    assert main(asked) == 2
    assert "other code" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cobwep"], "cobweb"),
        (["--format", "pmg"], "png"),
        (["--width", "0"], "between 1 and 40"),
        (["--style", "/nowhere.mplstyle"], "a matplotlib style file"),
        (["--out", "/proc/1/figures"], "--out"),
    ],
)
def test_bad_input_is_refused_before_computing(words, told, tmp_path, capsys):
    assert main(["figures", "--out", str(tmp_path), *words]) == 2
    stderr = capsys.readouterr().err
    assert told in stderr and stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_style_and_width(tiny, tmp_path):
    style = tmp_path / "own.mplstyle"
    style.write_text("font.size: 5\n")
    data = module("critical_separation").compute(TINY["critical_separation"], silent)
    plain, own = (
        picture_of("critical_separation", data, look)["svg"]
        for look in (Look(formats=("svg",)), Look(style, 3.25, ("svg",)))
    )
    assert plain != own
    assert ElementTree.fromstring(own.decode()).get("width") == "234pt"


def test_same_seeds_same_data(tiny):
    first, second = (phase_diagram.compute(TINY["phase_diagram"], silent) for _ in range(2))
    assert first == second


def test_phase_diagram_cells_lie_on_the_right_side(tiny):
    data = phase_diagram.compute(TINY["phase_diagram"], silent)
    for panel in data["panels"]:
        for name in ("full", "consensus"):
            share, low = np.asarray(panel["improved"][name]), panel["band"][name][0][1]
            limit = np.asarray(panel["limit"][name])
            # rho = 0.75 harms and rho = 4.8 helps at n/(d-1) = 2, little noise or much.
            assert (share[0] < 0.5).all() and (share[1] > 0.5).all()
            assert ((0.75 < limit) & (limit < 4.8)).all() and low < limit[1]


def test_learner_boundary_cells_lie_on_the_right_side(tiny):
    data = learner_boundary.compute(TINY["learner_boundary"], silent)
    (panel,) = data["panels"]
    score, ridge = np.asarray(panel["score"]), np.asarray(panel["ridge"])
    # rho = 3.06 helps; so does the limit from rho = 1.2 on, at every p of the grid.
    assert (score[1] > 2).all() and (ridge[2:] > 0).all() and (ridge[0, -1] < 0)
    assert np.asarray(panel["averaging"]).shape == ridge.shape == (5, 5)


def test_critical_separations_fall_from_their_limits():
    preset = critical_separation.Preset(low=1e-6, high=1e6, points=25)
    data = critical_separation.compute(preset, silent)
    for name, start in (("full", 2.0), ("consensus", 1.5)):
        curve = np.asarray(data[name])
        assert curve[0] == pytest.approx(start, abs=1e-3)
        assert curve[-1] == pytest.approx(1.0, abs=1e-2)
        assert (np.diff(curve) < 0).all()


def test_best_round_is_the_first_within_a_percent_of_the_best():
    paths = ([1.0, 2.0, 2.5, 2.51], [1.0, 0.9, 1.02, 0.5], [1.0, 0.9, 1.005, 0.5], [2.0, 1.0, 0.5])
    assert [rounds.best_round(np.array([path, path])) for path in paths] == [2, 2, 0, 0]
    assert rounds.best_round(np.array([[1.0, 4.0], [3.0, 1.0]])) == 1  # of the mean: 2, 2.5


def test_rounds_pay_above_the_boundary_and_harm_below():
    data = rounds.compute(TINY["rounds"], silent)
    (panel,) = data["panels"]
    for name in ("full", "consensus"):
        best, line = np.asarray(panel["best"][name]), np.asarray(panel["first_round"][name])
        # rho = 0.94 and 2.31 at n/(d-1) = 3, p = 0.135.
        assert best[0, 0] == 0 and best[1, 0] > 0
        assert (line[0] < 0).all() and (line[-1] > 0).all()
    for path in data["paths"]:
        for line in path["schemes"].values():
            assert line["mean"][line["best"]] * rounds.GAIN >= max(line["mean"])


def test_progress_reaches_its_total():
    steps = []
    accuracy_curves.compute(
        TINY["accuracy_curves"], lambda done, total: steps.append((done, total))
    )
    assert steps == [(i + 1, 4) for i in range(4)]


def test_failure_leaves_nothing_half_written(tmp_path, monkeypatch):
    target = tmp_path / "data.json"
    write_whole(target, b"old")

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr("relabel_lab.sim.kit.files.os.fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        write_whole(target, b"new and longer")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_failed_drawing_keeps_the_data_alone_and_exits_with_one(
    tiny, tmp_path, monkeypatch, capsys
):
    def broken(data):
        raise RuntimeError("no ink")

    monkeypatch.setattr(critical_separation, "draw", broken)
    assert main(["figures", "critical_separation", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "relabel figures: RuntimeError: no ink\n"
    made = {path.name for path in tmp_path.iterdir()}
    assert made <= {f"critical_separation.{kind}" for kind in ("json", "csv", "txt")}


def test_limit_separation_tends_to_the_critical_one():
    for scheme in (Full(), Consensus()):
        found = limit_separation(1.0, [0.4999], scheme)
        assert found == pytest.approx(float(critical(1.0, scheme)), rel=1e-3)


def test_certified_separation_lies_above_the_boundary():
    near = float(limit_separation(2.0, 0.3, Full()))
    least = certified_separation(4000, 2000, 0.3, near)
    assert least is not None and near < least < 10
    assert certified_separation(50, 25, 0.3, near) is None  # far too few samples


def test_shares_of_seeds_agree_with_the_law_at_finite_n():
    data = finite.compute(finite.Preset(points=2, simulated=1, most=100, seeds=512), silent)
    for panel, scheme in zip(data["panels"], finite.SCHEMES, strict=True):
        for curve in panel["curves"]:
            law = p_improves(Problem(100, 101, finite.P, curve["rho"] ** 0.5), scheme).value
            assert abs(curve["share"][0] - law) < 4 * np.sqrt(law * (1 - law) / 512)


def test_plane_shows_what_its_numbers_say():
    data = plane.compute(plane.Preset(shown=600), silent)
    for panel in data["panels"]:
        first, second = panel["views"]
        x, normal = np.asarray(first["x"]), np.asarray(first["normal"])
        # The second model is trained on the sides of the first one's boundary.
        assert (np.sign(x @ normal) == np.asarray(second["labels"])).mean() > 0.995
        assert 1 - np.mean(first["right"]) == pytest.approx(first["wrong_share"])
    assert data["panels"][0]["views"][1]["accuracy"] > data["panels"][0]["views"][0]["accuracy"]
    assert data["panels"][1]["views"][1]["accuracy"] < data["panels"][1]["views"][0]["accuracy"]


def test_needed_samples_reach_the_target():
    alphas = np.geomspace(0.1, 10, 5)
    assert label_dp._needed(np.array([0.5, 0.6, 0.8, 1.0, 1.0]), alphas) == pytest.approx(10**0.25)
    assert label_dp._needed(np.full(5, 0.7), alphas) is None


def test_experiment_gains_are_those_of_the_records():
    data = experiment.compute(experiment.PRESETS["quick"], silent)
    assert len(data["pairs"]) == 180  # 45 pairs of classes at four epsilon
    first = data["pairs"][0]
    law = json.loads((experiment.MEASURED / "law.json").read_text())["pairs"][0]
    accuracy = {name: law["measured"][name]["accuracy"] for name in ("given", "full")}
    assert first["measured"]["full"] == pytest.approx(100 * (accuracy["full"] - accuracy["given"]))
    assert [row[0] for row in data["ten"]["full"]] == [0.5, 1.0, 2.0, 3.0, 4.0, 6.0]
    assert all(row[3] >= 2 for rows in data["ten"].values() for row in rows)
