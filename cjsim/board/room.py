"""The board as a page on this machine, or for a room: its address, and the code that phones read.

cjsim lab phone --page       # for whoever stands before this machine
cjsim lab phone --room       # for everybody on the room's network
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import sys
import threading
import webbrowser
from collections.abc import Collection, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any, Final

from cjsim.board.serve import Site, bound, serve
from cjsim.experiment.orphans import ended_as_by_ctrl_c
from cjsim.labels import SPOKEN, language, text
from cjsim.scenario import Scenario, presets

HOST: Final = "127.0.0.1"
PORTS: Final = (8000, 0)
"""The usual port, so that yesterday's link leads here today; if it is taken, any that is free."""
GLANCE: Final = 0.2
"""Seconds after which a host that was told to end notices, at the latest."""
ANYWHERE: Final = ("192.0.2.1", 9)
"""An address that stands for any other machine (RFC 5737); nothing is sent to it."""
BLOCKS: Final = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
INK: Final = "\x1b[38;5;16;48;5;231m"  # black on white, whatever the terminal's colours are
NO_INK: Final = "\x1b[0m"


def open_page(
    scenario: str = "phone",
    lang: str = SPOKEN,
    port: int | None = None,
    browser: bool = True,
    room: bool = False,
    address: str | None = None,
) -> None:
    """Serve the board on a preset or a scenario file until Ctrl-C.

    Parameters
    ----------
    scenario : a preset's name, and the others can be chosen; or the path of a scenario file.
    lang : in which it opens.
    port : to serve at; 8000 or one that is free when not given.
    browser : whether it is opened in a browser.
    room : for all on this machine's network, not for this machine alone.
    address : of this machine, for a room; the likeliest of them when not given.

    Raises ScenarioError or ValueError before anything is served.
    """
    lang = language(lang)
    Scenario.load(scenario)
    host = _host(address, lang) if room or address else HOST
    with door_at(host, port, lang) as door:
        site = site_of(scenario, names_of(door), lang)
        page = f"http://{host}:{door.getsockname()[1]}/"

        def ready() -> None:
            print(told(page, lang, host != HOST), flush=True)
            if browser:
                threading.Thread(target=webbrowser.open, args=(page,), daemon=True).start()

        with ended_as_by_ctrl_c(), suppress(KeyboardInterrupt):
            _until_told(serve(site, door, ready))


def _until_told(serving: Coroutine[Any, Any, None]) -> None:
    """Serve in a thread with a loop of its own, as a notebook has one that runs; Ctrl-C ends it."""
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = []
    is_told = threading.Event()

    async def job() -> None:
        task = asyncio.ensure_future(serving)
        running.append((asyncio.get_running_loop(), task))
        if is_told.is_set():
            task.cancel()
        await task

    with ThreadPoolExecutor(1) as pool:
        try:  # the thread may serve before this one has come back from starting it
            future = pool.submit(asyncio.run, job())
            while not future.done():  # a signal just before a wait does not wake it
                wait([future], GLANCE)
            future.result()
        except KeyboardInterrupt:
            is_told.set()
            for loop, task in running:
                with suppress(RuntimeError):  # it has ended meanwhile
                    loop.call_soon_threadsafe(task.cancel)


def site_of(scenario: str, hosts: Collection[str], lang: str = SPOKEN) -> Site:
    """What is served: for a preset all products, that one first; for a file its own."""
    from cjsim.board import page

    loaded = Scenario.load(scenario)
    if scenario not in presets():
        alone = {page.INDEX: lambda: page.page(loaded, lang)}
        return Site(alone, hosts, page.POLICY, language(lang))
    files = page.files_of_a_folder(lang, dict.fromkeys((scenario, *presets())))
    return Site(files, hosts, page.OF_A_FOLDER, language(lang))


def door_at(host: str, port: int | None, lang: str = SPOKEN) -> socket.socket:
    """A socket at an address of this machine; a ValueError where nobody could be served there."""
    if port is not None and not 0 < port < 65536:
        raise ValueError(text("served.port_range", lang).format(port=port))
    try:
        return bound(host, PORTS if port is None else [port])
    except OSError as error:
        reason = str(error.strerror)
        if error.errno == errno.EADDRINUSE:
            reason = text("served.taken", lang)
        raise ValueError(
            text("served.no_port", lang).format(port=port or PORTS[0], reason=reason)
        ) from None


def names_of(door: socket.socket) -> Collection[str]:
    """The names under which a browser may ask for what is behind a socket.

    A page of another name that leads here has been turned round to it, and gets nothing.
    """
    host, port = door.getsockname()
    names = {host, "localhost"} if host == HOST else {host}
    return {f"{name}:{port}" for name in names} | (names if port == 80 else set())


# --- the room -------------------------------------------------------------------------------------


def _host(address: str | None, lang: str) -> str:
    """The address for a room, or a ValueError that says which there are."""
    known = addresses()
    if not known:
        raise ValueError(text("served.no_network", lang))
    if address is None:
        return known[0]
    if address not in known:
        raise ValueError(
            text("served.no_address", lang).format(address=address, known=", ".join(known))
        )
    return address


def addresses() -> list[str]:
    """This machine's IPv4 addresses in its networks, first that by which others are reached."""
    candidates = [*_on_the_way_out(), *_of_interfaces()]
    return list(dict.fromkeys(address for address in candidates if _can_be_reached(address)))


def _on_the_way_out() -> Iterator[str]:
    with suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as trial:  # no network
        trial.connect(ANYWHERE)  # only chooses the way; not a byte leaves
        yield str(trial.getsockname()[0])


def _of_interfaces() -> Iterator[str]:
    import psutil

    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    for name, known in psutil.net_if_addrs().items():
        for one in known:
            if name in up and one.family == socket.AF_INET:
                yield one.address


def _can_be_reached(address: str) -> bool:
    known = ipaddress.ip_address(address)
    return not (known.is_loopback or known.is_unspecified or known.is_link_local)


def told(page: str, lang: str = SPOKEN, room: bool = False) -> str:
    """What the terminal says once the page is there; for a room with the code of its address."""
    if not room:
        return text("lab_page.at", lang).format(address=page)
    others = [address for address in addresses() if f"//{address}:" not in page]
    lines = [text("served.room", lang).format(address=page), text("served.room_how", lang), ""]
    lines += code(page, sys.stdout.isatty()) if _has_blocks(sys.stdout.encoding) else []
    if others:
        lines += ["", text("served.others", lang).format(addresses=", ".join(others))]
    return "\n".join(lines)


def _has_blocks(encoding: str | None) -> bool:
    """Whether an output has the letters that a code is drawn with; an old code page may not."""
    try:
        "".join(BLOCKS.values()).encode(encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def code(words: str, coloured: bool = False) -> list[str]:
    """The QR code of a few words as lines for a terminal: a letter is two modules, one on another.

    Parameters
    ----------
    words : for example an address.
    coloured : black on white, whatever the terminal has; without it ink is what letters are.
    """
    import segno

    drawn = segno.make(words, error="m", boost_error=False, micro=False)
    rows = [tuple(row) for row in drawn.matrix_iter(border=4)]
    blank = (0,) * len(rows[0])
    pairs = zip(rows[::2], [*rows[1::2], blank], strict=False)
    lines = ["".join(BLOCKS[both] for both in zip(*pair, strict=True)) for pair in pairs]
    return [f"{INK}{line}{NO_INK}" for line in lines] if coloured else lines
