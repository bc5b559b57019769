"""Interrupts: one line and the exit code of the signal, also while compiled code runs.

Python handles a signal when its main thread comes back from compiled code, and an exception
raised inside a callback is lost.  So a second thread, woken by the signal itself, ends the process
where the main thread has not done so in time.  Files are written whole: nothing is half-written.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from types import FrameType
from typing import NoReturn

PATIENCE = 1.5  # seconds for the main thread to stop by itself
CODES = {
    number: 128 + number
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if (number := getattr(signal, name, None)) is not None
}


class Stopped(KeyboardInterrupt):
    """A signal asks the process to stop; ``code`` is its exit code."""

    def __init__(self, number: int):
        super().__init__(signal.Signals(number).name)
        self.code = CODES[number]


class _State:
    """What both threads know: what the command adds to the line, and whether it was printed."""

    lock = threading.Lock()
    told = False
    more = ""


def watch(program: str) -> None:
    """Handle SIGINT, SIGTERM and SIGHUP from now on."""
    here, there = socket.socketpair()
    there.setblocking(False)
    for number in CODES:
        signal.signal(number, _raise)
    signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_wait, args=(here, there, program), daemon=True).start()


def advise(more: str) -> None:
    """Add to the one line what the user can do."""
    _State.more = more


def tell(line: str) -> None:
    """Print the one line about the interrupt, once."""
    with _State.lock:
        if not _State.told:
            _State.told = True
            print(f"{line}{_State.more}", file=sys.stderr, flush=True)


def leave(code: int) -> NoReturn:
    """End at once: tearing down an interpreter whose compiled code still runs may crash."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(code)


def code_of(error: KeyboardInterrupt) -> int:
    """The exit code of an interrupt."""
    return getattr(error, "code", 130)


def _raise(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


def _wait(here: socket.socket, there: socket.socket, program: str) -> None:
    while True:
        number = here.recv(1)[0]
        if number in CODES:
            time.sleep(PATIENCE)
            tell(f"{program}: interrupted")
            leave(CODES[number])
