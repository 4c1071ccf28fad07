"""The board for this machine or a room, and the commands that write it: addresses, code, words."""

import asyncio
import json
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cjsim.board import page, room
from cjsim.board.product import listed, product_of
from cjsim.board.serve import bound
from cjsim.cli import main
from cjsim.labels import text
from cjsim.scenario import Scenario, new_file_text, presets
from tests.board import qr
from tests.lab.browser import (
    SECONDS,
    Visit,
    chromium,
    cjsim_lab,
    listening,
    running,
    wait_until,
    window,
)

STANDIN = """
from cjsim.board import page, room
page.files_of_a_folder = lambda lang, names: {{
    page.INDEX: lambda: lang, **{{f"{{name}}.json": lambda name=name: name for name in names}}
}}
room.open_page({words})
"""
"""The command with pages that take no time to make."""


@pytest.fixture
def opened(monkeypatch):
    """What would be served, and where: nothing is."""
    calls = []

    async def note(site, door, ready):
        calls.append((site, door.getsockname()))
        ready()

    monkeypatch.setattr(room, "serve", note)
    return calls


def networks(monkeypatch, way_out=(), **interfaces):
    """A machine with these networks: name of an interface -> its address, "-" before one down."""
    known = {
        name: [SimpleNamespace(family=socket.AF_INET6, address="fe80::1"),
               SimpleNamespace(family=socket.AF_INET, address=address.removeprefix("-"))]
        for name, address in interfaces.items()
    }  # fmt: skip
    states = {
        name: SimpleNamespace(isup=not address.startswith("-"))
        for name, address in interfaces.items()
    }
    monkeypatch.setattr(room, "_on_the_way_out", lambda: iter(way_out))
    monkeypatch.setattr("psutil.net_if_addrs", lambda: known)
    monkeypatch.setattr("psutil.net_if_stats", lambda: states)


# --- the code -------------------------------------------------------------------------------------


@given(address=st.ip_addresses(v=4), port=st.integers(1, 65535))
def test_a_phone_reads_the_address_out_of_the_code(address, port):
    words = f"http://{address}:{port}/"
    assert qr.read(room.code(words)) == words


def test_colours_do_not_touch_the_code():
    plain, coloured = (room.code("http://10.0.0.7:8000/", colours) for colours in (False, True))
    assert all(line.startswith(room.INK) and line.endswith(room.NO_INK) for line in coloured)
    assert [line.removeprefix(room.INK).removesuffix(room.NO_INK) for line in coloured] == plain


def test_a_damaged_code_is_not_read():
    """Else the test above would hold for any picture."""
    lines = room.code("http://10.0.0.7:8000/")
    lines[8] = lines[8][:20] + ("█" if lines[8][20] != "█" else " ") + lines[8][21:]
    with pytest.raises(AssertionError):
        qr.read(lines)


@pytest.mark.parametrize(
    ("encoding", "has"), [("utf-8", True), ("cp866", True), ("cp1251", False), (None, False)]
)
def test_an_output_without_blocks_gets_no_code(encoding, has, monkeypatch):
    assert room._has_blocks(encoding) is has
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding=encoding, isatty=lambda: False))
    words = room.told("http://10.0.0.7:8000/", "en", room=True)
    assert "http://10.0.0.7:8000/" in words
    assert ("█" in words) is has


# --- addresses ------------------------------------------------------------------------------------


def test_addresses_are_those_that_others_reach_the_likeliest_first(monkeypatch):
    networks(
        monkeypatch, ["192.168.1.5"],
        lo="127.0.0.1", bridge="172.17.0.1", wifi="192.168.1.5", plug="169.254.3.4",
        off="-10.1.1.1", none="0.0.0.0",
    )  # fmt: skip
    assert room.addresses() == ["192.168.1.5", "172.17.0.1"]


def test_a_network_without_a_way_out_has_its_address_too(monkeypatch):
    """A hotspot of one's own, in a room without the web."""
    networks(monkeypatch, hotspot="10.42.0.1", lo="127.0.0.1")
    assert room.addresses() == ["10.42.0.1"]


