"""How quick is the board without Python? Its engine in a browser, beside the compiled one.

python -m benchmarks.board [--people 2000] [--tries 9] [--preset phone]
                           [--browser /usr/bin/chromium] [--site site]

Prints medians: processor time of a run with its people and its burn-in, compiled and in the page,
turn about; the time from a dial to the first and to the fifth world, for a dial of one side and for
one of the market, at which nothing that was run before is of use; the time from opening the file to
the first picture. With --site, in place of all that, each live panel of a built site: from a hand
on its slider to the sentence of the first world, and of the fifth; the median and the worst of its
moves, and of all panels, and the processor time of all five worlds. In two threads at most. Needs
playwright and a Chromium. Writes nothing that stays. On a busy machine the processor times are what
counts.
"""

from __future__ import annotations

import argparse
import base64
import html
import json
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil

import cjsim
from cjsim.board.bundle import script
from cjsim.board.page import POLICY, save_page
from cjsim.board.product import product_of
from cjsim.board.wasm.build import built
from cjsim.board.wasm.plan import plan_of
from cjsim.engine.fast import engine as fast
from cjsim.model.population import draw

RUNS = 12
"""In one measurement of processor time, which is counted in hundredths of a second."""
AIMS = {"times": 1.7, "first": 150.0, "five": 700.0, "opened": 1500.0, "panel": 200.0}
BOARD = re.compile(r'data-board="([^"]+)"')
MOVED = """async (place) => {
    const board = document.cjsimBoard;
    const range = document.querySelector("input[type=range]");
    const [low, high, step] = [range.min, range.max, range.step].map(Number);
    const until = async (holds) => { while (!holds()) await new Promise((go) => setTimeout(go)); };
    await until(() => board.settled?.worlds >= board.state.worlds);
    const before = board.settled;
    range.value = low + step * Math.round((high - low) / step * place);
    const begin = performance.now();
    for (const kind of ["input", "change"]) range.dispatchEvent(new Event(kind, {bubbles: true}));
    await until(() => board.settled !== before);
    const first = performance.now() - begin;
    await until(() => board.settled.worlds >= board.state.worlds);
    return [first, performance.now() - begin];
}"""
TIMED = """async ([ask, key, value]) => {
    const side = ask.sides[1];
    const now = key.includes(".") ? { ...ask, dials: { [key]: value } }
        : { ...ask, sides: [ask.sides[0], { ...side, dials: { [key]: value } }] };
    const begin = performance.now(), times = [];
    await new Promise((done, failed) => engine.ask(now, (answer) => {
        if (answer.error) failed(answer.error);
        if (answer.done) done();
        else if (!answer.alive) times.push(performance.now() - begin);
    }));
    return times;
}"""
LIVED = """([ask, runs]) => {
    for (let run = 0; run < runs; run++) {
        inside.warm.clear();
        inside.live(ask, 1, 0, "measures");
    }
}"""


def bare_page(plan: Mapping[str, Any]) -> str:
    """A page with nothing but the engine: `inside` in the page itself, `engine` behind messages."""
    return f"""<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<script id="thread" type="text/plain">{script("worker")}\nwork(self);</script>
<script>{script("worker", "engine", "bytes")}
const plan = {json.dumps(plan)};
const wasm = decoded("{base64.b64encode(built()).decode()}");
const engine = new PageEngine(wasm, plan, document.getElementById("thread").textContent);
const inside = new Engine(new WebAssembly.Module(wasm), plan);
</script></html>"""


