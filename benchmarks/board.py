"""How quick is the board without Python? Its engine in a browser, beside the compiled one.

python -m benchmarks.board [--people 2000] [--tries 9] [--preset phone]
                           [--browser /usr/bin/chromium]

Prints medians: processor time of a run with its people and its burn-in, compiled and in the page,
turn about; the time from a dial to the first and to the fifth world, for a dial of one side and for
one of the market, at which nothing that was run before is of use; the time from opening the file to
the first picture. All in two threads at most. Needs playwright and a Chromium. Writes nothing that
stays.
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
AIMS = {"times": 1.7, "first": 150.0, "five": 700.0, "opened": 1500.0}
TIMED = """async ([ask, key, value]) => {
    const side = ask.sides[1];
    const now = key.includes(".") ? { ...ask, dials: { [key]: value } }
        : { ...ask, sides: [ask.sides[0], { ...side, dials: { [key]: value } }] };
    const begin = performance.now(), times = [];
    await new Promise((done, failed) => engine.ask(now, (answer) => {
        if (answer.error) failed(answer.error);
        if (answer.done) done();
        else times.push(performance.now() - begin);
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


def dial_times(page: Any, ask: Mapping[str, Any], key: str, tries: int) -> tuple[float, float]:
    """From a dial to the first and to the fifth world [ms], medians; each try is a new place."""
    positions = page.evaluate("(key) => plan.dials[key].positions", _full(ask, key))
    places = [positions[1 + 2 * nth] for nth in range(tries + 2)]
    times = [page.evaluate(TIMED, [ask, key, value]) for value in places][2:]
    return statistics.median(t[0] for t in times), statistics.median(t[4] for t in times)


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


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--tries", type=int, default=9)
    parser.add_argument("--preset", default="phone")
    parser.add_argument("--browser", default="/usr/bin/chromium")
    args = parser.parse_args()
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
            first, five = dial_times(page, ask, key, args.tries)
            print(f"{key} -> first world {first:.0f} ms (aim {AIMS['first']:.0f}), ", end="")
            print(f"five {five:.0f} ms (aim {AIMS['five']:.0f})")
        opened = statistics.median(opening_time(browser, board) for _ in range(args.tries))
        print(f"file opened -> first picture {opened:.0f} ms (aim {AIMS['opened']:.0f})")


if __name__ == "__main__":
    main()
