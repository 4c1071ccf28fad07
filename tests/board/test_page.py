"""The board as a page without Python: one file from a disk, or a folder."""

import gzip
import json
import re

import pytest

import cjsim
from benchmarks.board import served
from cjsim.board import page as pages
from cjsim.scenario import presets
from tests.lab.browser import Visit, wait_until

MOST_BYTES = 500_000
FEW = ("manicure", "flat")


@pytest.fixture(scope="module")
def phone():
    return pages.page(cjsim.Scenario.load("phone"))


def test_a_page_is_small_and_names_no_place(phone):
    assert len(gzip.compress(phone.encode(), 9)) <= MOST_BYTES
    assert f'content="{pages.POLICY}"' in phone
    assert phone.index("Content-Security-Policy") < phone.index("<script")
    outside = set(re.findall(r"https?://[^\s\"'`<)]+", phone))
    assert outside <= {"http://www.w3.org/2000/svg"}, outside


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("preset", presets())
def test_one_product_is_small(preset):
    """Each time that of the phone, above."""
    content = pages.page(cjsim.Scenario.load(preset))
    assert len(gzip.compress(content.encode(), 9)) <= MOST_BYTES


def test_nothing_in_a_product_ends_its_script(monkeypatch):
    """A title may hold anything."""
    monkeypatch.setattr(pages, "plan_of", lambda *_: {"refused": {}})
    rude = cjsim.Scenario.load("phone").with_changes({"title": "</script><script>alert(1)"})
    content = pages.page(rude)
    assert "alert(1)" in content
    assert "</script><script>alert(1)" not in content


def until(page, holds):
    """Ask from outside: the page's policy lets no text be evaluated in it."""
    wait_until(lambda: page.evaluate(holds))


def settled(page, worlds=5):
    """Until all worlds of the question are in the picture."""
    until(page, f"document.cjsimBoard?.settled?.worlds >= {worlds}")


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_page_opens_from_a_file_and_answers_offline(browser, tmp_path, phone, lang):
    path = tmp_path / "board.html"
    path.write_text(phone.replace('{"lang":"en"', f'{{"lang":"{lang}"'), encoding="utf-8")
    visit = Visit(browser)
    visit.context.set_offline(True)
    visit.page.goto(path.as_uri())
    settled(visit.page)
    before = visit.page.evaluate("document.cjsimBoard.settled.sides[1].deals")
    visit.page.evaluate(
        "document.cjsimBoard.turn((state) => { state.dials['product.price'] = 700; })"
    )
    until(visit.page, f"document.cjsimBoard.settled?.sides[1].deals !== {before}")
    settled(visit.page)
    assert visit.page.evaluate("document.documentElement.lang") == lang
    assert visit.wrong == []
    assert {url.split(":")[0] for url in visit.asked} == {"file", "blob"}
    visit.close()


def test_every_view_is_drawn_from_the_pages_own_engine(browser, tmp_path, phone):
    path = tmp_path / "board.html"
    path.write_text(phone, encoding="utf-8")
    visit = Visit(browser, 390, 844)
    visit.page.goto(path.as_uri() + "#phone;n=500;guess=a")
    settled(visit.page)
    for view in ("money", "who", "trail", "lives"):
        visit.page.evaluate(f"document.cjsimBoard.change((s) => {{ s.view = '{view}'; }})")
        if view in ("trail", "lives"):
            until(visit.page, "Boolean(document.cjsimBoard.lives())")
        until(visit.page, "Boolean(document.querySelector('.pic :is(svg, canvas)'))")
    assert visit.page.inner_text("[role=alert]") == ""
    assert visit.wrong == []
    visit.close()


def test_a_folder_has_a_page_that_fetches_its_products_when_they_are_wanted(browser, tmp_path):
    assert pages.save_folder(tmp_path / "site", "en", FEW) == tmp_path / "site"
    names = {path.name for path in (tmp_path / "site").iterdir()}
    assert names == {"index.html", *(f"{name}.json" for name in FEW)}
    told = json.loads((tmp_path / "site" / "flat.json").read_text(encoding="utf-8"))
    assert told["product"]["name"] == "flat"
    with served(tmp_path / "site") as address:
        visit = Visit(browser)
        visit.page.goto(f"{address}/#flat")
        settled(visit.page)
        fetched = [url for url in visit.asked if url.endswith(".json")]
        assert fetched == [f"{address}/flat.json"]
        visit.page.select_option(".prod select", "manicure")
        until(visit.page, "document.cjsimBoard.product.name === 'manicure'")
        settled(visit.page)
        visit.context.set_offline(True)
        visit.page.select_option(".prod select", "flat")  # the server is gone: it says so
        until(visit.page, "document.querySelector('.trouble').textContent !== ''")
        assert visit.page.input_value(".prod select") == "manicure"
        assert visit.wrong == []
        assert visit.outside() == []
        visit.close()


@pytest.mark.parametrize(("lang", "words"), [("en", "http.server"), ("ru", "с диска")])
def test_a_folder_that_nobody_serves_says_so(browser, tmp_path, lang, words):
    folder = pages.save_folder(tmp_path / "site", "en", FEW[:1])
    visit = Visit(browser)
    visit.page.goto(f"{(folder / 'index.html').as_uri()}#manicure;lang={lang}")
    assert words in visit.page.locator("p.unserved").inner_text()
    visit.close()


def test_a_dial_that_the_engine_cannot_serve_is_not_on_the_page(monkeypatch):
    refused = {"strategies.guide.min_fit": "because", "product.price": "because"}
    monkeypatch.setattr(pages, "plan_of", lambda *_: {"refused": refused})
    ids = {
        dial["id"] for dial in pages.parts_of(cjsim.Scenario.load("manicure"))["product"]["dials"]
    }
    assert not ids & {"min_fit", "product.price"}
    assert "accuracy" in ids
