"""Figures: listed, computed at a tiny size, written whole, drawn the same every time."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

from relabel_lab.figures import NAMES, Look, draw_all, module, picture_of
from relabel_lab.figures.predicted import (
    cobweb,
    critical_separation,
)
from relabel_lab.figures.simulated import (
    accuracy_curves,
    phase_diagram,
)
from relabel_lab.relabel import main
from relabel_lab.sim.kit import write_whole
from tests.figures.tiny import TINY, silent

PNG = b"\x89PNG\r\n\x1a\n"


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
    files = [out / f"{name}.{kind}" for kind in ("json", "txt", "svg")]
    told = json.loads(stdout)
    assert told.pop("versions")
    assert told == {
        "preset": "quick",
        "figures": [{"name": name, "files": [str(file) for file in files]}],
    }
    assert sorted(out.iterdir()) == sorted([*files, out / f".{name}.drawn.json"])
    data = json.loads(files[0].read_text())
    assert (data["figure"], data["preset"]) == (name, "quick")
    assert f"`relabel figures {name} --preset quick`" in files[1].read_text()
    svg = files[2].read_bytes()
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
    assert made <= {"critical_separation.json", "critical_separation.txt"}
