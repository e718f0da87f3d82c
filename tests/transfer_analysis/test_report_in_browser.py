"""The report in a real browser: for a telephone, in the dark, by keyboard, and for whoever cannot see it."""

import pytest

from tests.transfer_analysis.whole_report import draw_blank_figures, whole_sources
from tests.webserver.browser import CHROMIUM
from transfer_analysis.figures.gaps import draw_gaps
from transfer_analysis.figures.style import save_figure
from transfer_analysis.report.page import render_page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium (NOT TESTED: the page)")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    sources = whole_sources()
    draw_blank_figures(folder)
    save_figure(draw_gaps(sources), folder / "gaps.svg")
    (folder / "report.html").write_text(render_page(sources, folder), encoding="utf-8")
    return (folder / "report.html").as_uri()


def opened(chromium, address, width, scheme="light"):
    page = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
    page.goto(address)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_hangs_over_the_edge_of_a_telephone(chromium, address, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(chromium, address, 360, scheme)
    assert [found["id"] for found in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    for caption in page.locator("caption").all():
        assert caption.bounding_box()["width"] <= 360
    page.context.close()


def test_the_keyboard_reaches_the_answer_first_and_then_every_section(chromium, address):
    page = opened(chromium, address, 1000)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the answer"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.url.endswith("#answer")
    links = page.locator("nav a").all()
    assert [link.inner_text() for link in links] == [heading.inner_text() for heading in page.locator("h2").all()]
    links[-1].click()
    assert page.locator("#provenance-heading").bounding_box()["y"] < 800
    page.context.close()
