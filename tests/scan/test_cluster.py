"""The same bits from a cluster of processes, whatever happens to its workers and scheduler."""

import json
import os
import signal
import subprocess
import sys
import time

import dask
import numpy as np
import pytest
from distributed import LocalCluster

from relabel_lab.scan import (
    BlockWork,
    Failed,
    Watcher,
    bisect,
    boundary_frame,
    boundary_parts,
    locally,
    on_cluster,
    parse,
    run_scan,
)


class KillAfter(Watcher):
    """Kills processes once ``blocks`` blocks are on disk."""

    def __init__(self, blocks, pids):
        self.left, self.pids = blocks, pids

    def block(self, entry, values):
        self.left -= 1
        if self.left == 0:
            for pid in self.pids():
                os.kill(pid, signal.SIGKILL)


def _slow(stub, delay=0.1):
    """A task that workers get by value: they cannot import the tests."""
    simulate = stub.simulate
    return lambda config, block: simulate(config, delay)(block)


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


def test_killed_worker_changes_nothing(tmp_path, stub, values, undisturbed, cluster):
    store = tmp_path / "store"
    victim = KillAfter(2, lambda: [next(iter(cluster.workers.values())).pid])
    execute = on_cluster(stub.config(), cluster.scheduler_address, _slow(stub))
    summary = run_scan(stub.config(), store, execute, watcher=victim)
    assert victim.left <= 0 and summary.done == summary.blocks == 12
    assert values(store) == undisturbed


def test_scan_moves_from_here_to_a_cluster(tmp_path, stub, values, undisturbed, cluster):
    store = tmp_path / "store"
    config = stub.config()

    def breaks_at_seven(blocks):
        for block in blocks:
            if block == 7:
                raise KeyboardInterrupt
            yield block, stub.simulate(config)(block), 0.0

    with pytest.raises(KeyboardInterrupt):
        run_scan(config, store, breaks_at_seven)
    execute = on_cluster(config, cluster.scheduler_address, _slow(stub, 0.0))
    summary = run_scan(config, store, execute, resume=True)
    assert (summary.kept, summary.done) == (7, 5)
    assert values(store) == undisturbed


def test_killed_scheduler_is_one_clear_failure(tmp_path, stub, values, undisturbed):
    store, told = tmp_path / "store", tmp_path / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0"]
    options = ["--no-dashboard", "--host", "127.0.0.1", "--scheduler-file", str(told)]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen([*command, *options], **quiet)
    helper = subprocess.Popen([*worker, "--no-dashboard", "--scheduler-file", str(told)], **quiet)
    try:
        victim = KillAfter(3, lambda: [scheduler.pid])
        gone = pytest.raises(Failed, match="the scheduler is gone")
        with dask.config.set({"distributed.comm.timeouts.connect": "2s"}), gone:
            execute = on_cluster(stub.config(), _address(told), _slow(stub))
            run_scan(stub.config(), store, execute, watcher=victim)
    finally:
        for process in (scheduler, helper):
            process.kill()
            process.wait()
    assert stub.scan(store, resume=True).kept >= 3
    assert values(store) == undisturbed


def _address(told):
    for _ in range(300):
        if told.exists() and told.read_text().strip():
            return json.loads(told.read_text())["address"]
        time.sleep(0.1)
    raise AssertionError("the scheduler did not start")


def test_no_scheduler_is_refused_before_anything_is_written(tmp_path, stub):
    with pytest.raises(ValueError, match="scheduler = tcp://127.0.0.1:9 .* none answers"):
        on_cluster(stub.config(), "tcp://127.0.0.1:9", patience=0.5)


def test_failing_task_is_one_clear_failure(tmp_path, stub, cluster):
    def broken(config, block):
        raise ValueError("no such luck")

    execute = on_cluster(stub.config(seed=1), cluster.scheduler_address, broken)
    with pytest.raises(Failed, match="cannot compute a block .no such luck"):
        run_scan(stub.config(seed=1), tmp_path / "store", execute)


def test_boundary_is_bisected_on_the_cluster_to_the_same_bits(tmp_path, stub, values, cluster):
    class Steep(BlockWork):
        """No engine: the share improved jumps at a place that depends on p."""

        def cells(self, parameters, keys):
            up = parameters["rho"] > 1 + parameters["p"]
            return {
                "seeds": np.full(up.shape, 10.0),
                "improved": np.tile(up[:, None, None], (1, 2, 2)),
            }

    config = parse({**stub.TABLE, "refine": {"axis": "rho", "resolution": 0.01}})
    stub.scan(tmp_path / "grid", config=config)
    part, frame = boundary_parts(config, tmp_path / "grid"), boundary_frame(config)
    here = Steep(config)
    run_scan(config, tmp_path / "here", locally(lambda b: bisect(here, part(b))), frame=frame)
    execute = on_cluster(
        config,
        cluster.scheduler_address,
        lambda config, block, part: bisect(Steep(config), part),
        part=part,
    )
    summary = run_scan(config, tmp_path / "there", execute, frame=frame)
    assert summary.done > 1, "more than one block, or the order of blocks is not tried"
    assert summary.seeds > 0, "nothing was bisected"
    assert values(tmp_path / "there") == values(tmp_path / "here")
