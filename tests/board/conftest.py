import pytest

from tests.board.stand import Stand, html
from tests.lab.browser import chromium, window


@pytest.fixture(scope="module")  # while one is open its loop runs, and no other can
def browser():
    if chromium() is None:
        pytest.skip("no Chromium on this machine")
    with window() as opened:
        yield opened


@pytest.fixture(scope="package")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("board") / "board.html"
    path.write_text(html(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def visitor(browser, file):
    """One window for a whole file of tests; each opens the address it wants."""
    opened = Stand(browser, file)
    yield opened
    opened.close()
    assert opened.wrong == []