@contextmanager
def browsing(path: str) -> Iterator[Any]:
    """A browser without a head."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def spent_by_browsers() -> float:
    """Processor seconds of all processes that this one has started."""
    spent = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        spent += times.user + times.system
    return spent


def native_seconds(scenario: cjsim.Scenario, people: int) -> float:
    """Processor time of a compiled run, with its people and its burn-in."""
    begin = time.process_time()
    for _ in range(RUNS):
        fast._REMEMBERED.clear()
        engine = fast.CompiledEngine(scenario, draw(scenario, people, 1), 1, log="measures")
        engine.run()
    return (time.process_time() - begin) / RUNS


def page_seconds(page: Any, ask: Mapping[str, Any]) -> float:
    """The same in a page."""
    begin = spent_by_browsers()
    page.evaluate(LIVED, [ask, RUNS])
    return (spent_by_browsers() - begin) / RUNS


def dial_times(
    page: Any, ask: Mapping[str, Any], key: str, tries: int
) -> tuple[float, float, float]:
    """From a dial to the first and to the fifth world, and the processor time of all [ms].

    Medians; each try is a place at which the dial has not been.
    """
    positions = page.evaluate("(key) => plan.dials[key].positions", _full(ask, key))
    places = [positions[1 + 2 * nth] for nth in range(tries + 2)]
    times, spent = [], []
    for value in places:
        begin = spent_by_browsers()
        times.append(page.evaluate(TIMED, [ask, key, value]))
        spent.append(1000 * (spent_by_browsers() - begin))
    first, five = ([t[place] for t in times[2:]] for place in (0, 4))
    return statistics.median(first), statistics.median(five), statistics.median(spent[2:])


def _full(ask: Mapping[str, Any], key: str) -> str:
    return key if "." in key else f"strategies.{ask['sides'][1]['strategy']}.{key}"


def opening_time(browser: Any, path: Path) -> float:
    """From opening a file to its first picture [ms]."""
    page = browser.new_page()
    begin = time.perf_counter()
    page.goto(path.as_uri())
    while not page.evaluate("Boolean(document.cjsimBoard?.settled)"):
        time.sleep(0.002)
    spent = time.perf_counter() - begin
    page.close()
    return 1000 * spent


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder behind an address of this machine."""
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing of what it serves."""

    def log_message(self, *_: Any) -> None:
        """Not a word."""


def panels_of(site: Path, browser: Any, tries: int) -> None:
    """Print of each live panel of a site's English lectures how long a move takes [ms]."""
    every: list[tuple[float, float]] = []
    spent = 0.0
    with served(site) as address:
        for path in sorted((site / "en" / "notebooks" / "en").glob("*.html")):
            for hash_ in BOARD.findall(path.read_text(encoding="utf-8")):
                page = browser.new_page()
                page.goto(f"{address}/board/index.html{html.unescape(hash_)}")
                while not page.evaluate("Boolean(document.cjsimBoard?.settled)"):
                    time.sleep(0.01)
                places = [(nth + 0.5) / tries for nth in range(tries)]
                begin = spent_by_browsers()
                times = [tuple(page.evaluate(MOVED, place)) for place in places]
                own = 1000 * (spent_by_browsers() - begin) / tries
                page.close()
                view = re.search(r"view=(\w+)", hash_)
                print(
                    f"{path.stem} {view[1] if view else ''}: {_median_and_worst(times)}; ", end=""
                )
                print(f"processor {own:.0f} ms a move")
                every += times
                spent = max(spent, own)
    print(f"all panels (aim {AIMS['panel']:.0f}): {_median_and_worst(every)}; ", end="")
    print(f"processor {spent:.0f} ms a move at most")


def _median_and_worst(times: list[tuple[float, float]]) -> str:
    first, five = zip(*times, strict=True)
    return (
        f"sentence {statistics.median(first):.0f} ms, worst {max(first):.0f}; "
        f"five worlds {statistics.median(five):.0f} ms, worst {max(five):.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--tries", type=int, default=9)
    parser.add_argument("--preset", default="phone")
    parser.add_argument("--browser", default="/usr/bin/chromium")
    parser.add_argument("--site", type=Path, help="a folder that python3 kit.py site has built")
    args = parser.parse_args()
    if args.site:
        with browsing(args.browser) as browser:
            panels_of(args.site, browser, args.tries)
        return
    scenario = cjsim.Scenario.load(args.preset, strategy="guide")
    product = product_of(scenario)
    product["people"]["choices"].append(args.people)
    ask = {
        "id": 1, "kind": "worlds", "people": args.people, "worlds": [0, 1, 2, 3, 4],
        "same_luck": True, "dials": {},
        "sides": [{"strategy": name, "dials": {}} for name in ("pull", "guide")],
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, browsing(args.browser) as browser:
        path = Path(folder, "engine.html")
        path.write_text(bare_page(plan_of(scenario, product)), encoding="utf-8")
        board = save_page(scenario, Path(folder, "board.html"))
        page = browser.new_page()
        page.goto(path.as_uri())
        native_seconds(scenario, args.people), page_seconds(page, ask)
        pairs = [
            (native_seconds(scenario, args.people), page_seconds(page, ask))
            for _ in range(args.tries)
        ]
        native, there = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
        times = statistics.median(page_time / own for own, page_time in pairs)
        print(f"{args.preset}, guide, {args.people:,} people, medians of {args.tries}")
        print(f"a run, processor ms: compiled {native:.1f}, in a page {there:.1f}, ", end="")
        print(f"x {times:.2f} (aim {AIMS['times']})")
        for key in ("accuracy", "product.price"):
            first, five, spent = dial_times(page, ask, key, args.tries)
            print(f"{key} -> first world {first:.0f} ms (aim {AIMS['first']:.0f}), ", end="")
            print(f"five {five:.0f} ms (aim {AIMS['five']:.0f}); processor {spent:.0f} ms")
        opened = statistics.median(opening_time(browser, board) for _ in range(args.tries))
        print(f"file opened -> first picture {opened:.0f} ms (aim {AIMS['opened']:.0f})")


if __name__ == "__main__":
    main()
