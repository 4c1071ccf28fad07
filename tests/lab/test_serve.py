"""`cjsim lab`: what it checks, what it serves, and to whom."""

import ast
import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import nbformat
import pytest

from cjsim.cli import main
from cjsim.lab import serve
from cjsim.scenario import Scenario, new_file_text
from tests.lab.browser import cjsim_lab, listening

ROOT = Path(__file__).parents[2]


@pytest.fixture
def served(monkeypatch):
    """What would be served: the notebook, and with which arguments; nothing is started."""
    calls = []

    def noting(kind):
        def note(path, *words):
            calls.append((kind, nbformat.read(path, as_version=4), words))

        return note

    monkeypatch.setattr(serve, "_serve_page", noting("page"))
    monkeypatch.setattr(serve, "_serve_jupyterlab", noting("jupyterlab"))
    return calls


def opened(made) -> tuple[str, str]:
    """Product and language of the lab that a notebook opens."""
    call = ast.parse(made["cells"][1]["source"]).body[-1].value
    return ast.literal_eval(call.args[0]), ast.literal_eval(call.keywords[0].value)


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return answer.read().decode()


# --- what it is asked -------------------------------------------------------------------------


def test_without_words_it_opens_the_phone_in_jupyterlab(served):
    assert main.main(["lab"]) == 0
    ((kind, made, words),) = served
    assert (kind, words) == ("jupyterlab", (None, True))
    assert opened(made) == ("phone", "en")


def test_words_choose_product_language_page_and_browser(served):
    with socket.socket() as free:
        free.bind((serve.HOST, 0))
        port = free.getsockname()[1]
    words = ["lab", "yogurt", "--page", "--lang", "ru", "--port", str(port), "--no-browser"]
    assert main.main(words) == 0
    ((kind, made, words),) = served
    assert (kind, words) == ("page", ("ru", port, False))
    assert opened(made) == ("yogurt", "ru")
    assert made["metadata"]["title"] == "Лаборатория «что если»"


