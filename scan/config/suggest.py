"""Wrong keys: refuse them and suggest the nearest right one."""

from collections.abc import Iterable
from difflib import get_close_matches


def unknown_key(where: str, key: str, known: Iterable[str]) -> ValueError:
    """The error for a ``key`` of table ``where`` that is none of ``known``."""
    allowed = list(known)
    near = get_close_matches(key, allowed, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(allowed)}"
    return ValueError(f"{where}.{key} is not a known key: {hint}")
