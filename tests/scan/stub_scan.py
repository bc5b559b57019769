"""A scan whose blocks cost nothing, and a program that scans and kills itself again and again."""

import os
import random
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from relabel_lab.scan import grid_frame, locally, parse, run_scan

TABLE = {
    "axes": {
        "p": {"linspace": [0.05, 0.45, 6]},
        "rho": [0.5, 1.0, 2.0, 3.0],
        "alpha": 2.0,
        "n": 50,
    },
    "run": {"schemes": ["full", "consensus"], "seeds": 10, "quantities": ["kappa", "improved"]},
    "store": {"block": 2},
}


def config(**run):
    return parse({**TABLE, "run": {**TABLE["run"], **run}})


def simulate(config, delay=0.0):
    """A stand-in for the engines: every value follows from the cell's number."""
    frame = grid_frame(config)
    layout = frame.layout

    def block(number):
        time.sleep(delay)
        cells = layout.cells(number)
        values = {}
        for rank, variable in enumerate(frame.variables):
            tail = frame.tail(variable)
            place = np.arange(int(np.prod(tail))).reshape(tail)
            values[variable.name] = np.sin(
                cells.reshape(-1, *[1] * len(tail)) * 7.0 + place + 100 * rank
            )
        values["seeds"] = np.full(cells.size, 10.0)
        return values

    return block


def scan(path, *, resume=False, delay=0.0, config=config()):  # noqa: B008
    return run_scan(config, path, locally(simulate(config, delay)), resume=resume)


def kill_again_and_again(folder, kills):
    """Kill ``kills`` scans with no warning, each after a random time.

    A scan goes on with the store of the one before; once a store is finished, a new one begins.
    """
    chance = random.Random(4)
    number, finished, killed = 0, 0, 0
    while killed < kills:
        store = Path(folder) / str(number)
        child = os.fork()
        if child == 0:
            scan(store, resume=True, delay=0.01)
            os._exit(0)
        time.sleep(chance.uniform(0.0, 0.35))
        os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        killed += code == -signal.SIGKILL
        lines = _journal_lines(store)
        assert lines >= finished, "a finished block was forgotten"
        finished = lines if code else 0
        number += code == 0
    print(killed)


def _journal_lines(store):
    journal = store / ".scan" / "journal"
    return len(journal.read_bytes().splitlines()) if journal.exists() else 0


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    kill_again_and_again(sys.argv[1], int(sys.argv[2]))
