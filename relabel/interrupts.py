"""Signals that end a command: one line, a code of its own, and within two seconds."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

PATIENCE = 1.5
"""Seconds that a computation in progress has to notice a signal."""

WORDS = {"SIGINT": "interrupted", "SIGTERM": "terminated", "SIGHUP": "hung up"}


class Stopped(KeyboardInterrupt):
    """A signal asked the command to end.

    Attributes:
        code: exit code, 128 and the signal's number.
        word: what happened.
    """

    def __init__(self, number: int):
        super().__init__(number)
        self.code = 128 + number
        self.word = WORDS[signal.Signals(number).name]


@contextmanager
def stoppable(farewell: Callable[[Stopped], str]) -> Iterator[None]:
    """Raise `Stopped` on SIGINT, SIGTERM and SIGHUP while the block runs.

    A compiled computation keeps Python from raising until it ends.  A thread beside it then prints
    ``farewell`` and ends the process: for work that may be killed at any moment without harm.
    Signals that were ignored (as under nohup) stay ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.getsignal(number)
        for number in (getattr(signal, name) for name in WORDS if hasattr(signal, name))
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    ended = threading.Event()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    woken = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(
        target=_watch, args=(reader, set(map(int, before)), ended, farewell), daemon=True
    ).start()
    for number in before:
        signal.signal(number, _raise)
    try:
        yield
    finally:
        ended.set()
        signal.set_wakeup_fd(woken)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(writer)  # the watching thread reads the end and closes its side


def _raise(number: int, frame: FrameType | None) -> None:
    raise Stopped(number)


def _watch(
    reader: int, numbers: set[int], ended: threading.Event, farewell: Callable[[Stopped], str]
) -> None:
    while told := os.read(reader, 1):
        if told[0] in numbers and not ended.wait(PATIENCE):
            stopped = Stopped(told[0])
            print(farewell(stopped), file=sys.stderr, flush=True)
            os._exit(stopped.code)
    os.close(reader)
