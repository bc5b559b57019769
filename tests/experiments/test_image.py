"""The image experiment at the smoke preset: rows, resuming, refusals."""

from dataclasses import replace

import numpy as np
import pytest

from relabel_lab.experiments.arms import CORE
from relabel_lab.experiments.records import read_records
from relabel_lab.experiments.runs import IMAGE, run_deep
from relabel_lab.experiments.runs import run as run_module
from relabel_lab.experiments.runs.cells import Cell, Noise, cells_of
from relabel_lab.experiments.runs.image import image_material
from relabel_lab.experiments.runs.presets import changed
from relabel_lab.relabel import main

ARMS = ("given", "consensus")


@pytest.fixture
def short(monkeypatch):
    """The smoke preset with two arms and one decay."""
    preset = replace(IMAGE["smoke"], arms=ARMS, extra=(), noises=(), decays=(5e-4,))
    monkeypatch.setitem(IMAGE, "smoke", preset)
    return preset


def test_rows_appear_and_a_second_run_goes_on_to_the_same_bytes(short, tmp_path, monkeypatch):
    store = run_deep("image", "smoke", data=None, out=tmp_path)
    run, records = read_records(tmp_path / "rows.jsonl")
    assert run == store.run and run["train"] == 200 and run["model"] == short.model
    assert [row.arm for row in records] == list(ARMS)
    given, consensus = records
    assert sum(given.size) == 200 and 0 < sum(consensus.size) < 200
    assert given.labels["given"] == pytest.approx(0.69, abs=0.1)  # e^3 / (e^3 + 9)
    assert given.choices["rate"]["chosen"] == {**given.setting, "rate": 0.1}
    assert given.setting == consensus.setting and 0 <= given.accuracy <= 1

    whole = (tmp_path / "rows.jsonl").read_bytes()
    cells = []
    monkeypatch.setattr(run_module._Run, "cell", lambda self, cell: cells.append(cell) or [])
    run_deep("image", "smoke", data=None, out=tmp_path)
    assert cells == [] and (tmp_path / "rows.jsonl").read_bytes() == whole
    monkeypatch.undo()
    monkeypatch.setitem(IMAGE, "smoke", short)
    _cut_last_row(tmp_path / "rows.jsonl")
    run_deep("image", "smoke", data=None, out=tmp_path)
    assert (tmp_path / "rows.jsonl").read_bytes() == whole


def _cut_last_row(path):
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))


def test_a_folder_of_another_run_is_refused_before_work(short, tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"run": {"experiment": "text"}}\n')
    with pytest.raises(ValueError, match="out .* differs in .*experiment"):
        run_deep("image", "smoke", data=None, out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"preset": "large"}, "preset"),
        ({"preset": "small"}, "data"),
        ({"epsilons": [0.0]}, "epsilon"),
        ({"seeds": 0}, "seeds"),
        ({"size": 0}, "size"),
        ({"size": 24}, "size"),
        ({"arms": ["given", "best"]}, "arm"),
    ],
)
def test_bad_input_is_refused(tmp_path, changes, named):
    call = {"preset": "smoke", "data": None, "out": tmp_path / "out", **changes}
    with pytest.raises(ValueError, match=f"^{named} = "):
        run_deep("image", call.pop("preset"), **call)
    assert not (tmp_path / "out").exists()


def test_a_run_that_does_not_fit_is_refused_with_both_sizes(short, tmp_path, monkeypatch):
    monkeypatch.setattr("relabel_lab.experiments.runs.memory.budget", lambda devices: 4 * 2**20)
    with pytest.raises(ValueError, match=r"preset = smoke .* GiB a device, 0\.0 may be used"):
        run_deep("image", "smoke", data=None, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_cells_finish_the_core_of_one_seed_at_every_level_first():
    preset = replace(IMAGE["small"], epsilons=(2.0, 3.0), seeds=3, noises=("human-worse",))
    cells = cells_of(preset)
    core = [cell.arm for cell in cells[: len(CORE)]]
    assert core == list(CORE) and cells[0] == Cell(Noise("rr", 2.0), (0,), "given")
    assert [cell.seeds for cell in cells[: 2 * len(CORE)]] == [(0,)] * 2 * len(CORE)
    assert {str(cell.noise) for cell in cells[: 2 * len(CORE)]} == {"rr-2", "rr-3"}
    assert {cell.arm for cell in cells[: 6 * len(CORE)]} == set(CORE)
    extra = [cell for cell in cells if cell.arm == "forward"]
    assert extra == [Cell(Noise("rr", 3.0), (0,), "forward")]
    assert {str(cell.noise) for cell in cells[-len(CORE) :]} == {"human-worse"}
    together = cells_of(preset, at_once=2)
    assert {cell.seeds for cell in together if cell.arm == "full"} == {(0, 1), (2,), (0,)}


def test_the_paper_preset_is_the_papers_size(tmp_path):
    paper = IMAGE["paper"]
    assert paper.train is None and paper.epsilons == (1.0, 2.0, 3.0)
    assert paper.model == "ResNet-18" and paper.recipe.precision == "bfloat16"
    material = image_material("smoke", IMAGE["smoke"], None)
    assert material.features.shape == (200, 32, 32, 3) and material.classes == 10
    assert "lossy" in material.facts["source"]


def test_images_of_another_size_bring_their_augmentation_along():
    preset = changed(IMAGE["smoke"], None, None, 16)
    material = image_material("smoke", preset, None)
    assert material.features.shape == (200, 16, 16, 3)
    inputs = material.task.inputs
    assert (inputs.crop, inputs.flip, inputs.cutout) == (2, True, 4)
    assert "16 × 16" in material.facts["source"]


def test_levels_asked_for_leave_the_other_noises_out():
    small = IMAGE["small"]
    found = changed(small, [0.5], 2, None)
    assert small.noises and (found.epsilons, found.noises, found.seeds) == ((0.5,), (), 2)


def test_noises_name_the_people_whose_labels_they_follow():
    material = image_material("smoke", IMAGE["smoke"], None)
    run = run_module._Run("image", "smoke", IMAGE["smoke"], material, None, None, 0, False)
    given = run._given(run._mechanism(Noise("human-worse")), run._keys([0]))[0]
    np.testing.assert_array_equal(given, material.human["worse"])
    flips = run._mechanism(Noise("flips-worse"))
    assert flips.matrix[0, 0] == pytest.approx((given == material.clean).mean())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["text", "--size", "16"], "--size 16: must be left out: only the image experiment"),
        (["probe", "--arm", "given", "full"], "--arm given full: must be left out: the probe"),
        (["image", "--arm", "best"], "--arm best: must be one of given, tuned,"),
        (["image", "--size", "24"], "--size 24: must be a divisor of the images' side (32 × 32)"),
    ],
)
def test_the_command_refuses_options_that_do_not_fit(words, told, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["experiment", *words, "--preset", "smoke", "--out", str(out)]) == 2
    shown, error = capsys.readouterr()
    assert shown == "" and told in error and error.count("\n") == 1 and not out.exists()
