"""A report in a browser: two pages of paper, black on white; a phone's width; nothing asked."""

import re

import pytest

import cjsim
from cjsim.experiment.assumptions import ASSUMPTIONS
from cjsim.experiment.grounds import Grounds, claim_of, without_each
from cjsim.labels import LANGUAGES
from cjsim.report import answer
from tests.lab.browser import Visit, chromium, window

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(chromium() is None, reason="no chromium on PATH")

SMALL = {"people": 40, "runs": 3, "executor": "here"}
GROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module", params=LANGUAGES)
def file(request, tmp_path_factory):
    """The longest report there is: four strategies, every table full, the answer turning thrice."""
    phone = cjsim.Scenario.load("phone").with_changes(
        {"product.price": 500, **{f"stages.{s}.typical_days": 9 for s in ("interest", "desire")}}
    )
    result = cjsim.compare({n: phone.with_strategy(n) for n in phone.strategies}, **SMALL)
    claim = claim_of(result, None, request.param)
    _, table = without_each(claim, list(ASSUMPTIONS)[:9], {"executor": "here"})
    flip = cjsim.flip_point(
        phone, "product.price", claim=f"{claim.other} > {claim.first}", scenarios=claim.sides,
        points=2, **SMALL,
    )  # fmt: skip
    basis = Grounds(claim, "ahead", table, (flip,) * 3)
    path = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    command = "cjsim report compare mine.toml --strategies nothing,pull,guide,animator --deep"
    path.write_text(answer.html(result, request.param, basis=basis, command=command), "utf-8")
    return path


def test_a_report_prints_on_two_pages_and_reads_on_a_phone(file):
    with window() as browser:
        visit = Visit(browser, width=390, height=844)
        visit.page.emulate_media(color_scheme="dark")
        visit.page.goto(file.as_uri())
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert visit.page.evaluate(GROUND) != "rgb(255, 255, 255)"
        visit.picture(f"report-phone-{file.stem}")
        visit.page.get_by_text("product.price").first.wait_for()
        assert visit.page.locator("details[open]").count() == 0
        for fold in visit.page.locator("summary").all():
            fold.click()
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
        paper = visit.page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 2
        visit.page.emulate_media(media="print", color_scheme="dark")
        assert visit.page.evaluate(GROUND) == "rgb(255, 255, 255)"
        assert visit.page.locator("details:visible").count() == 0
        visit.picture(f"report-print-{file.stem}")
        assert visit.asked == [file.as_uri()]  # and nothing else
        assert visit.wrong == []
        visit.close()
