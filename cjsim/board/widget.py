"""The board in JupyterLab: the same front end as the page, its engine the kernel."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from cjsim.board.bundle import script, styles
from cjsim.board.kernel import Kernel
from cjsim.board.keys import tables_of
from cjsim.board.product import listed, product_of
from cjsim.door import scenario_from, scenario_of, whole
from cjsim.labels import SPOKEN, language, text
from cjsim.scenario import Scenario, ScenarioError, presets


def lab(
    scenario: Scenario | str | Path = "phone", lang: str = SPOKEN, people: int | None = None
) -> Lab:
    """The what-if lab: choose sides, turn dials, see who gets how far and what it earns.

    Parameters
    ----------
    scenario : what it opens on: a Scenario, a preset's name, or the path of a scenario file.
    lang : "en", "ru", or what `cjsim.speak` has set.
    people : how many of the market's people are simulated; when not given 2,000, or the whole
        market where it is smaller. The list on the screen offers the whole market.

    Returns the `Lab`, which shows itself in a notebook. Raises ScenarioError for a name or file
    that is not there or wrong, ValueError for a size or language that cannot be.

    >>> from cjsim import lab
    >>> lab.lab("phone", people=200)
    <Lab: phone, pull / guide>
    """
    return Lab(scenario_of(scenario), lang, people)


class Lab(anywidget.AnyWidget):
    """The board as a widget: what `lab` returns.

    Parameters
    ----------
    base : the Scenario that it opens on.
    lang : "en", "ru", or what `cjsim.speak` has set.
    people : how many of the market's people are simulated; see `lab`.

    `state` is what it shows, as an address ("#phone;s=pull+guide,accuracy:0.9"): it changes with
    every hand, and setting it in code does what hands do. `product` is what the board knows of the
    scenario.

    >>> from cjsim import lab
    >>> opened = lab.lab("phone", people=200)
    >>> opened.product["sides"], opened.product["people"]["usual"]
    (['pull', 'guide'], 200)
    """

    product: Any = traitlets.Dict().tag(sync=True)
    products: Any = traitlets.List().tag(sync=True)
    lang: Any = traitlets.Unicode("en").tag(sync=True)
    state: Any = traitlets.Unicode("").tag(sync=True)

    def __init__(self, base: Scenario, lang: str = SPOKEN, people: int | None = None) -> None:
        self.kernel = Kernel(base, self._tell, language(lang))
        product = known_product(base)
        if people is not None:
            product["people"]["usual"] = self._size(base, people)
        super().__init__(
            _esm=_module(), product=product, products=_products(), lang=self.kernel.lang
        )
        self.on_msg(self._hear)

    @staticmethod
    def _size(base: Scenario, people: int) -> int:
        """How many people are asked for, or a ValueError."""
        size = whole("people", people)
        if not 1 <= size <= base.market.people:
            raise ValueError(f"people = {size}: the market has 1 to {base.market.people}")
        return size

    def _hear(self, _: Any, message: Any, buffers: Any) -> None:
        """A question of the browser, or the wish for another product."""
        kind = message.get("kind")
        if kind == "cancel":
            self.kernel.cancel()
        elif kind == "open":
            self._open(message, lambda: Scenario.load(str(message["name"])))
        elif kind == "read":
            self._open(
                message, lambda: scenario_from(message["text"], message["name"], self.kernel.lang)
            )
        else:
            self.kernel.ask(message)

    def _open(self, message: Any, load: Any) -> None:
        """Go on with another scenario, or say why it cannot be."""
        try:
            base = load()
        except ValueError as error:
            told = error.said(self.kernel.lang) if isinstance(error, ScenarioError) else str(error)
            self.send({"id": message["id"], "error": told})
            return
        self.kernel.cancel()
        self.kernel.base = base
        self.send({"id": message["id"], "product": known_product(base)})

    def _tell(self, answer: dict[str, Any]) -> None:
        self.send(answer)

    def wait(self, seconds: float = 60.0) -> bool:
        """Until everything asked for is answered; for notebooks that go on with the result.

        Parameters
        ----------
        seconds : how long at most [s].

        Returns whether everything is.

        >>> from cjsim import lab
        >>> lab.lab("phone", people=200).wait()  # nothing was asked
        True
        """
        return self.kernel.wait(seconds)

    def __repr__(self) -> str:
        return f"<Lab: {self.kernel.base.name}, {' / '.join(self.product['sides'])}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live board; a saved notebook keeps a line that says how to open it."""
        live = super()._repr_mimebundle_(**kwargs)
        data = dict(live[0]) if isinstance(live, tuple) else dict(live or {})
        line = html.escape(text("board.live_cell", self.kernel.lang))
        return {**data, "text/plain": repr(self), "text/html": f"<p>{line}</p>"}


def known_product(base: Scenario) -> dict[str, Any]:
    """What the front end needs to know of a product, all its keys among it."""
    return {**product_of(base), "tables": tables_of(base)}


@cache
def _products() -> list[dict[str, Any]]:
    """The products to choose from: name, number, title in each language."""
    return [listed(name) for name in presets()]


@cache
def _module() -> str:
    """The front end as one module for anywidget."""
    sheet = styles().replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    return (
        f"{script('notebook')}\nconst sheet = `{sheet}`;\n"
        "export default { render: (context) => renderBoard(context, sheet) };\n"
    )
