"""Errors that the command line turns into exit codes instead of tracebacks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Arguments whose option has another name.
_OPTIONS = {"scheme": "--schemes", "memory_bytes": "--engine direct: free memory"}


LONGEST = 120  # characters of a value that a message repeats


class UsageError(ValueError):
    """Bad input: exit code 2 and one line that names the option, the value and what is allowed."""


class WorkFailed(Exception):
    """The work itself failed: exit code 1 and one line that says why."""


def bad_value(option: str, value: Any, allowed: str) -> UsageError:
    """The error for ``option`` holding an unusable ``value``."""
    return UsageError(one_line(f"{option} {short(value)}: must be {allowed}"))


def short(value: Any) -> str:
    """The value as text, cut where it is too long to read."""
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


@contextmanager
def naming(option: str, value: Any, allowed: str) -> Iterator[None]:
    """Turn a refusal raised inside into one about ``option`` and its ``value``."""
    try:
        yield
    except UsageError:
        raise
    except ValueError as error:
        known = getattr(error, "allowed", allowed)
        raise bad_value(option, value, known) from None


def as_option(error: ValueError) -> str:
    """A refusal, worded for the option that carries the argument it names.

    ``Refusal("p", 0.7, "in [0, 0.5)")`` becomes ``--p 0.7: must be in [0, 0.5)``.
    """
    argument = getattr(error, "argument", None)
    if argument is None:
        return one_line(str(error))
    name, _, part = argument.partition(" ")
    option = _OPTIONS.get(name, f"--{name}") + (f" {part}" if part else "")
    value: Any = getattr(error, "value", "")
    return one_line(f"{option} {short(value)}: must be {getattr(error, 'allowed', '')}")


def one_line(text: str) -> str:
    """``text`` with every run of white space replaced by one space."""
    return " ".join(text.split())
