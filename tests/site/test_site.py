"""The site as a whole: its links lead somewhere, nothing comes from elsewhere, it is light."""

import itertools
import re
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from cjsim.labels import text
from cjsim.scenario import presets
from tools.site.reference import PACKAGES
from tools.site.tree import pages_of

MOST = 40e6  # bytes
FETCHED = {
    ("link", "href"),
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
}


class Page(HTMLParser):
    """What a page links to, what it fetches, which places it has, which pictures are mute."""

    def __init__(self, text):
        super().__init__()
        self.links, self.fetched, self.places, self.mute, self.lang = [], [], set(), [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        self.places |= {known[name] for name in ("id", "name") if known.get(name)}
        if tag == "html":
            self.lang = known["lang"]
        if tag == "a" and known.get("href"):
            self.links.append(known["href"])
        self.fetched += [known[at] for name, at in FETCHED if name == tag and known.get(at)]
        if tag == "img" and not known.get("alt"):
            self.mute.append(known["src"])


@cache
def page_at(path):
    return Page(path.read_text(encoding="utf-8"))


def pages(site):
    return sorted(path for path in site.rglob("*.html") if "board" not in path.parts)


def has_place(path, fragment):
    """The board's fragments are settings, not places."""
    isnt_ours = not fragment or path.suffix != ".html" or "board" in path.parts
    return isnt_ours or fragment in page_at(path).places


def test_every_page_is_there(site):
    for lang in ("en", "ru"):
        for name in pages_of(lang):
            assert (site / lang / f"{name}.html").is_file(), name
    for name in ("commands", "keys", *PACKAGES):
        assert (site / "en" / "reference" / f"{name}.html").is_file()
    for name in presets():
        assert (site / "board" / f"{name}.json").is_file()
        for lang, view in itertools.product(("en", "ru"), ("", ";view=trail;guess=skip")):
            link = f"../board/index.html#{name}{view};lang={lang}"
            assert link in page_at(site / lang / "boards.html").links


def test_every_link_and_anchor_leads_somewhere(site):
    lost = []
    for path in pages(site):
        page = page_at(path)
        for link in (*page.links, *page.fetched):
            parts = urlsplit(link)
            if parts.scheme or link.startswith("//"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or not has_place(target, unquote(parts.fragment)):
                lost.append((path.relative_to(site), link))
    assert lost == []


def test_nothing_is_fetched_from_elsewhere(site):
    away = [
        (path.relative_to(site), link)
        for path in pages(site)
        for link in page_at(path).fetched
        if urlsplit(link).netloc or urlsplit(link).scheme not in ("", "data")
    ]
    assert away == []


def test_every_picture_says_what_it_shows(site):
    assert {path.name: page_at(path).mute for path in pages(site) if page_at(path).mute} == {}


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("notebooks/en/01_pull_or_push", "notebooks/ru/01_pull_or_push"),
        ("docs/how-to/fit", "docs/ru/how-to/fit"),
        ("README", "README.ru"),
    ],
)
def test_a_page_says_its_language_and_leads_to_its_twin(site, name, twin):
    for lang, page, other, there in (("en", name, "ru", twin), ("ru", twin, "en", name)):
        shown = page_at(site / lang / f"{page}.html")
        assert shown.lang == lang
        assert f"{'../' * page.count('/')}../{other}/{there}.html" in shown.links


@pytest.mark.parametrize(("lang", "word"), [("en", "Play"), ("ru", "«Пуск»")])
def test_a_lecture_that_says_play_says_where_that_is(site, lang, word):
    """The trail is a picture here; tasks are yet to be done."""
    lecture, tasks = (
        (site / lang / f"{name}.html").read_text(encoding="utf-8")
        for name in (
            f"notebooks/{lang}/02_aida_to_twelve",
            f"exercises/{lang}/release/02_aida_to_twelve/tasks",
        )
    )
    told = re.search(r'<nav class="takealong".*?</nav>', lecture, re.DOTALL)[0]
    assert text("site.ran", lang) in told
    assert word in told
    assert text("site.ran", lang) not in tasks


def test_it_is_light(site):
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < MOST


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_notebook_to_take_along_answers_nothing(site, lang):
    import nbformat

    taken = site / "files" / f"notebooks_{lang}_01_pull_or_push.ipynb"
    notebook = nbformat.read(taken, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code[0].outputs
    assert not any(cell.outputs for cell in code[1:])


def test_search_finds_words_in_both_languages(site):
    for lang, word in (("en", "touchpoint"), ("ru", "проводник")):
        index = (site / lang / "searchindex.js").read_text(encoding="ascii")
        assert word[:7].encode("unicode_escape").decode() in index


def test_the_frame_of_a_russian_page_is_russian(site):
    """What the theme says around each page, but for names and what is called so in Russian too."""
    odd = set()
    titles = r'<div class="(sidebar-tree|toc-tree)">.*?</(div|aside)>|<div class="title">.*?</div>'
    for path in (site / "ru").rglob("*.html"):
        frame = path.read_text(encoding="utf-8")
        for part in (r"<(head|article|script|style)\b.*?</\1>", titles):
            frame = re.sub(part, "", frame, flags=re.DOTALL)
        said = re.findall(r'>([^<>]+)<|(?:aria-label|placeholder)="([^"]*)"', frame)
        odd |= {word for words in said for word in re.findall("[A-Za-z]{3,}", "".join(words))}
    assert odd <= {"cjsim", "Furo"}
