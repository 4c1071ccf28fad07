"""How soon does the what-if lab answer a hand? Measured in Chromium, inside the page.

python -m benchmarks.lab [--tries 9] [--places page,jupyterlab]

1. First paint: from the command to the picture (`cjsim lab --page`), and to the picture from the
   command, the notebook opened and its cell run (`cjsim lab`). The browser is open; it has never
   seen the lab (first visit), or has it in its cache (second visit).
2. From the release of a slider that changes both strategies (our quality) to the first frame in
   which the picture shows another answer, at 2,000 and 10,000 people: median and range. Every try
   goes to a value that was not asked for before.
3. The drawing alone: the same picture with other numbers set in the page, no kernel. The script's
   own time, and the time to the next frame.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab.browser import BOARD, ROOT, Visit, chromium, cjsim_lab, window

DIAL = "Our quality"
SIZES = (2_000, 10_000)
STEPS = 20
MOST = 15
"""Tries before a value would come a second time, and be remembered."""
WATCH = """(board) => {
    const shown = () => document.querySelector(board).dataset.answer;
    window.released = new Promise((done) => {
        document.addEventListener("pointerup", () => {
            const before = shown(), start = performance.now();
            const look = () => shown() === before
                ? requestAnimationFrame(look) : done(performance.now() - start);
            requestAnimationFrame(look);
        }, { once: true, capture: true });
    });
}"""
DRAW = """async ([stages, tries]) => {
    const values = {
        stages, colours: ["#5790fc", "#f89c20"], lang: "en",
        shown: { names: ["A", "B"], reached: [], pinned: null, people: 2000, alt: "", number: 0 },
    };
    let draw;
    const model = { get: (name) => values[name], on: (_, call) => { draw = call; }, off() {} };
    const numbers = (n) => [0, 1].map((side) => stages.map((_, i) => 2000 / (1 + i + side + n)));
    const next = () => new Promise(requestAnimationFrame);
    values.shown.reached = numbers(0);
    window.board.render({ model, el: document.body });
    const found = [];
    for (let n = 1; n <= tries; n++) {
        await next();
        const start = performance.now();
        values.shown = { ...values.shown, reached: numbers(n), pinned: numbers(n + 1), number: n };
        draw();
        const drawn = performance.now();
        await next();
        found.push([drawn - start, performance.now() - start]);
    }
    return found;
}"""


@contextmanager
def opened(visit: Visit, place: str) -> Iterator[tuple[float, float]]:
    """The lab until the block ends: seconds from the command to an address, and to the picture."""
    start = time.perf_counter()
    with cjsim_lab(*(["--page"] if place == "page" else [])) as address:
        there = time.perf_counter() - start
        visit.page.goto(address)
        if place == "jupyterlab":
            visit.run_cell()
        visit.painted()
        yield there, time.perf_counter() - start
        visit.page.goto("about:blank")


def slider_times(visit: Visit, tries: int, skip: int) -> list[float]:
    """Milliseconds from release to another picture, after a first try that does not count."""
    found = []
    track = visit.dial(DIAL).locator("xpath=ancestor::*[contains(@class, 'noUi-target')]")
    box, mouse = track.bounding_box(), visit.page.mouse
    across, now = box["y"] + box["height"] / 2, visit.dial(DIAL).bounding_box()
    mouse.move(now["x"] + now["width"] / 2, now["y"] + now["height"] / 2)
    for n in range(skip, skip + tries + 1):
        place = n * 7 % (STEPS - 1) + 1  # far from one to the next
        mouse.down()
        mouse.move(box["x"] + box["width"] * place / STEPS, across, steps=5)
        visit.page.evaluate(WATCH, BOARD)
        before = visit.answer
        mouse.up()
        found.append(visit.page.evaluate("window.released"))
        visit.wait_for(before)
    return found[1:]


def drawing_times(browser: Any, tries: int) -> list[tuple[float, float]]:
    """Milliseconds of the drawing: its script, and to the next frame."""
    from cjsim.journey import TWELVE

    page = browser.new_page()
    script = Path(ROOT, "cjsim/lab/board.js").read_text(encoding="utf-8")
    page.add_script_tag(type="module", content=f"{script}\nwindow.board = {{ render }};")
    page.wait_for_function("window.board")
    found: list[tuple[float, float]] = page.evaluate(DRAW, [[s.key for s in TWELVE], tries])
    page.close()
    return found


def told(times: list[float]) -> str:
    low, high = min(times), max(times)
    return f"{statistics.median(times):7.1f} ms  [{low:.0f} .. {high:.0f}], {len(times)} tries"


def measure(browser: Any, place: str, tries: int) -> None:
    """One place: first paint in a browser new to it, then in one that is not; the slider."""
    visit = Visit(browser)
    for visits in ("first", "second"):
        with opened(visit, place) as (there, painted):
            print(
                f"{place:10}  {visits:6} visit  {painted:6.2f} s to the first picture"
                f"   (server there after {there:.2f} s)"
            )
            visit.wait_for(0)
            for nth, people in enumerate(SIZES if visits == "second" else ()):
                if nth:
                    with visit.answered():
                        visit.selects().nth(3).select_option(f"{people:,}")
                found = slider_times(visit, tries, skip=nth * (tries + 1))
                print(f"{place:10}  {people:6,} people  {told(found)}", flush=True)
    visit.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tries", type=int, default=9, help=f"at most {MOST}")
    parser.add_argument("--places", default="page,jupyterlab")
    args = parser.parse_args()
    if chromium() is None:
        raise SystemExit("no chromium on PATH")
    tries = min(args.tries, MOST)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with window() as browser:
        for place in args.places.split(","):
            measure(browser, place, tries)
        script, frame = zip(*drawing_times(browser, 50), strict=True)
        print(f"{'drawing':10}  script        {told(list(script))}")
        print(f"{'drawing':10}  to a frame    {told(list(frame))}")


if __name__ == "__main__":
    main()
