"""Certificates of proofs by bisection: the pieces as exact rationals, and their verifier.

The verifier trusts nothing of the search: it reads the saved text, checks in rational arithmetic
that the pieces tile the range, and proves the inequality again on every one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from fractions import Fraction

from relabel_lab.proofs_check.balls import Piece

Box = tuple[Piece, Piece]


def saved_pieces(pieces: Iterable[Piece]) -> bytes:
    """Pieces of a line as JSON text, in rising order."""
    return json.dumps([[str(end) for end in piece] for piece in sorted(pieces)]).encode()


def saved_boxes(boxes: Iterable[Box]) -> bytes:
    """Boxes of a plane as JSON text, ends of both sides in turn, in rising order."""
    return json.dumps(
        [[str(end) for side in box for end in side] for box in sorted(boxes)]
    ).encode()


def verify_pieces(text: bytes, holds: Callable[[Piece], bool], whole: Piece) -> str | None:
    """What is wrong with saved pieces of ``whole``; None if the proof stands.

    Args:
        text: from `saved_pieces`.
        holds: whether the inequality is proved on a piece.
        whole: the range that the pieces must tile.
    """
    at = whole[0]
    for low, high in (map(Fraction, ends) for ends in json.loads(text)):
        if low != at or high <= low:
            return f"gap or overlap at {at}"
        if not holds((low, high)):
            return f"not proved on [{low}, {high}]"
        at = high
    return None if at == whole[1] else f"ends at {at}, not at {whole[1]}"


def verify_boxes(text: bytes, holds: Callable[[Box], bool], whole: Box) -> str | None:
    """What is wrong with saved boxes of ``whole``; None if the proof stands.

    Boxes must come from halving both sides again and again.

    Args:
        text: from `saved_boxes`.
        holds: whether the inequality is proved on a box.
        whole: the rectangle that the boxes must tile.
    """
    left: set[Box] = set()
    for a, b, c, d in (map(Fraction, ends) for ends in json.loads(text)):
        left.add(((a, b), (c, d)))
    smallest = min((box[0][1] - box[0][0] for box in left), default=whole[0][1] - whole[0][0])
    waiting = [whole]
    while waiting:
        box = waiting.pop()
        if box not in left:
            if not box[0][1] - box[0][0] > smallest:
                return f"nothing covers {box}"
            waiting += quarters(box)
        elif not holds(box):
            return f"not proved on {box}"
        else:
            left.remove(box)
    return f"{len(left)} boxes stand across others" if left else None


def quarters(box: Box) -> list[Box]:
    """The box with both sides halved."""
    halves = [((low, middle), (middle, high)) for low, high in box for middle in [(low + high) / 2]]
    return [(x, y) for x in halves[0] for y in halves[1]]
