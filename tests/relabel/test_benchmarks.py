"""The gathering of benchmarks: rows in, a table and a JSON document out; nothing is timed."""

from benchmarks.__main__ import markdown, names
from benchmarks.machine import describe
from benchmarks.measure import named


def test_rows_may_be_tuples_or_mappings():
    expected = {"name": "a", "value": 1.5, "unit": "ms", "target": None}
    assert named(("a", 1.5, "ms", None)) == expected
    assert named({"name": "a", "value": 1.5, "unit": "ms"}) == expected


def test_table_names_the_machine_and_every_row():
    rows = [{"module": "dice", "name": "speed", "value": 12345.678, "unit": "x", "target": ">= 9"}]
    text = markdown(describe(), rows)
    assert "| dice: speed | 1.235e+04 | x | >= 9 |" in text
    assert "processor: " in text and "jax: " in text


def test_only_modules_that_measure_are_benchmarks():
    assert "machine" not in names()
    assert "__main__" not in names()