def test_a_scenario_file_is_found_from_another_folder(served, tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text(new_file_text("phone"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main.main(["lab", "mine.toml"]) == 0
    product, _ = opened(served[0][1])
    monkeypatch.chdir("/")
    assert Scenario.load(product) == Scenario.load(path)


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("as_page", [True, False])
def test_the_notebook_is_valid_and_only_the_notebook_says_run_me(lang, as_page):
    made = nbformat.reads(serve.notebook("phone", lang, as_page), as_version=4)
    nbformat.validate(made)
    assert ("Shift+Enter" in made.cells[0].source) is not as_page


# --- what it refuses --------------------------------------------------------------------------


def test_a_misspelt_product_is_told_before_anything_starts(served, capsys):
    assert main.main(["lab", "phne"]) == 2
    assert "phone" in capsys.readouterr().err
    assert served == []


def test_a_broken_file_is_told_before_anything_starts(served, tmp_path, capsys):
    path = tmp_path / "mine.toml"
    path.write_text('extends = "phone"\n[product]\nprise = 3.0\n', encoding="utf-8")
    assert main.main(["lab", str(path), "--page"]) == 2
    assert "price" in capsys.readouterr().err
    assert served == []


def test_a_port_that_is_taken_is_told(served, capsys):
    with socket.create_server((serve.HOST, 0)) as other:
        port = other.getsockname()[1]
        assert main.main(["lab", "--port", str(port)]) == 2
    assert f"--port {port}: is taken" in capsys.readouterr().err
    assert main.main(["lab", "--port", "70000"]) == 2
    assert "from 1 to 65535" in capsys.readouterr().err
    assert served == []


def test_without_voila_the_page_says_what_to_install(served, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "voila", None)
    assert main.main(["lab", "--page"]) == 2
    assert 'pip install "cjsim[lab]"' in capsys.readouterr().err
    assert main.main(["lab"]) == 0  # JupyterLab does without
    assert [kind for kind, *_ in served] == ["jupyterlab"]


# --- what it serves ---------------------------------------------------------------------------


def test_the_page_is_in_the_language_without_code_and_names_no_other_host():
    with cjsim_lab("--page", "--lang", "ru") as address:
        html = fetched(address)
        elsewhere = listening(address.replace("127.0.0.1", "127.0.0.2"))
    assert "<title>Лаборатория «что если»</title>" in html
    assert '<html lang="ru">' in html
    assert "Лаборатория открывается" in html
    assert "import lab" not in html
    assert "cjsim-board" not in html  # it comes with the kernel, not with the page
    assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+/", html) == []
    assert not elsewhere


def test_jupyterlab_opens_on_the_notebook():
    with cjsim_lab("flat") as address:
        assert address.startswith(f"http://{serve.HOST}:")
        assert "/lab/tree/lab.ipynb?token=" in address
        notebook = json.loads(fetched(address.replace("/lab/tree/", "/api/contents/")))["content"]
        elsewhere = listening(address.replace("127.0.0.1", "127.0.0.2"))
    assert opened(notebook) == ("flat", "en")
    assert not elsewhere


@pytest.mark.parametrize("words", [(), ("--page",)], ids=["jupyterlab", "page"])
def test_a_lab_whose_terminal_is_closed_leaves_nothing_behind(words, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with cjsim_lab(*words, ending=signal.SIGHUP):
        (folder,) = tmp_path.glob("cjsim-lab-*")
    assert not folder.exists()


def test_a_server_that_does_not_listen_to_ctrl_c_is_ended():
    deaf = (
        "import signal; signal.signal(2, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    )
    command = [sys.executable, "-c", deaf]
    code = f"from cjsim.lab import serve; serve.serve({command!r}, patience=0.01)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout.readline() == "up\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 0


def test_no_kernel_outlives_the_lab(monkeypatch):
    """Not even one that a server forgot, because it was stopped while it started it."""
    waits = [sys.executable, "-c", "import sys; sys.stdin.read()", "-f"]

    def start(path, port, browser):
        serve._write_kernel_spec(path.parent / ".jupyter")
        for folder in (os.environ["JUPYTER_RUNTIME_DIR"], "/elsewhere"):
            name = str(Path(folder, "kernel-1.json"))
            started.append(subprocess.Popen([*waits, name], stdin=subprocess.PIPE))
        raise KeyboardInterrupt

    started = []
    monkeypatch.setattr(serve, "_serve_jupyterlab", start)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", "")
    monkeypatch.setenv("JUPYTER_PATH", "")
    with pytest.raises(KeyboardInterrupt):
        serve.open_lab()
    ours, other = started
    try:
        assert ours.wait(30) != 0
        assert other.poll() is None
    finally:
        for process in started:
            process.stdin.close()
    assert other.wait(30) == 0


def test_a_server_that_fails_is_told_and_signals_do_again_what_they_did():
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    with pytest.raises(ValueError, match="ended by itself"):
        serve.serve([sys.executable, "-c", "import sys; sys.exit(3)"])
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)] == before


def test_the_address_is_said_and_opened_where_that_is_wanted(monkeypatch, capsys):
    calls = queue.Queue()
    monkeypatch.setattr("webbrowser.open", calls.put)
    serve._announce("http://127.0.0.1:1/", "ru", browser=False)
    serve._announce("http://127.0.0.1:2/", "en", browser=True)
    assert calls.get(timeout=10) == "http://127.0.0.1:2/"
    assert calls.empty()
    russian, english = capsys.readouterr().out.splitlines()
    assert russian == "Лаборатория здесь: http://127.0.0.1:1/ (закончить — Ctrl-C)"
    assert "http://127.0.0.1:2/" in english


def test_pages_of_ours_ask_the_web_for_nothing():
    pages = {path.name: path.read_text(encoding="utf-8") for path in serve.TEMPLATE.iterdir()}
    assert pages.keys() == {"index.html.j2", "page.html"}
    for name, text in pages.items():
        assert "//" not in text, name


# --- how it is packed -------------------------------------------------------------------------


def test_everything_the_lab_reads_is_in_the_wheel():
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = told["tool"]["setuptools"]["package-data"]["cjsim"]
    package = ROOT / "cjsim"
    packed = {path for pattern in patterns for path in package.glob(pattern)}
    needed = {
        p for p in (package / "lab").rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")
    }
    assert needed
    assert needed <= packed


def test_the_lab_is_imported_without_servers_and_browsers():
    code = "import sys, cjsim.lab.serve, cjsim.cli; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.split())
    assert "cjsim.lab.serve" in loaded
    assert loaded.isdisjoint({"voila", "playwright", "jupyterlab", "jupyter_server", "nbformat"})


def test_the_lab_answers_without_figures_and_tables():
    """They would take longer to load than all the rest."""
    code = "import sys; from cjsim.lab import lab; lab(people=9).wait(); print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.split())
    assert "cjsim.board.widget" in loaded
    assert loaded.isdisjoint({"matplotlib", "pandas", "scipy.stats"})
