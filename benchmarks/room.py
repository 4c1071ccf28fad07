"""What does a room cost the server, and how long does it take to serve it?

python -m benchmarks.room [--visitors 30] [--tries 9]

`cjsim lab phone --page` with all products made. Memory is the server's own (unique set size) and
what the system holds for connections (Linux), per visitor: while all of them have begun to take the
page, plain, and wait with it, and after all have had everything. Time is from all starting at once
to the page and a product in everybody's hands, packed as browsers take them: the median visitor and
the last. Writes nothing.
"""

from __future__ import annotations

import argparse
import gzip
import mmap
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from cjsim.scenario import presets

COMMAND = [sys.executable, "-m", "cjsim.cli", "lab", "phone", "--page", "--no-browser"]
LITTLE = 4_096
"""Bytes that a waiting visitor's own buffer holds."""


@contextmanager
def server() -> Iterator[tuple[psutil.Process, str]]:
    """The command with all its products made; its process and its address."""
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = re.search(r"http://[\d.]+:\d+/", process.stdout.readline())
        if address is None:
            raise SystemExit("the server did not start")
        for name in presets():
            taken(f"{address[0]}{name}.json")
        yield psutil.Process(process.pid), address[0]
        process.send_signal(signal.SIGINT)


def taken(address: str) -> int:
    """Bytes on the way of a file, taken as a browser takes it."""
    asked = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        packed: bytes = answer.read()
    gzip.decompress(packed)
    return len(packed)


def waiting(address: str, lines: ExitStack) -> None:
    """A visitor who has begun to take the page, and goes no further."""
    host, port = address[7:-1].split(":")
    line = lines.enter_context(socket.socket())
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
    line.connect((host, int(port)))
    line.sendall(f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    line.recv(1)


def of_connections() -> int:
    """Bytes that the system holds for all connections of this machine; 0 where it does not say."""
    with suppress(OSError):
        told = Path("/proc/net/sockstat").read_text(encoding="ascii")
        if pages := re.search(r"^TCP:.* mem (\d+)", told, re.MULTILINE):
            return int(pages[1]) * mmap.PAGESIZE
    return 0


def at_once(address: str, visitors: int) -> list[float]:
    """Seconds of each visitor, all starting together."""
    start = threading.Barrier(visitors)

    def visit(_: int) -> float:
        start.wait()
        begin = time.perf_counter()
        taken(address)
        taken(f"{address}phone.json")
        return time.perf_counter() - begin

    with ThreadPoolExecutor(visitors) as room:
        return list(room.map(visit, range(visitors)))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--tries", type=int, default=9)
    args = parser.parse_args()
    begin = time.perf_counter()
    with server() as (process, address):
        print(f"all products made after {time.perf_counter() - begin:.0f} s")
        sizes = [taken(address), taken(f"{address}phone.json")]
        print(f"on the way: page {sizes[0] / 1e3:.0f} kB, product {sizes[1] / 1e3:.0f} kB")
        before = process.memory_full_info().uss
        held = of_connections()
        with ExitStack() as lines:
            for _ in range(args.visitors):
                waiting(address, lines)
            inside = process.memory_full_info().uss
            held = of_connections() - held
        times = [at_once(address, args.visitors) for _ in range(args.tries)]
        after = process.memory_full_info().uss
        spent = sum(process.cpu_times()[:2])
        for _ in range(args.tries):
            at_once(address, args.visitors)
        spent = sum(process.cpu_times()[:2]) - spent
    print(f"server {before / 1e6:.0f} MB")
    for what, now in (("inside", inside), ("afterwards", after)):
        print(f"a visitor, {what:10} {(now - before) / args.visitors / 1e3:7.1f} kB")
    print(f"a visitor, {'connection':10} {held / args.visitors / 1e3:7.1f} kB of the system's")
    middle = statistics.median(statistics.median(visit) for visit in times)
    last = statistics.median(map(max, times))
    print(f"{args.visitors} at once: median {1e3 * middle:.0f} ms, last {1e3 * last:.0f} ms")
    print(f"processor time of a visitor {1e3 * spent / args.tries / args.visitors:.1f} ms")


if __name__ == "__main__":
    main()
