"""The site, built once for all the processes of a run."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder that `python3 kit.py site` makes."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    own = tmp_path_factory.getbasetemp()
    home = own.parent / f"site-{run}" if run else own / "site-alone"
    home.mkdir(exist_ok=True)
    with open(home / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other process waits, and finds it
        if not (home / "site" / "index.html").exists():
            command = [sys.executable, "-m", "tools.site", "--out", str(home / "site")]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
    return home / "site"
