"""A few files for whoever stands before this machine, or sits in the same room.

The files are held in memory and known by their exact names. No name that a visitor sends is looked
for on the disk, nothing a visitor sends is kept, shown or run, and nobody can make the server wait
for them: who sends or takes too slowly is shown out, and there is an end to how many come at once.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Final

from cjsim.labels import text

KINDS: Final = {".html": "text/html; charset=utf-8", ".json": "application/json"}
"""What browsers call a file, by the ending of its name."""
INDEX: Final = "index.html"
CHUNK: Final = 16_384
"""Bytes that lie ready for one visitor; the file itself is there once for all."""
FORBIDDEN: Final = "; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""What no page may have done to it; a page cannot say it of itself."""
HEADERS: Final = (
    "Connection: close",
    "X-Content-Type-Options: nosniff",
    "X-Frame-Options: DENY",
    "Referrer-Policy: no-referrer",
    "Cross-Origin-Opener-Policy: same-origin",
    "Cross-Origin-Resource-Policy: same-origin",
)
SPOKEN_OF: Final = {
    HTTPStatus.NOT_FOUND: "served.not_here",
    HTTPStatus.MISDIRECTED_REQUEST: "served.other_name",
    HTTPStatus.SERVICE_UNAVAILABLE: "served.full",
}
"""Refusals that people may come to see; programs are refused without a word."""
FIELD: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~]*)")
"""A line of a request's head: its name, and its value in printable letters."""


@dataclass(frozen=True)
class File:
    """A file as it is sent."""

    kind: str  # of its content, as browsers call it
    content: bytes
    packed: bytes  # the same, for whoever unpacks it: two thirds of the way saved
    tag: str  # another for each content


def file_of(name: str, words: str) -> File:
    """A file from its name, which says what kind it is, and its words."""
    content = words.encode()
    digest = hashlib.sha256(content).hexdigest()[:16]
    return File(KINDS[PurePosixPath(name).suffix], content, gzip.compress(content, mtime=0), digest)


@dataclass(frozen=True)
class Limits:
    """What a visitor may take, so that something is left for the others."""

    head: int = 8_192  # bytes of a request
    together: int = 200  # visits at once
    of_one: int = 100  # visits at once from one address; a room may share one
    patience: float = 10.0  # seconds for a request, and for each chunk of an answer
    in_all: float = 300.0  # seconds for a visit


@dataclass(frozen=True)
class Site:
    """What is served, under which names, and what its pages may do."""

    files: Mapping[str, Callable[[], str]]  # what makes each file, by name
    hosts: Collection[str]
    policy: str
    lang: str = "en"


class Shelf:
    """The files of a site, each made once, when it is first wanted, in a thread of its own."""

    def __init__(self, files: Mapping[str, Callable[[], str]]) -> None:
        self.files = files
        self.made: dict[str, asyncio.Future[File]] = {}
        self.makers: list[threading.Thread] = []

    async def file(self, name: str) -> File:
        """A file; whoever wants it meanwhile waits for the same, and may go."""
        if name not in self.made:
            self.made[name] = self._making(name)
        return await asyncio.shield(self.made[name])

    async def all(self) -> None:
        """Make one after the other, so that the next visitor need not wait."""
        for name in self.files:
            with suppress(Exception):  # told to whoever wants it
                await self.file(name)

    def _making(self, name: str) -> asyncio.Future[File]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[File] = loop.create_future()

        def make() -> None:
            try:
                file = file_of(name, self.files[name]())
            except Exception as error:
                done = partial(future.set_exception, error)
            else:
                done = partial(future.set_result, file)
            with suppress(RuntimeError):  # the doors are closed
                loop.call_soon_threadsafe(done)

        self.makers = [maker for maker in self.makers if maker.is_alive()]
        self.makers.append(threading.Thread(target=make, daemon=True))
        self.makers[-1].start()
        return future

    def wait_for_makers(self, seconds: float) -> None:
        """Let what is being made be finished: Python may abort if it ends in the midst of it."""
        for maker in self.makers:
            maker.join(seconds)


# --- one request --------------------------------------------------------------------------------


class RefusedError(Exception):
    """A request that gets no file."""

    def __init__(self, status: HTTPStatus) -> None:
        self.status = status


@dataclass(frozen=True)
class Request:
    """What is left of a request once it is found good."""

    name: str  # of a file that there is
    fields: Mapping[str, str]
    only_head: bool = False


def request_of(head: bytes, site: Site) -> Request:
    """A request read, up to its empty line. Raises RefusedError, which says why by a number."""
    try:
        method, target, fields = _read(head)
    except ValueError:
        raise RefusedError(HTTPStatus.BAD_REQUEST) from None
    if method not in ("GET", "HEAD"):
        raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED)
    if fields["host"].lower() not in site.hosts:
        raise RefusedError(HTTPStatus.MISDIRECTED_REQUEST)
    name = INDEX if target == "/" else target[1:]
    if not target.startswith("/") or name not in site.files:
        raise RefusedError(HTTPStatus.NOT_FOUND)
    return Request(name, fields, method == "HEAD")


def _read(head: bytes) -> tuple[str, str, dict[str, str]]:
    """Method, target and fields of a request; a ValueError for what is none.

    Read strictly: a request that two programs could read in two ways is none.
    """
    first, *lines = head.decode("ascii").removesuffix("\r\n\r\n").split("\r\n")
    method, target, version = first.split(" ")
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise ValueError(version)
    fields: dict[str, str] = {}
    for line in lines:
        field = FIELD.fullmatch(line)
        if field is None or (field[1].lower() == "host" and "host" in fields):
            raise ValueError(line)
        fields[field[1].lower()] = field[2].strip()
    if "host" not in fields:
        raise ValueError("no host")
    return method, target, fields


