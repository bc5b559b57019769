"""The results page is in step with the committed raw results, and its numbers are right."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from relabel_lab.experiments import Record
from relabel_lab.experiments.page import (
    PICTURES,
    claims,
    deep,
    document,
    measured,
    pictures,
    probe,
    reading,
    source_of,
    statistics,
    times,
)
from relabel_lab.experiments.page.document import Measured
from relabel_lab.experiments.page.paper import CIFAR10

pytestmark = pytest.mark.smoke


ROOT = Path(__file__).parents[2]
MEASURED = ROOT / "experiments" / "measured"
RUNS = measured(MEASURED)


def test_the_page_is_drawn_from_the_raw_results():
    assert RUNS, "raw results are committed"
    page = ROOT / "docs" / "experiments.md"
    assert page.read_text() == document(RUNS, times(MEASURED)), (
        "run python -m relabel_lab.experiments.page"
    )
    for name, picture in pictures(RUNS).items():
        with Image.open(page.parent / PICTURES / name) as image:
            assert image.text["Source"] == source_of(picture.data), f"{name} is out of step"


def test_every_picture_of_the_page_is_there():
    shown = re.findall(r"\]\((\S+\.png)\)", (ROOT / "docs" / "experiments.md").read_text())
    assert {Path(path).name for path in shown} == set(pictures(RUNS))


def record(seed, arm, accuracy, held_out, penalty, epsilon=1.0):
    labels = {"given": 0.5, "all": 0.6, "kept": 0.8}
    return Record(
        "probe", "small", "rr", epsilon, seed, arm, accuracy, held_out, labels, [3, 2],
        {"penalty": penalty},
    )  # fmt: skip


RECORDS = [
    record(0, "given", 0.50, 0.30, 0.1), record(0, "given", 0.40, 0.20, 0.01),
    record(1, "given", 0.52, 0.20, 0.1), record(1, "given", 0.42, 0.30, 0.01),
    record(0, "consensus", 0.45, 0.1, 0.1), record(0, "consensus", 0.60, 0.2, 0.01),
    record(1, "consensus", 0.46, 0.1, 0.1), record(1, "consensus", 0.58, 0.2, 0.01),
]  # fmt: skip


def test_gains_are_paired_and_choices_use_held_out_labels_alone():
    base = probe.best_of(RECORDS, "rr", 1.0, "given")
    assert {seed: row.setting["penalty"] for seed, row in base.items()} == {0: 0.1, 1: 0.01}
    gain = statistics.gain(probe.best_of(RECORDS, "rr", 1.0, "consensus"), base)
    differences = np.array([0.10, 0.16])
    half = 12.706204736 * differences.std(ddof=1) / np.sqrt(2)
    assert gain.mean == pytest.approx(0.13) and gain.half == pytest.approx(half)
    assert gain.points(signed=True) == f"+13.0 ± {100 * half:.1f}"


def test_one_seed_has_no_interval_and_none_has_a_dash():
    assert statistics.estimate([0.5]).points() == "50.0"
    assert statistics.estimate([]).points() == "—"


def test_two_records_of_one_seed_are_no_replicates():
    with pytest.raises(ValueError, match="two records"):
        probe.rows_of([*RECORDS, RECORDS[0]], "rr", 1.0, "given", 0.1)


def deep_record(arm, accuracy, seed=0, epsilon=2.0):
    labels = {"given": 0.45, "all": 0.6, "kept": 0.9}
    return Record("image", "small", "rr", epsilon, seed, arm, accuracy, None, labels, [20, 20])


def test_deep_tables_pair_arms_and_stand_beside_the_paper():
    rows = [deep_record("given", 0.5), deep_record("given", 0.54, 1), deep_record("tuned", 0.55)]
    rows += [deep_record("consensus", 0.6), deep_record("full", 0.58, 1)]
    gains = deep.gains_table(rows).splitlines()
    assert gains[0] == "| labels | seeds | given | tuned | full | consensus |"
    assert gains[2].endswith("| +5.0 | +4.0 | +10.0 |")
    assert "| ε = 2 | 1 | 55.0 | — | +5.0 |" in deep.over_tuned_table(rows)
    beside = deep.beside_paper(rows, CIFAR10).splitlines()
    assert "79.06 ± 0.59" in beside[3] and beside[3].endswith("| 58.0 | 60.0 |")
    assert beside[2].endswith("| — | — | — |")
    assert "| 40.0 |" in deep.labels_table(rows, 100)


def test_the_weak_table_is_that_of_the_least_penalty():
    row = probe.weak_table(RECORDS).splitlines()[2]
    assert row.startswith("| 1 | 2 | 41.0") and "+18.0" in row


def test_a_claim_holds_only_where_its_interval_lies_above_zero():
    told = [claims.verdict(statistics.estimate(values)) for values in (
        [0.02, 0.021, 0.022], [-0.02, -0.021, -0.022], [0.02, -0.01, 0.03], [0.02], [],
    )]  # fmt: skip
    assert [each.split(":")[0] for each in told] == [
        "**yes**",
        "**reversed**",
        "open",
        "one seed",
        "—",
    ]
    counts = claims.counted([statistics.estimate(x) for x in ([0.02, 0.021], [0.02, -0.01], [])])
    assert counts == "yes in 1, open in 1 of 2 rows; the mean gain is above zero in 2."


def test_claims_pair_the_arms_they_name():
    rows = [deep_record("given", 0.5 + 0.01 * s, s) for s in range(3)]
    rows += [deep_record("full", 0.52 + 0.01 * s, s) for s in range(3)]
    section = claims.claims({"image": Measured({}, rows, None)})
    assert "| image | 2 | **yes**: +2.0 ± 0.0 | — | — | — |" in section


def test_the_reading_of_images_shows_the_curve_of_the_chosen_rate():
    path = {"rate": 0.1, "held_out": [0.12, 0.2]}
    other = {"rate": 0.03, "held_out": [0.3, 0.19]}
    given = replace(
        deep_record("given", 0.5), setting={"rate": 0.1, "decay": 0.1, "stop": 2},
        choices={"rate": {"tried": [other, path], "chosen": {"rate": 0.1}}},
    )  # fmt: skip
    tuned = replace(given, arm="tuned", choices={})
    full = replace(given, arm="full", accuracy=0.5)
    told = reading.image_reading([given, tuned, full])
    assert "| ε = 2 | 0.1 | 12.0 | 20.0 |" in told and "in 1 of 1 cases" in told
    assert told.startswith("3 of 3 models end at chance")  # two classes in these rows
