"""The board in JupyterLab: its engine the kernel, its theme that of the notebook."""

import os
import re
import signal

import psutil
import pytest

from tests.lab.browser import Visit, jupyterlab

SHADOW = """() => {
  window.inBoard = (what) => {
    const outputs = [...document.querySelectorAll('.jp-OutputArea-output *')];
    const hosts = outputs.filter((one) => one.shadowRoot);
    return [...hosts[0]?.shadowRoot.querySelectorAll(what) ?? []];
  };
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with jupyterlab(tmp_path_factory.mktemp("jupyter")) as at:
        yield at


@pytest.fixture
def notebook(browser, address):
    visit = Visit(browser, 1366, 1000)
    visit.page.goto(f"{address}/lab/tree/en/lab.ipynb?reset")
    visit.run_cell()
    visit.page.evaluate(SHADOW)
    yield visit
    visit.close()
    assert visit.outside() == []


def bars(visit):
    return visit.page.evaluate("inBoard('.pic .bar').map((bar) => bar.getAttribute('width'))")


def settled(visit, more_than=0):
    visit.page.wait_for_function(
        "(n) => inBoard('.pic .bar').length > n && !inBoard('.working').length", arg=more_than
    )
    visit.page.wait_for_timeout(300)  # the bars take so long to their new length


def kernels_of(address):
    """The kernels of the server that listens at an address."""
    port = int(re.search(r":(\d+)", address)[1])
    for process in psutil.Process().children(recursive=True):
        if any(c.laddr.port == port for c in process.net_connections()):
            return [p for p in process.children() if "ipykernel" in " ".join(p.cmdline())]
    return []


def test_a_dial_moves_the_picture_and_a_lost_kernel_greys_it(notebook, address, tmp_path):
    page = notebook.page
    settled(notebook)
    page.locator("[data-f=guess-1]").click()
    settled(notebook, 23)
    before = bars(notebook)
    page.locator("[data-f=box-accuracy-1]").fill("0,95")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "(old) => inBoard('.pic .bar')[21].getAttribute('width') !== old", arg=before[21]
    )
    settled(notebook, 23)
    assert page.locator(".jp-Cell").count() == 2  # no key has cut a cell
    page.locator("[data-f=undo]").click()
    page.wait_for_function(
        "(old) => inBoard('.pic .bar')[21].getAttribute('width') === old", arg=before[21]
    )

    page.locator("[data-f=product]").select_option("car")
    page.wait_for_function("() => inBoard('.lead')[0].textContent.startsWith('Car')")
    settled(notebook, 23)
    notebook.picture("notebook")

    mine = tmp_path / "mine.toml"
    for words in ('extends = "phone"\nname = "mine"\ntitle = "My thing"\n', "extends = 3\n"):
        mine.write_text(words, encoding="utf-8")
        with page.expect_file_chooser() as chooser:
            page.locator("[data-ex=load_file]:visible").click()
        chooser.value.set_files(mine)
        page.wait_for_function("() => inBoard('.lead')[0].textContent.startsWith('My thing')")
    page.wait_for_function("() => inBoard('.trouble')[0].textContent.includes('mine.toml')")

    page.evaluate("() => { document.body.dataset.jpThemeLight = 'false' }")
    page.wait_for_function("() => inBoard('.board')[0].dataset.theme === 'dark'")
    page.evaluate("() => { document.body.dataset.jpThemeLight = 'true' }")

    for process in kernels_of(address):
        os.kill(process.pid, signal.SIGSTOP)
    try:
        page.locator("[data-f=box-accuracy-1]").fill("0.31")
        page.keyboard.press("Enter")
        page.wait_for_function("() => inBoard('.board.lost').length === 1")
        assert "older than the dials" in page.evaluate("inBoard('.lostwords')[0].textContent")
    finally:
        for process in kernels_of(address):
            os.kill(process.pid, signal.SIGCONT)
    page.wait_for_function("() => inBoard('.board.lost').length === 0")
