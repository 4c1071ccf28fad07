"""A page with the board in Chromium whose engine is the kernel in this very process."""

import functools
import json
from contextlib import contextmanager

from cjsim.board.bundle import FRONT, script, styles
from cjsim.board.kernel import Kernel, as_text
from cjsim.board.keys import tables_of
from cjsim.board.product import product_of
from cjsim.scenario import Scenario

PEOPLE = 300
"""Few enough that a question is answered in a blink."""

OPENING = """
class FarEngine {
  constructor(name) { this.name = name; this.asked = 0; }
  async ask(message, onAnswer) {
    const asked = ++this.asked;
    if (window.silent) return;
    window.questions.push(message);
    for (const answer of await window.answersOf(this.name, message)) {
      if (asked !== this.asked) return;
      onAnswer(answer);
    }
  }
  cancel() { this.asked++; }
}
window.questions = [];
window.board = new Board(document.body, {
  product: PRODUCT, products: PRODUCTS, load: (name) => window.productOf(name), lang: LANG,
  numbered: (number) => PRODUCTS.find((one) => one.number === number)?.name,
  engine: (product) => new FarEngine(product.name), place: (changed) => new AddressPlace(changed),
  theme: () => matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
});
"""


@functools.cache
def product(name):
    """What the front end knows of a preset, with few people."""
    base = Scenario.load(name)
    known = {**product_of(base), "tables": tables_of(base)}
    known["people"]["usual"] = PEOPLE
    known["people"]["choices"] = [PEOPLE, *known["people"]["choices"]]
    return known


@functools.cache
def kernel(name):
    return Kernel(Scenario.load(name), print, "en")


def answers_of(name, message):
    return [json.loads(as_text(answer)) for answer in kernel(name).answers(message)]


@functools.cache
def html(lang="en"):
    """The board with the phone, in one file."""
    offered = [
        {"name": name, "number": product(name)["number"], "title": product(name)["title"]}
        for name in ("phone", "car")
    ]
    filled = OPENING.replace("PRODUCTS", json.dumps(offered)).replace("LANG", json.dumps(lang))
    filled = filled.replace("PRODUCT", json.dumps(product("phone")).replace("<", "\\u003c"))
    page = FRONT.joinpath("board.html").read_text(encoding="utf-8")
    page = page.replace("</style>", f"{styles()}</style>")
    words = f'"use strict";(() => {{{script("board", "place")}{filled}}})()'
    return page.replace("</body>", f"<script>{words}</script></body>")


class Stand:
    """One window with the board: what a visitor does, and what it shows."""

    def __init__(self, browser, file, width=1366, height=768, dark=False, **more):
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light", **more,
        )  # fmt: skip
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.wrong, self.asked = [], []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda m: m.type == "error" and self.wrong.append(m.text))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.expose_function("answersOf", answers_of)
        self.page.expose_function("productOf", product)
        self.file = file

    def open(self, address=""):
        self.page.goto("about:blank")
        self.page.goto(f"{self.file.as_uri()}{address}")
        return self.settled()

    def settled(self):
        """Until the newest question is answered and nothing moves any more."""
        self.page.wait_for_function(
            "() => window.board?.settled?.worlds >= board.state.worlds && "
            "board.shown === board.settled && !board.asker.later.length"
        )
        return self

    def find(self, name):
        """A control by what it is called inside."""
        return self.page.locator(f'[data-f="{name}"]')

    def text(self, where):
        return self.page.inner_text(where)

    def js(self, expression, arg=None):
        return self.page.evaluate(expression, arg)

    def bars(self):
        """The lengths of the bars of the funnel."""
        return self.js(
            "[...document.querySelectorAll('.pic .bar')].map(b => b.getAttribute('width'))"
        )

    def slide(self, name, value):
        """Drag a slider to a value and let it go."""
        self.find(name).evaluate(
            "(range, value) => { range.value = value; range.dispatchEvent(new Event('input', {bubbles: true}));"
            " range.dispatchEvent(new Event('change', {bubbles: true})); }", value,
        )  # fmt: skip
        return self.settled()

    def close(self):
        self.context.close()


@contextmanager
def stand(browser, file, **how):
    opened = Stand(browser, file, **how)
    yield opened
    opened.close()
    assert opened.wrong == []
