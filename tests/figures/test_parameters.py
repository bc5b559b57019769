"""Figures with parameters of one's own, and the tables beside the data."""

import csv
import json

import numpy as np
import pytest
from matplotlib.text import Text

from relabel_lab.figures import Asked, Look, fitting, make, module, settled, style
from relabel_lab.figures.predicted import calibration
from relabel_lab.figures.simulated import anisotropic, subgroups
from relabel_lab.figures.table import table_of
from relabel_lab.relabel import main
from relabel_lab.sim import Problem, parse_scheme
from relabel_lab.theory import predict


def silent(done, total):
    """Progress that nobody watches."""


def test_parameters_are_in_data_command_and_key(tmp_path, monkeypatch):
    schemes = module("schemes")
    monkeypatch.setitem(schemes.PRESETS, "quick", schemes.Preset(points=5))
    asked = Asked(alpha=(0.5, 2.0), schemes=("initial", "full"))
    look = Look(formats=("svg",))
    drawn = make("schemes", "quick", tmp_path, silent, look, asked=asked)
    data = json.loads(drawn.data.read_text())
    assert data["asked"] == {
        "alpha": [0.5, 2.0],
        "margin": "constant",
        "schemes": ["initial", "full"],
    }
    assert len(data["lead"]) == 2
    assert drawn.command.endswith("--preset quick --alpha 0.5,2 --schemes initial,full")
    own = make("schemes", "quick", tmp_path, silent, look)  # other parameters, other data
    assert json.loads(own.data.read_text())["asked"]["alpha"] == [0.3, 3.0, 30.0]
    assert "--alpha" not in own.command


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cobweb", "--alpha", "2"], "figure cobweb has no such parameter; those that do are"),
        (["noise_curves", "--alpha", "1,2"], "a single value"),
        (["noise_curves", "--alpha", "-1"], "finite and > 0"),
        (["noise_curves", "--alpha", "x"], "numbers, separated by commas"),
        (["noise_curves", "--margin", "gausian"], "gaussian"),
        (["noise_curves", "--schemes", "full,fulll"], "fulll"),
        (["noise_curves", "--schemes", "full,full"], "each scheme once"),
        (["--alpha", "2"], "only with the NAME"),
    ],
)
def test_bad_parameters_are_refused_in_one_line(words, told, tmp_path, capsys):
    assert main(["figures", *words, "--out", str(tmp_path)]) == 2
    stderr = capsys.readouterr().err
    assert told in stderr and stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_margins_and_schemes_get_their_written_names():
    found = settled("noise_curves", Asked(margin="half-normal:0.60", schemes=("crossfit:05",)))
    assert (found.margin, found.schemes) == ("half-normal:0.6", ("crossfit:5",))


def test_table_has_a_line_a_place_and_repeats_what_stands_around():
    data = {
        "figure": "x", "n": 3, "p": [0.1, 0.2],
        "panels": [{"rho": 1.0, "y": [1, 2], "map": [[1, 2], [3, 4]]}, {"rho": 2.0, "y": [5, 6], "map": []}],
    }  # fmt: skip
    rows = list(csv.DictReader(table_of(data).splitlines()))
    assert [row["p"] for row in rows if row["series"] == "shared"] == ["0.1", "0.2"]
    second = [row for row in rows if row["series"] == "panels.1"]
    assert [(row["rho"], row["y"], row["n"]) for row in second] == [
        ("2.0", "5", "3"),
        ("2.0", "6", "3"),
    ]
    lines = [row for row in rows if row["series"] == "panels.0.map"]
    assert [(row["0"], row["1"]) for row in lines] == [("1", "2"), ("3", "4")]


