"""A second process that tries claims beside the first: ``python -m relabel_lab.proofs_check.worker``.

Names of claims come in, one a line; pickled evidence goes out.  It ends as soon as its standard
input closes, so that it never outlives the process that started it.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from relabel_lab.proofs_check.registry import Evidence, Setting

MODULE = "relabel_lab.proofs_check.worker"


class Worker:
    """The other end: start it, ask for evidence, stop it."""

    def __init__(self, setting: Setting):
        command = [sys.executable, "-P", "-m", MODULE, setting.level]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def gather(self, name: str) -> Evidence | str:
        """The evidence of one claim, or the traceback of a crash.

        Raises:
            EOFError: if the process has ended; the claim is untried.
        """
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write(f"{name}\n".encode())
            self.process.stdin.flush()
        except OSError as gone:
            raise EOFError(str(gone)) from gone
        found: Evidence | str = pickle.load(self.process.stdout)
        return found

    def stop(self) -> None:
        """End the process, whatever it is at, and wait for it."""
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(OSError):  # it may have been in the middle of a line
                    stream.close()
        self.process.wait()


def _listen(names: SimpleQueue[str]) -> None:
    for line in sys.stdin:
        names.put(line.strip())
    os._exit(0)


def _pickled(found: Any) -> bytes:
    try:
        return pickle.dumps(found)
    except Exception:  # evidence that cannot travel is a crash, never silence
        return pickle.dumps(traceback.format_exc())


def main(level: Any) -> None:
    """Try what is asked for until nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process stops this one
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what claims print must not mix with the answers
    names: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(names,), daemon=True).start()
    from relabel_lab.proofs_check.claims import CLAIMS
    from relabel_lab.proofs_check.verification import gather

    known = {claim.id: claim for claim in CLAIMS}
    while True:
        claim = known[names.get()]
        answers.write(_pickled(gather(claim, Setting(level))))
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
