"""Bisection certificates: a gap, an overlap, a tampered end and an unproved piece are found."""

import json
from fractions import Fraction

import pytest

from relabel_lab.proofs_check.enclosure import (
    quarters,
    saved_boxes,
    saved_pieces,
    verify_boxes,
    verify_pieces,
)

pytestmark = pytest.mark.smoke


F = Fraction
WHOLE = (F(0), F(1))
PIECES = [(F(0), F(1, 2)), (F(1, 2), F(3, 4)), (F(3, 4), F(1))]
SQUARE = (WHOLE, WHOLE)
BOXES = quarters(SQUARE)[1:] + quarters(quarters(SQUARE)[0])


def below_one(piece):
    return piece[1] <= 1


def test_good_certificates_stand():
    assert verify_pieces(saved_pieces(PIECES), below_one, WHOLE) is None
    assert verify_boxes(saved_boxes(BOXES), lambda box: True, SQUARE) is None


@pytest.mark.parametrize("dropped", range(3))
def test_missing_piece_is_found(dropped):
    rest = PIECES[:dropped] + PIECES[dropped + 1 :]
    assert verify_pieces(saved_pieces(rest), below_one, WHOLE)


def test_overlap_tampering_and_unproved_pieces_are_found():
    assert "gap or overlap" in verify_pieces(saved_pieces([*PIECES, PIECES[0]]), below_one, WHOLE)
    moved = json.loads(saved_pieces(PIECES))
    moved[1][1] = "7/8"
    assert verify_pieces(json.dumps(moved).encode(), below_one, WHOLE)
    found = verify_pieces(saved_pieces(PIECES), lambda piece: piece[1] < 1, WHOLE)
    assert found == "not proved on [3/4, 1]"


@pytest.mark.parametrize("dropped", range(len(BOXES)))
def test_missing_box_is_found(dropped):
    rest = BOXES[:dropped] + BOXES[dropped + 1 :]
    assert "nothing covers" in verify_boxes(saved_boxes(rest), lambda box: True, SQUARE)


def test_foreign_and_unproved_boxes_are_found():
    foreign = [*BOXES, ((F(1, 3), F(2, 3)), WHOLE)]
    assert "across others" in verify_boxes(saved_boxes(foreign), lambda box: True, SQUARE)
    bad = BOXES[-1]
    assert "not proved" in verify_boxes(saved_boxes(BOXES), lambda box: box != bad, SQUARE)
