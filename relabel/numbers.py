"""Argument types: numbers as people write them, refused with a reason."""

import argparse
import math
from decimal import Decimal, InvalidOperation

from relabel_lab.relabel.errors import short

LARGEST_WHOLE = 2**63 - 1  # what a 64-bit counter holds


def whole_number(text: str) -> int:
    """A whole number, also as ``1e9`` or ``2.5e3``; exact."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{short(text)!r} is not a whole number") from None
    if not value.is_finite() or abs(value) > LARGEST_WHOLE or value != value.to_integral_value():
        raise argparse.ArgumentTypeError(f"{short(text)!r} is not a whole number below 2^63")
    return int(value)


def real_number(text: str) -> float:
    """A finite decimal number; also as a percentage, ``30%``."""
    try:
        value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{short(text)!r} is not a number") from None
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{short(text)!r} is not a finite number")
    return value
