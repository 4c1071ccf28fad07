"""The server of the board: what it gives, what it refuses, and whom it does not wait for."""

import asyncio
import gzip
import json
import queue
import socket
import ssl
import threading
import tracemalloc
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import pytest

from cjsim.board.serve import INDEX, Limits, Site, bound, serve
from cjsim.labels import text
from tests.lab.browser import SECONDS, wait_until

HOST = "127.0.0.1"
PAGE = "<!doctype html><title>board</title>"
PHONE = json.dumps({"name": "phone", "secret": "s3cret" * 9_000})
FILES = {INDEX: lambda: PAGE, "phone.json": lambda: PHONE}
POLICY = "default-src 'none'"


@contextmanager
def serving(files=FILES, lang="en", host=HOST, **limits):
    """A server in a thread, until the block ends; its port."""
    with bound(host, [0]) as door:
        port = door.getsockname()[1]
        site = Site(files, {f"{host}:{port}"}, POLICY, lang)
        up, failed = threading.Event(), []
        loop = asyncio.new_event_loop()
        job = loop.create_task(serve(site, door, up.set, Limits(**limits)))

        def run():
            try:
                loop.run_until_complete(job)
            except asyncio.CancelledError:
                pass
            except Exception as error:
                failed.append(error)
            finally:
                up.set()
                for visit in asyncio.all_tasks(loop):
                    visit.cancel()
                loop.run_until_complete(asyncio.sleep(0))
                loop.close()

        thread = threading.Thread(target=run)
        thread.start()
        up.wait(SECONDS)
        try:
            if failed:
                raise failed[0]
            yield port
        finally:
            with suppress(RuntimeError):  # it has ended by itself
                loop.call_soon_threadsafe(job.cancel)
            thread.join(SECONDS)
            assert not thread.is_alive()


def knock(port, words=b"", **keywords):
    """A connection on which some words are said."""
    line = socket.create_connection((HOST, port), SECONDS, **keywords)
    with suppress(ConnectionError):  # shut before all was said
        line.sendall(words)
    return line


def heard(line):
    """All that is answered, until the other side ends."""
    parts = []
    with suppress(ConnectionError):
        while part := line.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def said(port, words, **keywords):
    with knock(port, words, **keywords) as line:
        return heard(line)


