"""The board as a page without Python: one file that opens from a disk, or a folder to be served.

The page has the front end, the engine as WebAssembly, and its product in both languages. It asks
nobody for anything: its policy names no origin, but for the folder's, which fetches its products.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from cjsim.board.bundle import FRONT, script, styles
from cjsim.board.product import FIRST, MORE, listed, product_of
from cjsim.board.wasm.build import built
from cjsim.board.wasm.plan import plan_of
from cjsim.files import all_together, write_text
from cjsim.labels import LANGUAGES, SPOKEN, language, text
from cjsim.scenario import Scenario, presets

POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; "
    "style-src 'unsafe-inline'; img-src data: blob:"
)
"""What the page may do; nothing in it leaves the page."""
OF_A_FOLDER: Final = f"{POLICY}; connect-src 'self'"
INDEX: Final = "index.html"


def page(scenario: Scenario, lang: str = SPOKEN) -> str:
    """The board of one product as HTML: one file, which opens offline.

    Parameters
    ----------
    scenario : the product, with all its strategies.
    lang : in which it opens; it has the other language too.
    """
    parts = parts_of(scenario)
    return _html([parts["product"]], parts, lang, POLICY)


def save_page(scenario: Scenario, path: str | Path, lang: str = SPOKEN) -> Path:
    """Write the board of one product into a file, whole or not at all; parameters as of `page`."""
    return write_text(path, page(scenario, lang))


def save_folder(folder: str | Path, lang: str = SPOKEN, names: Iterable[str] = ()) -> Path:
    """Write a folder to be served: a page, and a file for each preset, fetched when it is wanted.

    Parameters
    ----------
    folder : made if it is not there; files of the same names are replaced.
    lang : in which it opens.
    names : of presets; all when not given.

    Returns the folder. Nothing is left behind where something goes wrong.
    """
    with all_together(folder) as place:
        for name, content_of in files_of_a_folder(lang, names).items():
            write_text(place / name, content_of())
    return Path(folder)


def files_of_a_folder(
    lang: str = SPOKEN, names: Iterable[str] = ()
) -> dict[str, Callable[[], str]]:
    """The files of such a folder by name, each with what makes it; a product takes seconds."""
    products = list(names or presets())
    files: dict[str, Callable[[], str]] = {
        f"{name}.json": partial(_product_file, name) for name in products
    }
    return {INDEX: lambda: _folder_page(products, lang), **files}


def parts_of(
    scenario: Scenario,
    dials: Sequence[str] = (*FIRST, *MORE),
    ranges: Mapping[str, tuple[float, float]] | None = None,
    people: int | None = None,
    sides: Sequence[str] = (),
    moved: int | None = None,
    steps: int | None = None,
) -> dict[str, Any]:
    """What a page needs of one product: for the front end, and for the engine.

    Parameters as of `product_of`. Dials that the page's engine cannot serve exactly are left out.
    """
    product = product_of(scenario, dials, ranges, people, sides, moved, steps)
    plan = plan_of(scenario, product)
    refused = {key.rpartition(".")[2] for key in plan["refused"] if key.startswith("strategies.")}
    refused |= set(plan["refused"])
    kept = [dial for dial in product["dials"] if dial["id"] not in refused]
    return {"product": {**product, "dials": kept}, "plan": plan}


def _folder_page(names: Iterable[str], lang: str) -> str:
    """A page that has no product in it, only their titles."""
    return _html([listed(name) for name in names], None, lang, OF_A_FOLDER)


def _product_file(name: str) -> str:
    return _json(parts_of(Scenario.load(name)))


def _html(
    products: Iterable[Mapping[str, Any]], parts: Mapping[str, Any] | None, lang: str, policy: str
) -> str:
    listed = [{key: product[key] for key in ("name", "number", "title")} for product in products]
    unserved = {one: text("site.unserved", one) for one in LANGUAGES}
    shell = {"lang": language(lang), "products": listed, "parts": parts, "unserved": unserved}
    head = f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    body = "\n".join(
        (
            f'<script id="shell" type="application/json">{_json(shell)}</script>',
            f'<script id="wasm" type="text/plain">{_engine()}</script>',
            f'<script id="thread" type="text/plain">{script("worker")}\nwork(self);</script>',
            f"<script>{script('page')}\nopenPage();</script>",
        )
    )
    html = FRONT.joinpath("board.html").read_text(encoding="utf-8")
    html = html.replace('<html lang="en">', f'<html lang="{language(lang)}">')
    html = html.replace('<meta charset="utf-8">', head)
    return html.replace("</style>", f"{styles()}</style>").replace("<body>\n", f"<body>\n{body}\n")


@cache
def _engine() -> str:
    return base64.b64encode(built()).decode()


def _json(value: Any) -> str:
    """As JSON that may stand in a script: nothing in it ends one."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
