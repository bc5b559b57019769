"""A scan whose blocks cost nothing, and a program that scans and kills itself again and again."""

import os
import random
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from scan.config import parse
from scan.frame import grid_frame
from scan.runner import locally, run_scan

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


def kill_again_and_again(path, kills):
    """Start ``kills`` scans of one store, each killed with no warning after a random time."""
    chance = random.Random(4)
    longest = 0.35
    finished = 0
    for _ in range(kills):
        child = os.fork()
        if child == 0:
            scan(path, resume=True, delay=0.01)
            os._exit(7)
        time.sleep(chance.uniform(0.0, longest))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        journal = Path(path) / ".scan" / "journal"
        lines = len(journal.read_bytes().splitlines()) if journal.exists() else 0
        assert lines >= finished, "a finished block was forgotten"
        finished = lines
        print(os.waitstatus_to_exitcode(status), lines, flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    kill_again_and_again(sys.argv[1], int(sys.argv[2]))
