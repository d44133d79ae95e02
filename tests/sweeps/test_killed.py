"""A sweep killed in the middle, on this machine and on a real dask scheduler with two workers."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from sgdtui.preset.load import build
from sgdtui.sweeps.executors import DaskCluster, EngineError, LocalProcesses
from sgdtui.sweeps.sweep import sweep
from sgdtui.sweeps.table import TableFile, read_table
from tests.sweeps.quick_points import QuickEngine, Threads, read, slow_plan

HERE = Path(__file__).parent
COUNT = 24


def environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}


def until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def rows(path):
    if not path.exists():
        return {}
    table = read_table(path)
    return dict(
        zip(table.columns["key"], zip(table.columns["x"], table.columns["draw"], strict=True), strict=True)
    )


def completed(path, log, engine):
    plan = slow_plan(build({"loss": "x**2/2"}), str(log), COUNT)
    table = TableFile(path, "p", [axis.name for axis in plan.axes], plan.quantities)
    try:
        return sweep(plan, table, QuickEngine(engine), read)
    finally:
        table.close()


@contextmanager
def killed_midway(path, log, *address):
    """Start a sweep in a process of its own; it is killed at the end, once six rows are there."""
    client = subprocess.Popen(
        [sys.executable, str(HERE / "quick_points.py"), str(path), str(log), str(COUNT), *address],
        env=environment(),
    )
    try:
        until(lambda: len(rows(path)) >= 6)
        yield client
    finally:
        client.send_signal(signal.SIGKILL)
        client.wait()


@pytest.mark.slow
def test_killing_the_client_loses_no_finished_point_and_leaves_no_process(tmp_path):
    path, log = tmp_path / "t.csv", tmp_path / "log.txt"
    with killed_midway(path, log) as client:
        children = Path(f"/proc/{client.pid}/task/{client.pid}/children").read_text().split()
    assert children
    before = rows(path)
    assert 6 <= len(before) < COUNT
    until(lambda: not any(Path(f"/proc/{child}/cmdline").exists() and Path(f"/proc/{child}/cmdline").read_bytes()
                          for child in children), 10)  # fmt: skip
    outcome = completed(path, log, LocalProcesses(2))
    assert outcome.progress.resumed == len(before)
    after = rows(path)
    assert len(after) == COUNT
    assert before.items() <= after.items()


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers of one thread, as processes; gives its address and the workers."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    common = {"env": environment(), "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "dask"]
    scheduler = subprocess.Popen(
        [
            *dask,
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(file),
        ],
        **common,
    )
    until(file.exists)
    import json

    until(lambda: file.read_text().strip().endswith("}"))
    address = json.loads(file.read_text())["address"]
    workers = [
        subprocess.Popen(
            [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
             "--local-directory", str(tmp_path / f"worker{i}")],
            **common,
        )
        for i in range(2)
    ]  # fmt: skip
    try:
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


@pytest.mark.slow
def test_dask_gives_the_same_numbers_and_survives_a_dead_worker_and_a_dead_client(cluster, tmp_path):
    address, workers = cluster
    log = tmp_path / "log.txt"
    completed(tmp_path / "here.csv", log, Threads(4))
    path = tmp_path / "there.csv"
    with killed_midway(path, log, address):
        workers[0].kill()
        reached = len(rows(path)) + 2
        until(lambda: len(rows(path)) >= reached)  # it goes on with the other worker
    before = rows(path)
    assert len(before) < COUNT
    outcome = completed(path, log, DaskCluster(address))
    assert outcome.complete
    assert outcome.progress.failures == 0
    assert outcome.progress.resumed == len(before)
    assert before.items() <= rows(path).items()
    assert rows(path) == rows(tmp_path / "here.csv")


def test_nobody_at_the_address():
    pytest.importorskip("distributed")
    with pytest.raises(EngineError, match="no dask scheduler answers"):
        DaskCluster("tcp://127.0.0.1:9", timeout=0.5)


def test_without_dask_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EngineError, match=r"sgdtui\[dask\]"):
        DaskCluster("tcp://127.0.0.1:8786")


@pytest.mark.slow
def test_dask_gives_the_numbers_of_this_machine_s_processes(cluster, tmp_path):
    """Real runs of a real preset: the same seeds, the same walkers, the same table."""
    from sgdtui.claims.measure import measure
    from sgdtui.sweeps.grid import parse_axes
    from sgdtui.sweeps.sweep import Plan

    address, _ = cluster
    axes = parse_axes(["eta=0.1,0.3", "batch=1,2", "run.walkers=2048", "run.burn_in=100", "run.steps=200"])
    preset = build({"loss": "(x**2 - 1)**2/4", "noise": "1 + x**2/4", "observe": {"left": "x < 0"}})
    plan = Plan(preset, axes, ("verdict", "left", "gibbs.tv", "transfer.tv"), seed=3)
    tables = []
    for name, engine in (("here", LocalProcesses(2)), ("there", DaskCluster(address))):
        path = tmp_path / f"{name}.csv"
        table = TableFile(path, "p", [axis.name for axis in axes], plan.quantities)
        outcome = sweep(plan, table, engine, measure)
        table.close()
        assert outcome.complete
        assert outcome.progress.failures == 0
        columns = read_table(path).columns
        order = sorted(range(4), key=lambda row, keys=columns["key"]: keys[row])
        tables.append({c: [v[i] for i in order] for c, v in columns.items() if c != "seconds"})
    here, there = tables
    assert here["left"] == there["left"]
    assert here["left_se"] == there["left_se"]
    assert here["verdict"] == there["verdict"]
    assert here == there