def test_the_machine_itself_can_be_asked():
    assert set(room._on_the_way_out()) <= set(room._of_interfaces())


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_without_a_network_and_at_a_strange_address_there_is_no_room(
    lang, monkeypatch, capsys, opened
):
    networks(monkeypatch, lo="127.0.0.1")
    assert main.main(["lab", "--room", "--lang", lang]) == 2
    networks(monkeypatch, wifi="10.0.0.7", cable="10.0.1.7")
    assert main.main(["lab", "--address", "10.0.0.8", "--lang", lang]) == 2
    nothing, strange = capsys.readouterr().err.splitlines()
    assert nothing == "cjsim: " + text("served.no_network", lang)
    assert "10.0.0.8" in strange
    assert "10.0.0.7, 10.0.1.7" in strange
    assert opened == []


def test_a_room_is_told_its_address_its_code_and_the_others(monkeypatch):
    networks(monkeypatch, ["192.168.1.5"], wifi="192.168.1.5", bridge="172.17.0.1")
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding="utf-8", isatty=lambda: False))
    lines = room.told("http://192.168.1.5:8000/", "ru", room=True).splitlines()
    assert lines[0] == "Лаборатория для всех в этой сети: http://192.168.1.5:8000/"
    assert "Ctrl-C" in lines[1]
    assert qr.read(lines[3:-2]) == "http://192.168.1.5:8000/"
    assert "172.17.0.1" in lines[-1]
    assert "192.168.1.5" not in lines[-1]


# --- what is served, where ------------------------------------------------------------------------


def test_a_page_is_for_this_machine_alone_with_all_products_its_own_first(opened, capsys):
    assert main.main(["lab", "car", "--page", "--lang", "ru", "--no-browser"]) == 0
    ((site, (host, port)),) = opened
    assert host == "127.0.0.1"
    assert site.hosts == {f"127.0.0.1:{port}", f"localhost:{port}"}
    assert list(site.files)[:2] == ["index.html", "car.json"]
    assert set(site.files) == {"index.html", *(f"{name}.json" for name in presets())}
    assert (site.lang, site.policy) == ("ru", page.OF_A_FOLDER)
    words = f"Лаборатория здесь: http://127.0.0.1:{port}/ (закончить — Ctrl-C)\n"
    assert capsys.readouterr().out == words


@pytest.mark.parametrize("words", [["--room"], ["--page", "--room"], ["--address", "127.0.0.2"]])
def test_a_room_has_the_machines_address_and_no_other(words, opened, monkeypatch, capsys):
    monkeypatch.setattr(room, "addresses", lambda: ["127.0.0.2"])
    assert main.main(["lab", *words, "--no-browser"]) == 0
    ((site, (host, port)),) = opened
    assert host == "127.0.0.2"
    assert site.hosts == {f"127.0.0.2:{port}"}
    assert f"http://127.0.0.2:{port}/" in capsys.readouterr().out


