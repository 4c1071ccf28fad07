"""The what-if lab in JupyterLab, from the command line: for this machine alone, without the web."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from cjsim.board.room import HOST, door_at
from cjsim.experiment.orphans import ended_as_by_ctrl_c
from cjsim.files import write_text
from cjsim.labels import text
from cjsim.scenario import Scenario, presets

NAME = "lab.ipynb"
PATIENCE = 10.0
"""Seconds that JupyterLab has to end after Ctrl-C; while starting it sometimes does not listen."""

NOT_NEEDED = (
    "jupyter_lsp", "jupyter_server_terminals", "notebook",
    "nbgrader.server_extensions.assignment_list", "nbgrader.server_extensions.course_list",
    "nbgrader.server_extensions.formgrader", "nbgrader.server_extensions.validate_assignment",
)  # fmt: skip
"""Parts of the server that other tools bring and the lab does without: each would be waited for."""

PAGE = "labconfig/page_config.json"
OUT_OF_SIGHT = {"disabledExtensions": {"@jupyter/nbgrader": True}}
"""Bars and buttons for who marks exercises; a class would only wonder."""
DEFAULTS = "labconfig/default_setting_overrides.json"
NO_NEWS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}
"""JupyterLab would ask each time whether it may fetch news; what a user has set goes first."""


def open_lab(
    scenario: str = "phone", lang: str = "en", port: int | None = None, browser: bool = True
) -> None:
    """Open the lab on a preset or a scenario file, and serve it until Ctrl-C.

    `browser` opens the address in a browser. Raises ScenarioError or ValueError before anything is
    started.
    """
    notebook_text = notebook(scenario, lang)
    if port is not None:
        door_at(HOST, port, lang).close()
    with tempfile.TemporaryDirectory(prefix="cjsim-lab-", ignore_cleanup_errors=True) as folder:
        path = Path(folder, NAME)
        write_text(path, notebook_text)
        try:
            _serve_jupyterlab(path, port, browser)
        finally:
            end_kernels(folder)


def open_notebook(path: Path, root: Path, port: int | None = None, browser: bool = True) -> None:
    """Open a notebook in JupyterLab, and serve the folder `root` above it until Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="cjsim-lab-", ignore_cleanup_errors=True) as folder:
        try:
            _serve_folder(path, root, Path(folder), port, browser)
        finally:
            end_kernels(folder)


