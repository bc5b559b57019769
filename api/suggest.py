"""Hints at the name that was meant."""

import difflib
from collections.abc import Iterable


def near(word: str, known: Iterable[str]) -> str:
    """A hint at the known name that looks most like ``word``, or nothing."""
    close = difflib.get_close_matches(word, list(known), 1)
    return f" (did you mean {close[0]}?)" if close else ""
