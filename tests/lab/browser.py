"""Chromium on the lab: JupyterLab and the page as servers, and what a visitor does and sees."""

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
BOARD = "svg.cjsim-board[data-answer]"
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
    """JupyterLab on copies of notebooks, one a language; with settings of its own; its address."""
    (folder / "notebooks").mkdir(parents=True, exist_ok=True)
    for source in sources:
        shutil.copy(source, folder / "notebooks" / f"{source.parent.name}.ipynb")
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
    """A page with the lab on it: its controls by name, and what it shows."""

    def __init__(self, browser, width: int = 1400, height: int = 1250) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height})
        self.context.set_default_timeout(1000 * SECONDS)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def open_notebook(self, address: str, name: str) -> "Visit":
        """A notebook in JupyterLab, its code cell run."""
        self.page.goto(f"{address}/lab/tree/{name}?reset")
        self.run_cell()
        return self.settled()

    def run_cell(self) -> None:
        """Run the notebook's code cell, once the kernel is there."""
        self.wait_until("document.querySelector('#jp-main-statusbar')?.innerText.includes('Idle')")
        self.page.click(".jp-CodeCell .cm-content")
        self.page.keyboard.press("Control+Enter")

    def wait_until(self, holds: str) -> None:
        """Until an expression is true. It is asked at every frame, a selector every half second."""
        self.page.wait_for_function(holds)

    def painted(self) -> None:
        """Until there is a picture."""
        self.wait_until(f"document.querySelector({BOARD!r})")

    def settled(self) -> "Visit":
        """Until all worlds are in the picture."""
        self.painted()
        self.wait_for(0)
        return self

    def close(self) -> None:
        self.context.close()

    def outside(self) -> list[str]:
        """What was asked of any other machine."""
        parts = ((urlsplit(url), url) for url in self.asked)
        own = ("data", "blob", "about")
        return [url for at, url in parts if at.scheme not in own and at.hostname not in HERE]

    # --- what is shown

    @property
    def answer(self) -> int:
        """The number of the answer on the board."""
        return int(self.page.get_attribute(BOARD, "data-answer"))

    @property
    def sentence(self) -> str:
        return self.page.inner_text(".cjsim-words")

    @property
    def bars(self) -> list[str]:
        """The lengths of the bars."""
        return self.page.eval_on_selector_all(
            f"{BOARD} rect[height='11']", "bars => bars.map((bar) => bar.getAttribute('width'))"
        )

    def wait_for(self, answer: int, runs: int = 5) -> None:
        """Until an answer later than this one is on the board, with all its worlds."""
        self.page.wait_for_function(
            """([board, answer, runs]) =>
                Number(document.querySelector(board).dataset.answer) > answer &&
                [...document.querySelectorAll(".widget-label")].some(
                    (label) => label.textContent.endsWith(`: ${runs}`))""",
            arg=[BOARD, answer, runs],
        )

    # --- what a visitor does

    @contextmanager
    def answered(self, runs: int = 5) -> Iterator[None]:
        """What is done inside is answered when the block ends."""
        before = self.answer
        yield
        self.wait_for(before, runs)

    def button(self, words: str):
        return self.page.locator(".widget-button", has_text=re.compile(f"^{words}$"))

    def selects(self):
        """Product, A, B, people, drawers."""
        return self.page.locator(".widget-dropdown select")

    def dial(self, label: str):
        """The handle of a slider, by the words beside it."""
        slider = self.page.locator(".widget-slider", has_text=label)
        return slider.locator(".noUi-handle")

    def open_drawer(self, name: str) -> None:
        self.selects().nth(4).select_option(name)

    def box(self, label: str):
        """A control in the open drawer, by its key."""
        row = self.page.locator(".widget-text", has_text=re.compile(f"^{re.escape(label)}$"))
        return row.locator("input")

    def picture(self, name: str) -> None:
        """Keep a screenshot, if CJSIM_SCREENSHOTS names a folder."""
        if folder := os.environ.get("CJSIM_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder, f"{name}.png"))
