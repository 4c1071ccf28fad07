"""A browser on the site, which reaches nothing but the site."""

from contextlib import contextmanager

from benchmarks.board import served
from tests.lab.browser import window


@contextmanager
def visiting(site, size, patience):
    """A page of so many pixels that waits so many milliseconds at most.

    `page.address` is where the site is served, `page.wrong` what went wrong: errors, what the
    console is told as one, and every request that leaves.
    """
    with served(site) as address, window() as browser:
        page = browser.new_page(viewport=size)
        page.set_default_timeout(patience)
        page.address, page.wrong = address, []
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on("console", lambda m: page.wrong.append(m.text) if m.type == "error" else None)
        page.on("request", lambda request: note_if_away(page, request.url))
        yield page


def note_if_away(page, url):
    if not url.startswith((page.address, f"blob:{page.address}", "data:")):
        page.wrong.append(url)