def notebook(scenario: str = "phone", lang: str = "en") -> str:
    """A notebook file that opens the lab on a preset or a scenario file, which is checked."""
    import nbformat

    Scenario.load(scenario)
    if scenario not in presets():
        scenario = str(Path(scenario).resolve())  # the notebook runs in another folder
    title = text("lab_page.title", lang)
    words = text("lab_page.run", lang)
    code = f"from cjsim.lab import lab\n\nlab({scenario!r}, lang={lang!r})"
    content = {
        "cells": [
            {**_cell("markdown", "title"), "source": f"# {title}\n\n{words}"},
            {**_cell("code", "lab"), "source": code, "execution_count": None, "outputs": []},
        ],
        "metadata": {
            "title": title,
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return str(nbformat.writes(nbformat.from_dict(content)))  # type: ignore[no-untyped-call]


def _cell(kind: str, name: str) -> dict[str, Any]:
    return {"cell_type": kind, "id": name, "metadata": {}}


def _write_kernel_spec(folder: Path) -> None:
    """Our own Python runs the notebook, says nothing of being stopped, and is found in `folder`."""
    quiet = "--IPKernelApp.log_level=CRITICAL"
    ready = "--IPKernelApp.exec_lines=[\"__import__('cjsim.lab.serve').lab.serve.get_ready()\"]"
    words = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", quiet, ready]
    spec = {"argv": words, "display_name": "Python 3 (ipykernel)", "language": "python"}
    home = folder / "kernels" / "python3"
    home.mkdir(parents=True)
    write_text(home / "kernel.json", json.dumps(spec))
    os.environ["JUPYTER_RUNTIME_DIR"] = str(folder / "runtime")  # its connection file is there
    _put_first("JUPYTER_PATH", folder)


def _put_first(variable: str, folder: Path) -> None:
    """A folder before those in which Jupyter looks anyway."""
    others = os.environ.get(variable)
    os.environ[variable] = os.pathsep.join([str(folder), *([others] if others else [])])


def end_kernels(folder: str) -> None:
    """End every kernel whose connection file is in a folder.

    A server that is stopped while it starts a kernel forgets it. The kernel would find its folder
    gone in the middle of an import, say so at length, and stay.
    """
    import psutil

    for process in psutil.process_iter():
        with suppress(psutil.Error):  # it has just ended, or is somebody else's
            if any(word.startswith(folder) for word in process.cmdline()):
                process.kill()


def get_ready() -> None:
    """Load what the first picture needs, before anybody asks for it: a kernel does so at once."""
    import cjsim.board.widget  # noqa: F401  (its front end)
    from cjsim.run import simulate

    simulate(Scenario.load("phone"), people=1, log="measures")


def _serve_jupyterlab(path: Path, port: int | None, browser: bool) -> None:
    """JupyterLab on a notebook in a folder of its own, until Ctrl-C."""
    _serve_folder(path, path.parent, path.parent / ".jupyter", port, browser)


def _serve_folder(path: Path, root: Path, hidden: Path, port: int | None, browser: bool) -> None:
    """JupyterLab on a notebook in a folder, with windows and settings of its own in `hidden`."""
    name = path.relative_to(root).as_posix()
    _write_kernel_spec(hidden)
    Path(hidden, "labconfig").mkdir()
    write_text(hidden / DEFAULTS, json.dumps(NO_NEWS))
    write_text(hidden / PAGE, json.dumps(OUT_OF_SIGHT))
    _put_first("JUPYTER_CONFIG_PATH", hidden)
    words = [
        f"--ServerApp.root_dir={root}",
        f"--LabApp.workspaces_dir={hidden / 'workspaces'}",
        f"--LabApp.default_url=/lab/tree/{name}",
        f"--ServerApp.ip={HOST}",
        f"--ServerApp.open_browser={browser}",
        "--ServerApp.answer_yes=True",  # Ctrl-C is answer enough
        "--Application.log_level=WARN",
        f"--ServerApp.jpserver_extensions={dict.fromkeys(NOT_NEEDED, False)}",
        "--LabApp.news_url=None",  # asks the web for nothing
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if port is not None:
        words += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.append("--allow-root")
    serve([sys.executable, "-m", "jupyterlab", *words], partial(_start_kernel, name))


def _start_kernel(name: str, server: int) -> None:
    """Have the notebook's kernel started while the browser is still loading JupyterLab.

    `name` is the notebook's place below the server's folder, `server` the server's process. If it
    cannot be asked, JupyterLab starts the kernel.
    """
    from jupyter_core.paths import jupyter_runtime_dir

    info_file = Path(jupyter_runtime_dir(), f"jpserver-{server}.json")
    deadline = time.monotonic() + 30
    with suppress(OSError, ValueError):
        while not info_file.is_file() and time.monotonic() < deadline:
            time.sleep(0.05)
        server_info = json.loads(info_file.read_text(encoding="utf-8"))
        wanted = {"path": name, "name": name, "type": "notebook", "kernel": {"name": "python3"}}
        headers = {
            "Authorization": f"token {server_info['token']}",
            "Content-Type": "application/json",
        }
        data = json.dumps(wanted).encode()
        request = urllib.request.Request(f"{server_info['url']}api/sessions", data, headers)
        urllib.request.urlopen(request, timeout=30).close()


def serve(
    command: list[str],
    started: Callable[[int], None] = lambda process: None,
    patience: float = PATIENCE,
) -> None:
    """Run a server until Ctrl-C, and end it if it has not ended `patience` seconds later.

    `started` is called with its process number, in a thread of its own. Raises ValueError if the
    server ends by itself with an error.
    """
    with ended_as_by_ctrl_c():
        server = subprocess.Popen(command)
        threading.Thread(target=started, args=(server.pid,), daemon=True).start()
        try:
            if server.wait():
                raise ValueError(f"{command[2]} ended by itself; what it said stands above")
        except KeyboardInterrupt:  # the server has got a Ctrl-C too, but not what only we are told
            if os.name == "posix":  # elsewhere it would end at once, and leave its kernels
                server.terminate()
            with suppress(subprocess.TimeoutExpired):
                server.wait(patience)
        finally:
            server.kill()
            server.wait()
