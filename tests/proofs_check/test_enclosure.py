"""Intervals hold the truth; searches, certificates and audits agree; tampering is found."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from relabel_lab.proofs_check import balls
from relabel_lab.proofs_check.enclosure import Partition, Slice, audit, normal, search, verify
from relabel_lab.proofs_check.enclosure.intervals import Interval, lift, rational, root
from relabel_lab.proofs_check.enclosure.verify import tiles_slice

HALF_PERCENT = Fraction(1, 200)
WHERE = Slice("full-initial", Fraction(10))


def holds(interval, exact):
    return all(
        arb(float(lo)) <= value and value <= arb(float(hi))
        for lo, hi, value in zip(interval.lo, interval.hi, exact, strict=True)
    )


@pytest.mark.parametrize(
    ("enclose", "exact", "low", "high"),
    [
        (normal.mills, balls.mills, -5.0, 120.0),
        (normal.tail, balls.tail, -5.0, 36.9),
        (normal.density, balls.density, -30.0, 36.9),
        (normal.exp_negative, lambda y: (-y).exp(), -64.0, 690.0),
    ],
)
def test_normal_functions_enclose_arb(enclose, exact, low, high):
    x = np.sort(np.random.default_rng(1).uniform(low, high, 400))
    ends = np.concatenate([x, np.round(x * 32) / 32])  # cell edges too
    ends = np.clip(ends, low, high)
    found = enclose(Interval(ends, ends))
    with balls.precision(300):
        assert holds(found, [exact(arb(float(v))) for v in ends])
    if enclose is not normal.mills or high < 90:
        assert (found.hi / found.lo - 1).max() < 1e-11


def test_intervals_of_functions_contain_inner_points():
    rng = np.random.default_rng(2)
    low = rng.uniform(-4.5, 20, 200)
    wide = Interval(low, low + rng.uniform(0, 2, 200))
    inside = low + rng.random(200) * (wide.hi - low)
    for f in (normal.mills, normal.tail, normal.density):
        outer, inner = f(wide), f(Interval(inside, inside))
        assert (outer.lo <= inner.hi).all() and (inner.lo <= outer.hi).all()


def test_arithmetic_encloses_exact_rationals():
    rng = np.random.default_rng(3)
    a, b = (Interval(x, x) for x in rng.normal(size=(2, 300)))
    both = [(Fraction(x), Fraction(y)) for x, y in zip(a.lo, b.lo, strict=True)]
    for found, exact in (
        (a + b, [x + y for x, y in both]),
        (a - b, [x - y for x, y in both]),
        (a * b, [x * y for x, y in both]),
        (a.square(), [x * x for x, _ in both]),
        (a.over_positive(b.square()), [x / (y * y) for x, y in both]),
    ):
        pairs = zip(found.lo, found.hi, exact, strict=True)
        assert all(Fraction(lo) < x < Fraction(hi) or x == 0 for lo, hi, x in pairs)
    third = rational(Fraction(1, 3))
    assert Fraction(float(third.lo)) < Fraction(1, 3) < Fraction(float(third.hi))
    two = root(lift(2.0)).square()
    assert two.lo < 2 < two.hi


def test_disjoint_enclosures_are_an_error():
    with pytest.raises(ArithmeticError, match="do not meet"):
        lift(np.array([1.0])).meet(lift(np.array([2.0])))


@pytest.fixture(scope="module")
def partition():
    return search(WHERE, HALF_PERCENT)[0]


def test_certificate_survives_saving(partition):
    content = partition.save()
    assert verify(content, WHERE, HALF_PERCENT) == []
    loaded = Partition.load(content)
    assert loaded.slice == WHERE
    assert sum(loaded.area(sign) for sign in (-1, 0, 1)) == 1


def test_arb_agrees(partition):
    assert audit(partition, 60, seed=0) == {"proved": 60, "open": 0, "contradicted": 0}


def test_flipped_sign_is_found(partition):
    sign = partition.sign.copy()
    sign[np.flatnonzero(sign)[7]] *= -1
    faults = verify(replace(partition, sign=sign).save(), WHERE, HALF_PERCENT)
    assert len(faults) == 1 and "1 of" in faults[0]
    assert audit(replace(partition, sign=-partition.sign), 20, seed=0)["contradicted"] == 20


def test_undecided_box_declared_decided_is_found(partition):
    sign = partition.sign.copy()
    sign[np.flatnonzero(sign == 0)[0]] = 1
    assert verify(replace(partition, sign=sign).save(), WHERE, HALF_PERCENT)


@pytest.mark.parametrize("change", ["missing", "double", "moved", "level"])
def test_boxes_that_do_not_tile_are_found(partition, change):
    columns = {name: getattr(partition, name).copy() for name in ("level", "i", "j", "sign")}
    if change == "missing":
        columns = {name: x[1:] for name, x in columns.items()}
    elif change == "double":
        columns = {name: np.append(x, x[0]) for name, x in columns.items()}
    elif change == "moved":
        columns["i"][0] += 1
    else:
        columns["level"][0] += 1
    assert not tiles_slice(replace(partition, **columns))


def test_other_slice_is_refused(partition):
    other = replace(WHERE, alpha=Fraction(2))
    assert "is about" in verify(partition.save(), other, HALF_PERCENT)[0]