def test_a_product_of_ones_own_is_served_alone(opened, tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text(new_file_text("phone"), encoding="utf-8")
    asked = []
    monkeypatch.setattr(page, "page", lambda scenario, lang: asked.append((scenario, lang)))
    assert main.main(["lab", str(path), "--page", "--no-browser", "--lang", "ru"]) == 0
    ((site, _),) = opened
    assert list(site.files) == ["index.html"]
    site.files["index.html"]()
    assert asked == [(Scenario.load(path), "ru")]


def test_port_80_is_not_said_by_browsers():
    door = SimpleNamespace(getsockname=lambda: ("10.0.0.7", 80))
    assert room.names_of(door) == {"10.0.0.7", "10.0.0.7:80"}


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_what_cannot_be_served_is_told_in_a_line_before_anything_is(lang, opened, capsys, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('extends = "phone"\n[product]\nprise = 3.0\n', encoding="utf-8")
    with bound("127.0.0.1", [0]) as other:
        port = other.getsockname()[1]
        for words in (["phne"], [str(path)], ["--port", str(port)], ["--port", "70000"]):
            assert main.main(["lab", "--page", "--lang", lang, *words]) == 2
    product, key, taken, outside = capsys.readouterr().err.splitlines()
    assert "phone" in product
    assert "price" in key
    reason = text("served.taken", lang)
    assert taken == "cjsim: " + text("served.no_port", lang).format(port=port, reason=reason)
    assert outside == "cjsim: " + text("served.port_range", lang).format(port=70000)
    assert opened == []


def test_the_page_is_opened_in_a_browser_where_that_is_wanted(opened, monkeypatch):
    calls = queue.Queue()
    monkeypatch.setattr("webbrowser.open", calls.put)
    room.open_page(browser=False)
    room.open_page(browser=True)
    assert calls.get(timeout=SECONDS) == f"http://127.0.0.1:{opened[1][1][1]}/"
    assert calls.empty()


# --- the command, alive ---------------------------------------------------------------------------


def fetched(address):
    with urllib.request.urlopen(address, timeout=SECONDS) as answer:
        return answer.read().decode()


def command(**words):
    given_words = {"scenario": "car", "browser": False, **words}
    arguments = ", ".join(f"{name}={value!r}" for name, value in given_words.items())
    return [sys.executable, "-c", STANDIN.format(words=arguments)]


@pytest.mark.parametrize("ending", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_it_in_good_order_whoever_is_inside(ending):
    with socket.create_server(("127.0.0.1", 0)) as door:
        own = door.getsockname()[1]  # the usual port may be another test's right after
    with running(*command(lang="ru", port=own), ending=getattr(signal, ending)) as address:
        assert fetched(address) == "ru"
        assert fetched(f"{address}car.json") == "car"
        assert not listening(address.replace("127.0.0.1", "127.0.0.2"))
        port = int(re.search(r":(\d+)/", address)[1])
        inside = socket.create_connection(("127.0.0.1", port), SECONDS)
        inside.sendall(b"GET / HTTP/1.1\r\n")  # and no end
    with inside, suppress(ConnectionResetError):  # ended with 0 and no word: `running` looks
        assert inside.recv(1) == b""
    assert not listening(address)


def test_a_signal_that_comes_while_the_thread_is_being_started_ends_it_too(monkeypatch):
    serving, ended = threading.Event(), threading.Event()

    async def serve():
        serving.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.set()

    class Interrupted(ThreadPoolExecutor):
        def submit(self, *work):
            super().submit(*work)
            assert serving.wait(SECONDS)
            raise KeyboardInterrupt

    monkeypatch.setattr(room, "ThreadPoolExecutor", Interrupted)
    room._until_told(serve())
    assert ended.is_set()


def test_two_at_once_have_ports_of_their_own():
    with running(*command()) as one, running(*command()) as other:
        assert one != other
        assert fetched(one) == fetched(other) == "en"


def test_where_nobody_reads_the_address_it_ends():
    """A closed pipe ends it as it ends any command."""
    process = subprocess.Popen(command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert b"Broken pipe" in process.stderr.read()
    assert process.wait(SECONDS) != 0
    process.stderr.close()


def test_the_page_as_it_is_served_answers_in_a_browser_and_asks_nobody_else():
    if chromium() is None:
        pytest.skip("no chromium on PATH")
    with cjsim_lab("manicure", "--page", "--lang", "ru") as address, window() as browser:
        visit = Visit(browser)
        complaints = []
        visit.page.on("console", lambda line: complaints.append(line.text))
        visit.page.goto(address)
        wait_until(lambda: visit.page.evaluate("document.cjsimBoard?.settled?.worlds >= 5"))
        assert visit.page.evaluate("document.documentElement.lang") == "ru"
        assert visit.page.evaluate("document.cjsimBoard.product.name") == "manicure"
        visit.page.goto(f"{address}#flat")
        visit.page.reload()  # a link that somebody else follows
        wait_until(lambda: visit.page.evaluate("document.cjsimBoard?.product.name") == "flat")
        assert visit.wrong == []
        assert complaints == []  # the policy forbids nothing that the page does
        assert visit.outside() == []
        visit.close()


# --- files ----------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch):
    """Pages whose content says what they are of; the real ones are another test's."""
    monkeypatch.setattr(page, "page", lambda scenario, lang: f"{scenario.name} {lang}")
    monkeypatch.setattr(page, "_product_file", lambda name: name)
    monkeypatch.setattr(page, "_folder_page", lambda names, lang: f"{','.join(names)} {lang}")


def test_a_board_is_written_as_a_page(quick, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main.main(["board"]) == 0
    assert (tmp_path / "board.html").read_text(encoding="utf-8") == "phone en"
    assert main.main(["board", "flat", "--out", "a.html", "--lang", "ru"]) == 0
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "flat ru"
    english, russian = capsys.readouterr().out.splitlines()
    assert english == text("report.wrote_page", "en").format(file="board.html")
    assert russian == text("report.wrote_page", "ru").format(file="a.html")


def test_a_folder_holds_all_products_the_one_asked_for_first(quick, tmp_path, capsys):
    folder = tmp_path / "site"
    assert main.main(["board", "flat", "--all", str(folder), "--lang", "ru"]) == 0
    assert {path.name for path in folder.iterdir()} == {
        "index.html", *(f"{name}.json" for name in presets())
    }  # fmt: skip
    others = [name for name in presets() if name != "flat"]
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert index == f"{','.join(['flat', *others])} ru"
    assert str(folder) in capsys.readouterr().out


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_slip_with_a_board_is_told_in_a_line(lang, quick, tmp_path, capsys):
    path = tmp_path / "mine.toml"
    path.write_text(new_file_text("phone"), encoding="utf-8")
    site = str(tmp_path / "site")
    for words in (
        ["phne"], ["--all", site, "--out", "a.html"], [str(path), "--all", site],
        ["--out", str(tmp_path / "no" / "a.html")],
    ):  # fmt: skip
        assert main.main(["board", *words, "--lang", lang]) == 2
    product, both, own, place = capsys.readouterr().err.splitlines()
    assert "phone" in product
    assert both == "cjsim: " + text("report.page_or_folder", lang)
    assert own == "cjsim: " + text("report.not_of_the_kit", lang).format(file=path)
    assert "a.html" in place
    assert not (tmp_path / "site").exists()


def test_the_list_of_products_says_of_each_what_its_file_says():
    for name in presets():
        product = product_of(Scenario.load(name))
        assert listed(name) == {key: product[key] for key in ("name", "number", "title")}


TINY = ["--people", "20", "--set", "horizon_days=20", "--set", "burn_in_days=0"]


def walking(path):
    html = path.read_text(encoding="utf-8")
    told = re.search(r'<script type="application/json" id="given">(.*?)</script>', html, re.DOTALL)
    return html, json.loads(told[1])["facts"]


def test_a_trail_is_written_as_a_page(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main.main(["trail", "phone", *TINY, "--lang", "ru"]) == 0
    html, facts = walking(tmp_path / "trail.html")
    assert '<html lang="ru">' in html
    assert (facts["people"], facts["days"]) == (20, 20)
    names = [text(f"strategy.{name}", "ru") for name in product_of(Scenario.load("phone"))["sides"]]
    assert [side["name"] for side in facts["sides"]] == names
    words = ["--strategies", "pull, animator", "--out", "a.html", *TINY]
    assert main.main(["trail", "phone", *words]) == 0
    _, facts = walking(tmp_path / "a.html")
    assert [side["name"] for side in facts["sides"]] == ["Pull", "Animator"]
    russian, english = capsys.readouterr().out.splitlines()
    assert russian == text("report.wrote_page", "ru").format(file="trail.html")
    assert english == text("report.wrote_page", "en").format(file="a.html")


def test_a_trail_of_a_small_market_has_everybody_and_the_seed_is_that_of_simulate(tmp_path):
    def entries(*words):
        path = tmp_path / "a.html"
        assert main.main(["trail", "phone", "--out", str(path), *words, *TINY[2:]]) == 0
        html, facts = walking(path)
        return html, facts["people"]

    small = ["--strategies", "guide", "--set", "market.people=30"]
    one, people = entries(*small)
    assert people == 30
    assert entries(*small)[0] == one
    assert entries(*small, "--seed", "2")[0] != one


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_slip_with_a_trail_is_told_in_a_line(lang, tmp_path, capsys):
    out = ["--out", str(tmp_path / "a.html"), "--lang", lang]
    for words in (
        ["phne"], ["phone", "--strategies", "pull,guide,animator"],
        ["phone", "--strategies", "pul"], ["phone", "--set", "product.prise=3"],
    ):  # fmt: skip
        assert main.main(["trail", *words, *out]) == 2
    product, three, strategy, key = capsys.readouterr().err.splitlines()
    assert "phone" in product
    assert three == "cjsim: " + text("report.two_walk", lang).format(sides=3)
    assert "pull" in strategy
    assert "price" in key
    assert list(tmp_path.iterdir()) == []
    wrong = ["trail", "phone", *TINY, "--out", str(tmp_path / "a.txt"), "--lang", lang]
    assert main.main(wrong) == 2
    assert ".html" in capsys.readouterr().err
