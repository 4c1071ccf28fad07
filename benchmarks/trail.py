"""How smoothly does the trail run? Frames per second in a browser without a graphics card.

python -m benchmarks.trail [--people 2000] [--seconds 3] [--tries 5] [--width 1280]
                           [--browser /usr/bin/chromium]

The phone under pull and under guide, saved as a page and played from its first day at speed 1, when
most people move. Prints frames per second of each try and their median, which a browser holds at 60
at most, and the milliseconds that the script itself takes for a frame, which is not bounded so.
Needs playwright and a Chromium. Writes nothing that stays.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

import cjsim
from cjsim.lab.trails import trail

COUNT = """async (seconds) => {
    const begin = performance.now();
    let frames = 0, now = begin;
    while (now < begin + 1000 * seconds) {
        now = await new Promise(requestAnimationFrame);
        frames++;
    }
    return (1000 * frames) / (now - begin);
}"""
SPENT = """(seconds) => new Promise((done) => {
    const ask = window.requestAnimationFrame.bind(window), spent = [];
    window.requestAnimationFrame = (call) => ask((now) => {
        const begin = performance.now();
        call(now);
        spent.push(performance.now() - begin);
    });
    setTimeout(() => done(spent.sort((a, b) => a - b)[spent.length >> 1]), 1000 * seconds);
})"""
"""Median time of the page's own frames [ms]."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--tries", type=int, default=5)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    args = parser.parse_args()
    from playwright.sync_api import sync_playwright

    phone = cjsim.Scenario.load("phone")
    runs = {
        name: cjsim.simulate(phone.with_strategy(name), args.people, seed=1)
        for name in ("pull", "guide")
    }
    rates, spent = [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        page_file = trail(runs).save(Path(folder) / "trail.html")
        size = page_file.stat().st_size / 1e6
        browser = play.chromium.launch(
            executable_path=args.browser, args=["--no-sandbox", "--disable-gpu"]
        )
        for _ in range(args.tries):
            page = browser.new_page(viewport={"width": args.width, "height": 860})
            page.goto(page_file.as_uri())
            page.wait_for_timeout(500)
            rates.append(page.evaluate(COUNT, args.seconds))
            assert page.inner_text("button") == "Pause", "it does not play"
            spent.append(page.evaluate(SPENT, 1.0))
            page.close()
        browser.close()
    print(f"2 x {args.people:,} people, a page of {size:.2f} MB, {args.width} pixels wide")
    print(f"frames per second: {', '.join(f'{rate:.0f}' for rate in rates)}", end="")
    print(f"; median {statistics.median(rates):.0f}")
    print(f"milliseconds of script per frame, median: {statistics.median(spent):.1f}")


if __name__ == "__main__":
    main()
