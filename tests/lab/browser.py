"""Chromium on the lab: JupyterLab and the page as servers, and a visitor who asks only them."""

import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
LABS = [ROOT / "notebooks" / lang / "lab.ipynb" for lang in ("en", "ru")]
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # all cells are there, not those seen
}
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
HERE = ("127.0.0.1", "localhost")
SECONDS = 60
"""How long anything may take before a test gives up; nothing is asserted about time."""


def chromium() -> str | None:
    """Where Chromium is, if it is."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


# --- servers ----------------------------------------------------------------------------------


@contextmanager
def running(
    *command: str, env: dict[str, str] | None = None, ending: int = signal.SIGINT
) -> Iterator[str]:
    """Run a server until the block ends; gives the first address that it prints.

    `ending` is the signal that ends it; Ctrl-C in a terminal sends SIGINT.
    """
    known = {**os.environ, "PYTHONUTF8": "1", **(env or {})}
    known.pop("PYTHONDONTWRITEBYTECODE", None)  # imports would take three times as long
    process = subprocess.Popen(
        command, env=known, text=True, encoding="utf-8",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    addresses: queue.Queue[str] = queue.Queue()
    said: list[str] = []

    def listen() -> None:
        for line in process.stdout or ():
            said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+\S*", line):
                addresses.put(found[0])
        addresses.put("")

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        address = addresses.get(timeout=SECONDS)
        assert address, "".join(said)
        wait_until(lambda: listening(address))  # JupyterLab says where before it is there
        yield address
    finally:
        os.killpg(process.pid, ending)
        try:
            process.wait(SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        listener.join(SECONDS)
    words = "".join(said)
    assert process.returncode == 0, words
    assert "Traceback" not in words, words


def listening(address: str) -> bool:
    """Whether a server takes connections at an address."""
    at = urlsplit(address)
    with socket.socket() as trial:
        trial.settimeout(SECONDS)
        return trial.connect_ex((at.hostname, at.port)) == 0


def wait_until(condition: Callable[[], bool]) -> None:
    """Ask again and again until something holds."""
    give_up = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def cjsim_lab(*words: str, ending: int = signal.SIGINT):
    """The command, as a server; gives its address."""
    return running(sys.executable, "-m", "cjsim.cli", "lab", "--no-browser", *words, ending=ending)


@contextmanager
def jupyterlab(folder: Path, sources: Iterable[Path] = LABS) -> Iterator[str]:
    """JupyterLab on copies of notebooks, a folder a language; settings of its own; its address."""
    for source in sources:
        copy = folder / "notebooks" / source.parent.name / source.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)
    for name, settings in SETTINGS.items():
        path = folder / "settings/@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    words = [
        f"--ServerApp.root_dir={folder / 'notebooks'}", "--ServerApp.ip=127.0.0.1",
        "--no-browser", "--allow-root", "--IdentityProvider.token=", "--ServerApp.password=",
        "--ServerApp.answer_yes=True", "--LabApp.news_url=None",
        "--LabApp.expose_app_in_browser=True",
        f"--LabApp.user_settings_dir={folder / 'settings'}",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",
    ]  # fmt: skip
    own = {"JUPYTER_CONFIG_DIR": str(folder / "config")}
    with running(sys.executable, "-m", "jupyterlab", *words, env=own) as at:
        yield f"http://{urlsplit(at).netloc}"


# --- a visitor --------------------------------------------------------------------------------


@contextmanager
def window(headless: bool = True):
    """A browser with nothing remembered."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=chromium(), headless=headless, args=FLAGS, timeout=1000 * SECONDS
        )
        yield browser
        browser.close()


class Visit:
    """A page: what it asks for, and what goes wrong on it."""

    def __init__(self, browser, width: int = 1400, height: int = 1250) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height})
        self.context.set_default_timeout(1000 * SECONDS)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def run_cell(self) -> None:
        """Run the notebook's code cell, once the kernel is there."""
        self.wait_until("document.querySelector('#jp-main-statusbar')?.innerText.includes('Idle')")
        self.page.click(".jp-CodeCell .cm-content")
        self.page.keyboard.press("Control+Enter")

    def wait_until(self, holds: str) -> None:
        """Until an expression is true. It is asked at every frame, a selector every half second."""
        self.page.wait_for_function(holds)

    def close(self) -> None:
        self.context.close()

    def outside(self) -> list[str]:
        """What was asked of any other machine."""
        parts = ((urlsplit(url), url) for url in self.asked)
        own = ("data", "blob", "about")
        return [url for at, url in parts if at.scheme not in own and at.hostname not in HERE]

    def picture(self, name: str) -> None:
        """Keep a screenshot, if CJSIM_SCREENSHOTS names a folder."""
        if folder := os.environ.get("CJSIM_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder, f"{name}.png"))
