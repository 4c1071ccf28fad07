"""Whoever is killed leaves nobody behind, and a cluster that has gone is told in a sentence."""

import os
import signal
import subprocess
import sys
import textwrap

import psutil
import pytest

import cjsim
from cjsim.experiment import cluster as clusters
from cjsim.experiment.workers import evaluate

IDLE = textwrap.dedent("""
    import sys, time
    from loky import get_reusable_executor
    from cjsim.experiment import workers

    if __name__ == "__main__":
        with workers.pool_of("processes", 2) as pool:
            pool.submit(abs, -1).result()
            print("idle", flush=True)
            sys.stdin.read()
""")
BUSY = IDLE.replace("pool.submit(abs, -1).result()", "[pool.submit(time.sleep, 600) for _ in 'ab']")


@pytest.mark.parametrize("doing", [IDLE, BUSY], ids=["idle", "busy"])
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGABRT"])
def test_workers_end_with_their_parent(doing, name, tmp_path):
    program = tmp_path / "parent.py"
    program.write_text(doing, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as parent:  # fmt: skip
        assert parent.stdout.readline() == b"idle\n"
        workers = [
            one for one in psutil.Process(parent.pid).children(recursive=True)
            if any("popen_loky" in word for word in one.cmdline())
        ]  # fmt: skip
        assert workers
        parent.send_signal(getattr(signal, name))
        parent.wait()
        _, alive = psutil.wait_procs(workers, timeout=10)
        assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
        assert b"Traceback" not in parent.stderr.read()


@pytest.fixture
def phone():
    return cjsim.Scenario.load("phone").with_changes({"burn_in_days": 0.0, "horizon_days": 60.0})


class Dying:
    """A job that ends what it is told to end, and never comes back."""

    def __init__(self, *processes):
        self.processes = processes

    def __call__(self, batch):
        for process in self.processes or (os.getpid(),):
            os.kill(process, signal.SIGKILL)
        raise AssertionError


def part_of_a_cluster(*words):
    return subprocess.Popen(
        [sys.executable, "-m", *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("who", ["the only worker", "the scheduler", "both"])
def test_a_cluster_that_has_gone_is_told_in_a_sentence(who, phone, monkeypatch):
    pytest.importorskip("distributed")
    scheduler = part_of_a_cluster(
        "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"
    )
    address = next(line for line in scheduler.stderr if "Scheduler at:" in line).split()[-1]
    worker = part_of_a_cluster(
        "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard"
    )
    next(line for line in worker.stderr if "Registered to" in line)
    monkeypatch.setattr(clusters, "PATIENCE", 2.0)
    killed = {
        "the only worker": [worker],
        "the scheduler": [scheduler],
        "both": [scheduler, worker],
    }
    dying = Dying(*(process.pid for process in killed[who]))
    monkeypatch.setattr("cjsim.experiment.workers.live", dying)
    try:
        with pytest.raises(RuntimeError, match="the dask scheduler or all its workers have gone"):
            evaluate({"a": phone}, 10, runs=2, executor=f"dask:{address}")
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.communicate()


def test_an_address_where_nobody_listens_is_told(phone, monkeypatch):
    pytest.importorskip("distributed")
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"dask:tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(OSError, match=r"Timed out|127\.0\.0\.1"):
        evaluate({"a": phone}, 10, runs=1, executor=address)
