"""A process with the libraries in memory and none of the packages: each mutation gets a fork of it.

``python -m relabel_lab.proofs_check.mutations.nursery`` reads numbers of mutations, one a line, and
answers each with one line of JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import traceback
from typing import NoReturn

from relabel_lab.proofs_check.mutations.registry import MUTATIONS
from relabel_lab.proofs_check.mutations.trial import tried

# Loading them costs more than most claims; none of them starts a thread, which a fork would lose.
LIBRARIES = ("equinox", "flint", "jax", "scipy.integrate", "scipy.optimize", "scipy.stats")


def main() -> None:
    """Answer until nobody asks."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what claims print must not mix with the answers
    for name in LIBRARIES:
        importlib.import_module(name)
    for line in sys.stdin:
        answers.write(f"{_forked(int(line))}\n")
        answers.flush()


def _forked(number: int) -> str:
    """The answer of a child process, or the crash that it ended with."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _answer(number, theirs)
    os.close(theirs)
    with os.fdopen(ours) as told:
        text = told.read()
    _, status = os.waitpid(child, 0)
    lost = {"mutation": MUTATIONS[number].name, "rejected": None, "crash": f"wait status {status}"}
    return text or json.dumps(lost)


def _answer(number: int, to: int) -> NoReturn:
    began = time.perf_counter(), time.process_time()
    try:
        row = tried(number)
    except BaseException:
        row = {"mutation": MUTATIONS[number].name, "rejected": None}
        row["crash"] = traceback.format_exc().splitlines()[-1]
    row["seconds"] = round(time.perf_counter() - began[0], 1)
    row["processor_seconds"] = round(time.process_time() - began[1], 1)
    with os.fdopen(to, "w") as told:
        told.write(json.dumps(row))
    os._exit(0)


if __name__ == "__main__":
    main()
