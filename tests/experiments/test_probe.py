"""The probe's smoke preset through the command line: schema, resuming, refusals."""

import json
import shutil

import numpy as np
import pytest

from relabel_lab.experiments import ARMS, read_records
from relabel_lab.relabel.cli import main


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    out = tmp_path_factory.mktemp("probe") / "run"
    assert main(["experiment", "probe", "--preset", "smoke", "--out", str(out)]) == 0
    return out


def test_every_arm_and_noise_is_there_with_its_fields(smoke):
    run, records = read_records(smoke / "records.jsonl")
    assert run["source"] == "generated stripes" and run["versions"]["jax"]
    response = [record for record in records if record.noise == "rr"]
    heads = [record for record in response if "learner" not in record.setting]
    assert {record.arm for record in heads} == {arm.name for arm in ARMS}
    noises = {record.noise for record in records}
    assert noises == {"rr", "human-worse", "class-worse", "uniform-worse"}
    for record in records:
        assert 0 <= record.accuracy <= 1 and sum(record.size) <= run["train"]
    places = [(r.noise, r.epsilon, r.seed, r.arm, str(r.setting)) for r in records]
    assert len(set(places)) == len(places), "a row stands once"
    tuned = next(record for record in heads if record.arm == "tuned")
    paths = [record for record in heads if record.arm == "given"]
    best = max(paths, key=lambda record: record.held_out)
    assert (tuned.held_out, tuned.accuracy) == (best.held_out, best.accuracy)
    assert tuned.choices == {"penalty": tuned.setting["penalty"]}


def test_label_accuracies_and_sizes_fit_each_other(smoke):
    _, records = read_records(smoke / "records.jsonl")
    for record in records:
        if record.arm == "full":
            assert record.labels["all"] == record.labels["kept"]
        if record.arm == "consensus":
            assert record.labels["kept"] > record.labels["given"]
            assert sum(record.size) < 320


def test_a_run_cut_short_goes_on_to_the_same_bytes(smoke, tmp_path):
    out = tmp_path / "again"
    shutil.copytree(smoke, out)
    whole = (out / "records.jsonl").read_bytes()
    (out / "records.jsonl").unlink()
    for cell in (out / "cells").glob("rr-2-seed0.jsonl"):
        cell.unlink()
    assert main(["experiment", "probe", "--preset", "smoke", "--out", str(out)]) == 0
    assert (out / "records.jsonl").read_bytes() == whole


def test_the_law_lies_beside(smoke):
    law = json.loads((smoke / "law.json").read_text())
    assert len(law["pairs"]) == 45 * 4 and len(law["estimates"]["spectrum"]) == 24
    for pair in law["pairs"]:
        assert np.isfinite([pair["predicted"][arm]["accuracy"] for arm in ("given", "full")]).all()


def complaint(capsys, *words):
    assert main(["experiment", *words]) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1
    return told.err


def test_bad_input_is_one_line_and_leaves_nothing(capsys, smoke, tmp_path):
    out = tmp_path / "out"
    put = ["--out", str(out)]
    assert "--data" in complaint(capsys, "probe", "--preset", "small", *put)
    missing = ["--preset", "small", "--data", str(tmp_path / "none")]
    assert "--data" in complaint(capsys, "probe", *missing, *put)
    assert "--epsilon 0" in complaint(capsys, "probe", "--preset", "smoke", "--epsilon", "0", *put)
    assert "--seeds 0" in complaint(capsys, "probe", "--preset", "smoke", "--seeds", "0", *put)
    assert not out.exists()
    out.mkdir()
    (out / "mine.txt").write_text("not a run")
    assert "--out" in complaint(capsys, "text", "--preset", "smoke", *put)
    assert "--out" in complaint(capsys, "image", "--preset", "smoke", "--out", str(smoke))
    assert "--out" in complaint(capsys, "probe", "--preset", "smoke", *put)
    mark = json.loads((smoke / "run.json").read_text())
    shutil.rmtree(out)
    out.mkdir()
    (out / "run.json").write_text(json.dumps({**mark, "preset": "paper"}))
    assert "preset" in complaint(capsys, "probe", "--preset", "smoke", *put)
    assert sorted(path.name for path in out.iterdir()) == ["run.json"]


def test_too_little_memory_says_how_much(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("relabel_lab.experiments.probe.run.budget", lambda devices: 10**4)
    told = complaint(capsys, "probe", "--preset", "smoke", "--out", str(tmp_path / "run"))
    assert "GB" in told and not (tmp_path / "run").exists()


def test_json_is_one_strict_object(capsys, smoke):
    words = ["experiment", "probe", "--preset", "smoke", "--out", str(smoke), "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out, parse_constant=lambda word: pytest.fail(word))
    assert told["experiment"] == "probe" and len(told["records"]) > 50