def test_groups_alike_are_the_problem_without_groups():
    alpha, case = 2.0, subgroups._case("margin", 1.0)
    problem = Problem(2 * 10**8, 10**8 + 1, subgroups.P, subgroups.RHO**0.5)
    found = subgroups.predicted(case, alpha)
    for name in ("full", "consensus"):
        law = predict(problem, parse_scheme(name))
        gain = 100 * float(law.accuracy[1] - law.accuracy[0])
        assert found[f"{name}, group"] == pytest.approx(gain, abs=1e-5)
    assert found["kept, rest"] == pytest.approx(100 * float(law.coverage[1]), abs=1e-5)
    assert found["clean, group"] == pytest.approx(100 * float(law.label_accuracy[1]), abs=1e-5)


def test_groups_drawn_and_predicted_agree():
    data = subgroups.compute(subgroups.Preset(r=200, points=2, seeds=60, fine=2), silent)
    for panel in data["panels"]:
        for what, points in panel["simulated"].items():
            error = np.asarray(points["error"])
            gap = np.asarray(points["mean"]) - panel["predicted"][what]
            assert (abs(gap) < 4 * error + 0.5).all(), what  # the limit is off by about 1/r


def test_spectra_have_mean_one_and_one_alone_dominates():
    for name in anisotropic.SPECTRA:
        spectrum = anisotropic._spectrum(name, 400)
        assert spectrum.shape == (400,) and spectrum.mean() == pytest.approx(1.0)
        assert (np.diff(spectrum) <= 0).all()
    assert anisotropic._spectrum("two levels, 1 : 4", 400)[0] == pytest.approx(1.6)


def test_calibration_counts_are_those_of_the_record():
    data = calibration.compute(calibration.Preset(resampled=200), silent)
    with calibration.MEASURED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    held = [
        float(r["interval_low"]) <= float(r["in_hand"]) <= float(r["interval_high"]) for r in rows
    ]
    own = data["coverage"]["interval"]["in_hand"]
    assert own["share"] == pytest.approx(100 * np.mean(held), abs=0.01)
    assert own["low"] < own["share"] < own["high"] <= 100


def test_a_column_of_a_paper_holds_panels_below_each_other_with_their_names():
    with style.applied(Look(width=3.3)):
        figure, axes = fitting.new_figure(1, 3, 9.0, 3.6, sharey=True)
        for axis in axes:
            axis.plot([0, 1], label="a name of some length")
        axes[0].set_ylabel("share")
        figure.legend(loc="outside lower center", ncols=5)
        style.picture(figure, "svg", Look(width=3.3))
    boxes = [axis.get_position() for axis in axes]
    assert boxes[0].y0 > boxes[1].y1 > boxes[1].y0 > boxes[2].y1
    assert [axis.get_ylabel() for axis in axes] == ["share"] * 3
    assert figure.get_size_inches()[0] == 3.3
    assert figure.legends[0].get_window_extent().x0 > 0
    sizes = {text.get_fontsize() for text in figure.findobj(Text) if text.get_text()}
    assert 6 < min(sizes) and max(sizes) < 8


def test_a_panel_takes_no_label_of_another_quantity():
    with style.applied(Look(width=3.3)):
        figure, axes = fitting.new_figure(1, 3, 9.0, 3.6)
        for axis, word in zip(axes, ("one quantity", "another", ""), strict=True):
            axis.set_ylabel(word)
        axes[2].sharey(axes[1])
        style.picture(figure, "svg", Look(width=3.3))
    assert [axis.get_ylabel() for axis in axes] == ["one quantity", "another", "another"]


def test_fonts_of_a_pdf_are_embedded_whole(tmp_path, monkeypatch):
    cobweb = module("cobweb")
    monkeypatch.setitem(cobweb.PRESETS, "quick", cobweb.Preset(points=5, rounds=2))
    drawn = make("cobweb", "quick", tmp_path, silent, Look(width=3.3, formats=("pdf",)))
    content = drawn.images["pdf"].read_bytes()
    fonts = content.count(b"/FontDescriptor /Type") + content.count(b"/Type /FontDescriptor")
    assert fonts and content.count(b"/FontFile2") == fonts and b"/Type3" not in content
