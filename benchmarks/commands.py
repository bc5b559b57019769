"""How long the commands of theory take, started afresh with a warm cache of compiled programs.

Processor seconds of the whole process, those of all its threads together: on one quiet core they
are what a user waits.  A loaded machine inflates them less than it does the clock on the wall.
"""

import os
import resource
import subprocess
import sys
from typing import Any

PROBLEM = ("--n", "2000", "--d", "400", "--p", "0.3", "--gamma", "1.5")
COMMANDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("theory", *PROBLEM), "< 1"),
    (("theory", *PROBLEM, "--schemes", "all", "--fluctuations"), "< 5"),
    (("samples", *PROBLEM[2:]), "< 3"),
)
REPEATS = 3


def run() -> list[dict[str, Any]]:
    """The fastest of a few starts after one that fills the cache."""
    return [
        {
            "name": f"relabel {' '.join(words)}",
            "value": min([_seconds(words) for _ in range(REPEATS + 1)][1:]),
            "unit": "processor s",
            "target": target,
        }
        for words, target in COMMANDS
    ]


def _seconds(words: tuple[str, ...]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    program = "import sys; from relabel_lab.relabel import main; sys.exit(main(sys.argv[1:]))"
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run(
        [sys.executable, "-c", program, *words],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **threads},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