def answer(request: Request, file: File, site: Site) -> tuple[bytes, bytes]:
    """The head of an answer, and its body: a file as a visitor takes it.

    There is no body where they have it already.
    """
    packed = "gzip" in _listed(request, "accept-encoding")
    tag = f'"{file.tag}{"-gzip" if packed else ""}"'
    lines = [f"ETag: {tag}", "Cache-Control: no-cache", "Vary: Accept-Encoding"]
    if tag in _listed(request, "if-none-match"):
        return _head(HTTPStatus.NOT_MODIFIED, lines, site), b""
    body = file.packed if packed else file.content
    lines += [f"Content-Type: {file.kind}", f"Content-Length: {len(body)}"]
    if packed:
        lines.append("Content-Encoding: gzip")
    return _head(HTTPStatus.OK, lines, site), b"" if request.only_head else body


def refusal(status: HTTPStatus, site: Site) -> tuple[bytes, bytes]:
    """An answer that gives nothing away; nothing of the request is in it."""
    body = text(SPOKEN_OF[status], site.lang).encode() if status in SPOKEN_OF else b""
    lines = [f"Content-Length: {len(body)}", "Cache-Control: no-store"]
    if body:
        lines.append("Content-Type: text/plain; charset=utf-8")
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        lines.append("Allow: GET, HEAD")
    return _head(status, lines, site), body


def _listed(request: Request, field: str) -> list[str]:
    return re.split(r"\s*,\s*", request.fields.get(field, ""))


def _head(status: HTTPStatus, lines: list[str], site: Site) -> bytes:
    policy = f"Content-Security-Policy: {site.policy}{FORBIDDEN}"
    head = (f"HTTP/1.1 {status} {status.phrase}", *lines, *HEADERS, policy, "", "")
    return "\r\n".join(head).encode()


# --- many visits ----------------------------------------------------------------------------------


class _Door:
    """Who is inside, and how they are treated."""

    def __init__(self, site: Site, shelf: Shelf, limits: Limits) -> None:
        self.site = site
        self.shelf = shelf
        self.limits = limits
        self.inside: Counter[str] = Counter()
        self.turned_away: Counter[str] = Counter()

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request and its answer, from the first byte to the last."""
        who = str((writer.get_extra_info("peername") or ("",))[0])
        writer.transport.set_write_buffer_limits(high=0)  # what is written has left, or is awaited
        full = self.inside.total() >= self.limits.together or self.inside[who] >= self.limits.of_one
        queue = self.turned_away if full else self.inside
        queue[who] += 1
        try:
            if queue.total() <= self.limits.together:  # else there is not even time for a no
                with suppress(OSError, EOFError):  # they have gone, or were too slow
                    async with asyncio.timeout(self.limits.in_all):
                        await self._talk(reader, writer, full)
        finally:
            queue[who] -= 1
            queue += Counter()  # forgets who has left
            writer.transport.abort()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, full: bool
    ) -> None:
        try:
            told, body = await self._answer(reader, full)
        except RefusedError as error:
            told, body = refusal(error.status, self.site)
        await self._send(writer, told)
        for start in range(0, len(body), CHUNK):
            await self._send(writer, body[start : start + CHUNK])
        writer.write_eof()
        async with asyncio.timeout(self.limits.patience):  # closing on words unread cuts the answer
            for _ in range(16):
                if not await reader.read(CHUNK):
                    break

    async def _answer(self, reader: asyncio.StreamReader, full: bool) -> tuple[bytes, bytes]:
        try:
            async with asyncio.timeout(self.limits.patience):
                head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE) from None
        except TimeoutError:
            raise RefusedError(HTTPStatus.REQUEST_TIMEOUT) from None
        if full:
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE)
        request = request_of(head, self.site)
        try:
            file = await self.shelf.file(request.name)
        except Exception:  # it cannot be made
            raise RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR) from None
        return answer(request, file, self.site)

    async def _send(self, writer: asyncio.StreamWriter, part: bytes) -> None:
        writer.write(part)
        async with asyncio.timeout(self.limits.patience):
            await writer.drain()


async def serve(
    site: Site,
    door: socket.socket,
    ready: Callable[[], None] = lambda: None,
    limits: Limits | None = None,
) -> None:
    """Answer whoever comes until this is cancelled; whoever is inside then is left standing.

    Parameters
    ----------
    site : what is served.
    door : a socket with an address, see `bound`.
    ready : called once visitors can come.
    limits : what a visitor may take.
    """
    limits = limits or Limits()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda *_: None)  # a visitor's troubles are not the host's
    shelf = Shelf(site.files)
    visit = _Door(site, shelf, limits).visit
    first = next(iter(site.files))
    await shelf.file(first)  # without it there is nothing to come for
    server = await asyncio.start_server(visit, sock=door, limit=limits.head, backlog=128)
    try:
        ready()
        await shelf.all()
        await loop.create_future()
    finally:
        server.close()
        shelf.wait_for_makers(limits.patience)


def bound(host: str, ports: Collection[int]) -> socket.socket:
    """A socket at the first port that is free; OSError of the last where none is."""
    *others, last = ports
    for port in others:
        with suppress(OSError):
            return _bound(host, port)
    return _bound(host, last)


def _bound(host: str, port: int) -> socket.socket:
    door = socket.socket()
    try:
        if os.name != "nt":  # there it would let two listen
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
        door.listen(1)  # two may be bound, but only one may listen
    except OSError:
        door.close()
        raise
    return door