def asking(port, target="/", method="GET", **fields):
    lines = [f"{method} {target} HTTP/1.1", f"Host: {HOST}:{port}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def told(answer):
    """Status, headers and body of an answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), body


# --- what it gives ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "content", "kind"),
    [
        ("/", PAGE, "text/html; charset=utf-8"),
        ("/index.html", PAGE, "text/html; charset=utf-8"),
        ("/phone.json", PHONE, "application/json"),
    ],
)
def test_a_file_comes_whole_plain_or_packed_or_as_its_head_alone(target, content, kind):
    with serving() as port:
        status, plain, body = told(said(port, asking(port, target)))
        assert (status, body.decode(), plain["Content-Type"]) == (200, content, kind)
        assert plain["Content-Length"] == str(len(body))
        assert "Content-Encoding" not in plain
        status, packed, body = told(said(port, asking(port, target, Accept_Encoding="br, gzip")))
        assert (status, gzip.decompress(body).decode()) == (200, content)
        assert packed["Content-Encoding"] == "gzip"
        assert packed["ETag"] != plain["ETag"]
        assert told(said(port, asking(port, target, "HEAD"))) == (200, plain, b"")


def test_who_has_a_file_is_not_sent_it_again():
    with serving() as port:
        _, fields, _ = told(said(port, asking(port)))
        assert fields["Cache-Control"] == "no-cache"  # asks each time
        status, _, body = told(said(port, asking(port, If_None_Match=f'"x", {fields["ETag"]}')))
        assert (status, body) == (304, b"")
        assert told(said(port, asking(port, If_None_Match='"x"')))[0] == 200


@pytest.mark.parametrize("words", [("/",), ("/no",), ("/", "PUT")], ids=["file", "none", "refused"])
def test_every_answer_forbids_what_no_page_of_ours_does(words):
    with serving() as port:
        _, fields, _ = told(said(port, asking(port, *words)))
    assert fields["Content-Security-Policy"] == (
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    assert fields["X-Content-Type-Options"] == "nosniff"
    assert fields["X-Frame-Options"] == "DENY"
    assert fields["Referrer-Policy"] == "no-referrer"
    assert fields["Cross-Origin-Resource-Policy"] == "same-origin"
    assert fields["Connection"] == "close"
    assert not {"Server", "Access-Control-Allow-Origin"} & fields.keys()


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_who_is_lost_is_told_so_in_the_language_of_the_page(lang):
    with serving(lang=lang) as port:
        assert told(said(port, asking(port, "/no")))[2].decode() == text("served.not_here", lang)
        _, _, body = told(said(port, asking(port).replace(HOST.encode(), b"evil.example")))
        assert body.decode() == text("served.other_name", lang)


# --- what it refuses ------------------------------------------------------------------------------

ATTACKS = [
    # names that are no file's
    ("GET /../secret.html HTTP/1.1", 404),
    ("GET /phone.json/../../secret.html HTTP/1.1", 404),
    ("GET /%2e%2e/secret.html HTTP/1.1", 404),
    ("GET /..%2fsecret.html HTTP/1.1", 404),
    ("GET /%252e%252e%252fsecret.html HTTP/1.1", 404),
    ("GET /..\\secret.html HTTP/1.1", 404),
    ("GET /%c0%ae%c0%ae/secret.html HTTP/1.1", 404),
    ("GET /secret.html HTTP/1.1", 404),  # lies in the folder where the server was started
    ("GET {folder}/secret.html HTTP/1.1", 404),
    ("GET //index.html HTTP/1.1", 404),
    ("GET /./index.html HTTP/1.1", 404),
    ("GET /index.html/ HTTP/1.1", 404),
    ("GET /INDEX.HTML HTTP/1.1", 404),
    ("GET /index%2ehtml HTTP/1.1", 404),
    ("GET /phone.json%00.html HTTP/1.1", 404),
    ("GET /phone HTTP/1.1", 404),
    ("GET /.git/config HTTP/1.1", 404),
    ("GET /.env HTTP/1.1", 404),
    ("GET /. HTTP/1.1", 404),
    ("GET /?name=phone HTTP/1.1", 404),
    ("GET /phone.json?x HTTP/1.1", 404),
    ("GET /# HTTP/1.1", 404),
    ("GET phone.json HTTP/1.1", 404),
    ("GET * HTTP/1.1", 404),
    ("GET http://127.0.0.1/phone.json HTTP/1.1", 404),
    ("GET file:///etc/passwd HTTP/1.1", 404),
    # other methods
    ("POST / HTTP/1.1", 405),
    ("PUT /phone.json HTTP/1.1", 405),
    ("DELETE /phone.json HTTP/1.1", 405),
    ("OPTIONS / HTTP/1.1", 405),
    ("TRACE / HTTP/1.1", 405),
    ("CONNECT evil.example:443 HTTP/1.1", 405),
    ("PROPFIND / HTTP/1.1", 405),
    ("get / HTTP/1.1", 405),
    # what is no request
    ("GET /", 400),
    ("GET / HTTP/2.0", 400),
    ("GET / HTTP/1.1 more", 400),
    ("GET  / HTTP/1.1", 400),
    ("GET\t/ HTTP/1.1", 400),
    ("", 400),
    ("{'kind': 'worlds'}", 400),
    ("GET /\xe9 HTTP/1.1", 400),
    ("GET / HTTP/1.1\nX: bare", 400),
    ("GET / HTTP/1.1\r\n folded: line", 400),
    ("GET / HTTP/1.1\r\nno colon", 400),
    ("GET / HTTP/1.1\r\nspace : before", 400),
    ("GET / HTTP/1.1\r\nX: \x00", 400),
    ("GET / HTTP/1.1\r\nX: \x1b[2J", 400),
    ("GET / HTTP/1.1\r\nHost: evil.example", 400),  # a second one
    # more than a request needs
    ("GET /" + "a" * 9_000 + " HTTP/1.1", 431),
    ("GET / HTTP/1.1\r\nX: " + "a" * 9_000, 431),
    ("GET / HTTP/1.1" + "\r\nX: a" * 2_000, 431),
    ("GET / HTTP/1.1\r\nCookie: " + "a" * 2_000_000, 431),
]


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """One server for all attacks, started in a folder with something to steal; port and folder."""
    folder = tmp_path_factory.mktemp("here")
    (folder / "secret.html").write_text("s3cret", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, serving() as port:
        patch.chdir(folder)
        yield port, folder


@pytest.mark.parametrize(("request_", "status"), ATTACKS, ids=[a[:40] for a, _ in ATTACKS])
def test_an_attack_gets_a_number_and_nothing_else(attacked, request_, status):
    port, folder = attacked
    words = request_.replace("{folder}", str(folder)).encode("latin-1")
    answer = said(port, words + f"\r\nHost: {HOST}:{port}\r\n\r\n".encode())
    assert told(answer)[0] == status
    assert b"s3cret" not in answer
    assert b"evil" not in answer
    assert told(said(port, asking(port)))[0] == 200  # the next one is served


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("{host}:{port}", 200),
        ("evil.example", 421),
        ("evil.example:{port}", 421),
        ("{host}", 421),
        ("{host}:1", 421),
        ("{host}:{port}.evil.example", 421),
        ("evil.example@{host}:{port}", 421),
        ("[::1]:{port}", 421),
        ("0.0.0.0:{port}", 421),
        ("", 421),
        (None, 400),
    ],
)
def test_only_who_asks_for_this_machine_by_its_address_is_answered(attacked, host, status):
    """A page elsewhere whose name has been turned to this machine asks under its own name."""
    port, _ = attacked
    line = "" if host is None else f"Host: {host.format(host=HOST, port=port)}\r\n"
    assert told(said(port, f"GET / HTTP/1.1\r\n{line}\r\n".encode()))[0] == status


def test_a_greeting_in_cipher_does_no_harm():
    with serving(patience=0.05) as port:
        context = ssl.create_default_context()
        with knock(port) as line, pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(line, server_hostname=HOST)
        assert told(said(port, asking(port)))[0] == 200


def test_a_file_that_cannot_be_made_is_a_number_and_the_others_are_served():
    def broken():
        raise ValueError("/home/somebody/s3cret")

    with serving({**FILES, "broken.json": broken}) as port:
        status, _, body = told(said(port, asking(port, "/broken.json")))
        assert (status, body) == (500, b"")
        assert told(said(port, asking(port, "/phone.json")))[0] == 200


def test_nothing_is_served_when_the_page_itself_cannot_be_made():
    def broken():
        raise ValueError("no page")

    with pytest.raises(ValueError, match="no page"), serving({INDEX: broken}):
        pass


# --- whom it does not wait for --------------------------------------------------------------------


def test_who_sends_too_slowly_keeps_nobody_waiting_and_is_shown_out():
    with ExitStack() as lines, serving() as port:  # ten seconds of patience
        for words in [b"", b"GET", b"GET / HTTP/1.1\r\nHost: ", asking(port)[:-2]] * 10:
            lines.enter_context(knock(port, words))
        assert told(said(port, asking(port)))[0] == 200  # at once
    with serving(patience=0.02) as port:
        for words in (b"", b"GET", asking(port)[:-2]):
            assert told(said(port, words))[0] == 408


def little(port):
    """A connection that takes a little and then waits: its own buffers are small."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.settimeout(SECONDS)
    line.connect((HOST, port))
    line.sendall(asking(port))
    assert line.recv(1) == b"H"
    return line


def test_who_takes_too_slowly_is_shown_out():
    large = "x" * 64_000_000  # more than any system holds for a connection
    with (
        serving({INDEX: lambda: large, "a.json": lambda: "a"}, patience=0.05, of_one=1) as port,
        little(port) as slow,
    ):
        # The slow one was the only one allowed; that another is let in says that they are out.
        wait_until(lambda: told(said(port, asking(port, "/a.json")))[0] == 200)
        assert len(heard(slow)) < len(large)


def test_a_visitor_costs_little_memory():
    visitors, large = 30, "x" * 4_000_000
    with ExitStack() as lines, serving({INDEX: lambda: large}) as port:
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(visitors):
                lines.enter_context(little(port))
            after = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
    assert after - before < visitors * 100_000


@pytest.mark.parametrize("limit", ["together", "of_one"])
def test_there_is_an_end_to_how_many_come_at_once_and_the_next_is_told(limit):
    with serving(lang="ru", **{limit: 3}) as port:
        inside = [knock(port, b"GET / HTTP/1.1\r\n") for _ in range(3)]
        wait_until(lambda: told(said(port, asking(port)))[0] == 503)
        status, _, body = told(said(port, asking(port)))
        assert (status, body.decode()) == (503, text("served.full", "ru"))
        inside.pop().close()
        wait_until(lambda: told(said(port, asking(port)))[0] == 200)
        for line in inside:
            line.close()


def test_one_address_does_not_take_the_room_of_another():
    elsewhere = {"source_address": ("127.0.0.2", 0)}
    with serving(of_one=2, together=8) as port:
        inside = [knock(port, b"GET / HTTP/1.1\r\n") for _ in range(20)]
        wait_until(lambda: told(said(port, asking(port), **elsewhere))[0] == 200)
        for line in inside:
            line.close()


def test_a_flood_leaves_the_server_standing():
    """Five hundred at once, of whom most say nothing, and none is waited for."""
    with serving(together=20, of_one=20) as port:
        with ExitStack() as lines:
            for n in range(500):
                lines.enter_context(knock(port, asking(port) if n % 5 == 0 else b"G"))
        wait_until(lambda: said(port, asking(port)).startswith(b"HTTP/1.1 200"))


# --- a room -----------------------------------------------------------------------------------


def fetched(address):
    with urllib.request.urlopen(address, timeout=SECONDS) as answer:
        return answer.read().decode()


def test_thirty_phones_at_once_get_everything_and_each_file_is_made_once():
    made, start = queue.Queue(), threading.Barrier(30)
    files = {INDEX: PAGE, **{f"{n}.json": f"{n}" * 300_000 for n in range(5)}}

    def maker(name):
        def make():
            made.put(name)
            return files[name]

        return make

    def phone(number):
        start.wait(SECONDS)
        return [fetched(f"http://{HOST}:{port}/{name}") for name in ("", f"{number % 5}.json")]

    with serving({name: maker(name) for name in files}) as port, ThreadPoolExecutor(30) as room:
        answers = list(room.map(phone, range(30)))
    assert answers == [[PAGE, files[f"{number % 5}.json"]] for number in range(30)]
    assert sorted(made.queue) == sorted(files)


def test_the_others_are_served_while_a_file_is_being_made_and_who_leaves_does_not_stop_it():
    begun, go_on = threading.Event(), threading.Event()

    def slow():
        begun.set()
        go_on.wait(SECONDS)
        return "slow"

    with serving({INDEX: lambda: PAGE, "slow.json": slow}) as port:
        with knock(port, asking(port, "/slow.json")):
            begun.wait(SECONDS)
        assert fetched(f"http://{HOST}:{port}/") == PAGE
        with knock(port, asking(port, "/slow.json")) as waiting:
            go_on.set()
            assert told(heard(waiting))[2] == b"slow"


def test_who_does_not_wait_for_a_file_does_not_take_it_from_the_next():
    go_on = threading.Event()

    def slow():
        go_on.wait(SECONDS)
        return "slow"

    with serving({INDEX: lambda: PAGE, "slow.json": slow}, in_all=0.1) as port:
        assert said(port, asking(port, "/slow.json")) == b""  # shown out
        go_on.set()
        wait_until(lambda: said(port, asking(port, "/slow.json")).endswith(b"slow"))


def test_who_has_said_all_and_reads_slowly_gets_all():
    """Some close their half of the line behind the request."""
    large = "x" * 4_000_000
    with serving({INDEX: lambda: large}) as port, little(port) as line:
        line.shutdown(socket.SHUT_WR)
        assert heard(line).endswith(b"\r\n\r\n" + large.encode())


def test_a_visit_under_way_does_not_keep_the_server_from_ending():
    with ExitStack() as lines:
        with serving({INDEX: lambda: "x" * 4_000_000}) as port:
            for _ in range(3):
                lines.enter_context(little(port))
        with pytest.raises(urllib.error.URLError):
            fetched(f"http://{HOST}:{port}/")


def test_a_port_is_the_first_that_is_free():
    with bound(HOST, [0]) as one:
        taken = one.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            bound(HOST, [taken])
        with bound(HOST, [taken, 0]) as other:
            assert other.getsockname()[1] != taken
