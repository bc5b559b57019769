"""Blocks on a Dask cluster: one task a block, named after the scan and the block.

Workers only compute; the process that called writes the store, so that a task may run twice or
die half-way without a trace.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from relabel_lab.scan.config import Config
from relabel_lab.scan.store import Block, Fingerprint, changes, fingerprint
from relabel_lab.scan.work.block import BlockWork
from relabel_lab.scan.work.refine import Part, bisect
from relabel_lab.scan.work.runner import Execute, Failed
from relabel_lab.sim.kit import reject

AHEAD = 2  # tasks submitted for each thread of the cluster
RETRIES = 2  # of a task that raises; a worker that dies is another matter


def on_cluster(
    config: Config,
    address: str,
    simulate: Any = None,
    *,
    part: Callable[[int], Any] | None = None,
    patience: float = 10.0,
) -> Execute:
    """Compute blocks on the cluster whose scheduler is at ``address``.

    Args:
        config: the scan.
        address: such as tcp://host:8786.
        simulate: ``simulate(config, block)``, importable on the workers; by default the engines.
        part: what is sent along with a block as third argument, where the config is not enough.
        patience: seconds to wait for the scheduler's answer.

    Raises:
        ValueError: when Dask is missing or no scheduler answers.
        Failed: (while computing) when the scheduler goes away or tasks keep dying.
    """
    client = _connect(address, patience)
    task = simulate or simulate_block

    def execute(blocks: Iterable[int]) -> Iterator[tuple[int, Block, float]]:
        with client:
            yield from _results(client, config, task, part, iter(blocks))

    return execute


def _connect(address: str, patience: float) -> Any:
    try:
        from distributed import Client
    except ImportError:
        words = "left out without Dask: python -m pip install 'relabel-lab[cluster]'"
        raise reject("scheduler", address, words) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is raised
    try:
        return Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:  # the last for tls:// without its options
        words = f"the address of a running scheduler: none answers there ({error})"
        raise reject("scheduler", address, words) from None


def _results(
    client: Any,
    config: Config,
    task: Any,
    part: Callable[[int], Any] | None,
    blocks: Iterator[int],
) -> Iterator[tuple[int, Block, float]]:
    """Results as they come, with a bounded number of tasks on the way."""
    from distributed import as_completed

    here = fingerprint()

    def submit(block: int) -> Any:
        name = f"relabel-{task.__name__}-{config.digest[:16]}-{block}"
        job = (config, block) if part is None else (config, block, part(block))
        return client.submit(_timed, task, job, here, key=name, pure=True, retries=RETRIES)

    threads = max(1, sum(client.nthreads().values()))
    first = [submit(block) for block in islice(blocks, AHEAD * threads)]
    pending = as_completed(first, loop=client.loop)
    for future in pending:
        yield _result(client, future)
        for block in islice(blocks, 1):
            pending.add(submit(block))


def _result(client: Any, future: Any) -> tuple[int, Block, float]:
    from distributed import KilledWorker
    from distributed.comm import CommClosedError

    cause: Exception
    try:
        if future.status == "cancelled" or client.status != "running":
            raise CommClosedError("the connection was closed")
        return future.result()
    except KilledWorker as error:
        reason, cause = "workers keep dying on the same block", error
    except (CommClosedError, OSError) as error:
        reason, cause = "the scheduler is gone", error
    except Exception as error:
        reason, cause = "a worker cannot compute a block", error
    raise Failed(f"{reason} ({cause})") from cause


def _timed(task: Any, job: tuple[Any, ...], here: Fingerprint) -> tuple[int, Block, float]:
    """In a worker, which must draw as the process that writes the store would."""
    other = list(changes(here, fingerprint()))
    if other:
        raise RuntimeError(f"this worker would change bits: {'; '.join(other)}")
    start = time.perf_counter()
    values = task(*job)
    return job[1], values, time.perf_counter() - start


def simulate_block(config: Config, block: int) -> Block:
    """One block by the engines, in a worker; its programs stay compiled between blocks."""
    return _work(config)(block)


def bisect_block(config: Config, block: int, part: Part) -> Block:
    """Boundaries on one block of lines, in a worker."""
    return bisect(_work(config), part)


@cache
def _work(config: Config) -> BlockWork:
    return BlockWork(config)
