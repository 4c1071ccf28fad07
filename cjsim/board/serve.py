"""A folder of files for whoever stands before this machine, or sits in the same room.

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
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from cjsim.labels import text

KINDS: Final = {".html": "text/html; charset=utf-8", ".json": "application/json"}
"""What is served, by the ending of its name; nothing else in a folder is."""
INDEX: Final = "/index.html"
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

    files: Mapping[str, File]
    hosts: Collection[str]
    policy: str
    lang: str = "en"


def files_of(folder: str | Path) -> dict[str, File]:
    """The files of a folder by what a visitor asks for: "/phone.json"; "/" is "/index.html".

    Hidden files, links, folders and other kinds of files are not among them. Raises ValueError for
    a folder without an index.html.
    """
    files = {}
    for path in sorted(Path(folder).iterdir()):
        hidden = path.name.startswith(".") or path.is_symlink()
        if path.suffix in KINDS and not hidden and path.is_file():
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:16]
            packed = gzip.compress(content, mtime=0)
            files[f"/{path.name}"] = File(KINDS[path.suffix], content, packed, digest)
    if INDEX not in files:
        raise ValueError(f"{folder}: has no {INDEX[1:]}; cjsim board --all writes one")
    return {"/": files[INDEX], **files}


# --- one request --------------------------------------------------------------------------------


def answer(head: bytes, site: Site) -> tuple[bytes, bytes]:
    """What a request is answered: the head of the answer, and its body.

    Parameters
    ----------
    head : the request up to its empty line.
    site : what there is.
    """
    try:
        method, target, fields = _read(head)
    except ValueError:
        return refusal(HTTPStatus.BAD_REQUEST, site)
    if method not in ("GET", "HEAD"):
        return refusal(HTTPStatus.METHOD_NOT_ALLOWED, site)
    if fields["host"].lower() not in site.hosts:
        return refusal(HTTPStatus.MISDIRECTED_REQUEST, site)
    file = site.files.get(target)
    if file is None:
        return refusal(HTTPStatus.NOT_FOUND, site)
    told, body = _sent(file, fields)
    return told.encode() + _said(site), b"" if method == "HEAD" else body


def refusal(status: HTTPStatus, site: Site) -> tuple[bytes, bytes]:
    """An answer that gives nothing away; nothing of the request is in it."""
    body = text(SPOKEN_OF[status], site.lang).encode() if status in SPOKEN_OF else b""
    lines = [f"Content-Length: {len(body)}", "Cache-Control: no-store"]
    if body:
        lines.append("Content-Type: text/plain; charset=utf-8")
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        lines.append("Allow: GET, HEAD")
    return _head(status, lines).encode() + _said(site), body


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


def _sent(file: File, fields: Mapping[str, str]) -> tuple[str, bytes]:
    """A file as a visitor takes it; not at all where they have it already."""
    takes = re.split(r"\s*,\s*", fields.get("accept-encoding", ""))
    packed = "gzip" in takes
    tag = f'"{file.tag}{"-gzip" if packed else ""}"'
    lines = [f"ETag: {tag}", "Cache-Control: no-cache", "Vary: Accept-Encoding"]
    if tag in re.split(r"\s*,\s*", fields.get("if-none-match", "")):
        return _head(HTTPStatus.NOT_MODIFIED, lines), b""
    body = file.packed if packed else file.content
    lines += [f"Content-Type: {file.kind}", f"Content-Length: {len(body)}"]
    if packed:
        lines.append("Content-Encoding: gzip")
    return _head(HTTPStatus.OK, lines), body


def _head(status: HTTPStatus, lines: list[str]) -> str:
    return "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status} {status.phrase}", *lines))


def _said(site: Site) -> bytes:
    """What every answer says, and the end of its head."""
    policy = f"Content-Security-Policy: {site.policy}{FORBIDDEN}"
    return ("\r\n".join((*HEADERS, policy)) + "\r\n\r\n").encode()


# --- many visits ----------------------------------------------------------------------------------


class _Door:
    """Who is inside, and how they are treated."""

    def __init__(self, site: Site, limits: Limits) -> None:
        self.site = site
        self.limits = limits
        self.inside: Counter[str] = Counter()

    async def visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request and its answer, from the first byte to the last."""
        who = str((writer.get_extra_info("peername") or ("",))[0])
        writer.transport.set_write_buffer_limits(high=0)  # what is written has left, or is awaited
        if self.inside.total() >= self.limits.together or self.inside[who] >= self.limits.of_one:
            writer.write(b"".join(refusal(HTTPStatus.SERVICE_UNAVAILABLE, self.site)))
            writer.transport.abort()
            return
        self.inside[who] += 1
        try:
            with suppress(OSError, EOFError):  # they have gone, or were too slow
                async with asyncio.timeout(self.limits.in_all):
                    await self._talk(reader, writer)
        finally:
            self.inside[who] -= 1
            self.inside += Counter()  # forgets who has left
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(self.limits.patience):
                head = await reader.readuntil(b"\r\n\r\n")
            told, body = answer(head, self.site)
        except asyncio.LimitOverrunError:
            told, body = refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, self.site)
        except TimeoutError:
            told, body = refusal(HTTPStatus.REQUEST_TIMEOUT, self.site)
        await self._send(writer, told)
        for start in range(0, len(body), CHUNK):
            await self._send(writer, body[start : start + CHUNK])
        writer.write_eof()
        async with asyncio.timeout(self.limits.patience):  # closing on words unread cuts the answer
            for _ in range(16):
                if not await reader.read(CHUNK):
                    break

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
    visit = _Door(site, limits).visit
    server = await asyncio.start_server(visit, sock=door, limit=limits.head, backlog=128)
    try:
        ready()
        await loop.create_future()
    finally:
        server.close()


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
