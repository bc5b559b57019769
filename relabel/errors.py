"""Errors that the command line turns into exit codes instead of tracebacks."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_REFUSED = re.compile(r"(?s)(\w+)([^=]*) = (.*) is not allowed: (.*)")
# Arguments whose option has another name.
_OPTIONS = {"scheme": "--schemes", "memory_bytes": "--engine direct: free memory"}


class UsageError(ValueError):
    """Bad input: exit code 2 and one line that names the option, the value and what is allowed."""


class WorkFailed(Exception):
    """The work itself failed: exit code 1 and one line that says why."""


def bad_value(option: str, value: Any, allowed: str) -> UsageError:
    """The error for ``option`` holding an unusable ``value``."""
    return UsageError(f"{option} {value}: must be {allowed}")


@contextmanager
def naming(option: str, value: Any, allowed: str) -> Iterator[None]:
    """Turn a ``ValueError`` raised inside into one about ``option`` and its ``value``."""
    try:
        yield
    except UsageError:
        raise
    except ValueError as error:
        reason = _REFUSED.fullmatch(str(error))
        told = _rule(reason) if reason else f"must be {allowed}"
        raise UsageError(one_line(f"{option} {value}: {told}")) from None


def as_option(message: str) -> str:
    """A library's refusal, reworded for the option that carries the argument it names.

    ``p = 0.7 is not allowed: p must be in [0, 0.5)`` becomes ``--p 0.7: must be in [0, 0.5)``.
    """
    reason = _REFUSED.fullmatch(message)
    if reason is None:
        return one_line(message)
    name, rest, value, _ = reason.groups()
    return one_line(f"{_OPTIONS.get(name, f'--{name}')}{rest} {value}: {_rule(reason)}")


def _rule(reason: re.Match[str]) -> str:
    """What is allowed, without the argument's name, which the option replaces."""
    name, rest, _, rule = reason.groups()
    return rule.removeprefix(f"{name}{rest} ")


def one_line(text: str) -> str:
    """``text`` with every run of white space replaced by one space."""
    return " ".join(text.split())
