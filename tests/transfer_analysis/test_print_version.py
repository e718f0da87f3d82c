"""The PDF says what the page says, looks set, and is the same bytes every time, for any study."""

import io
import re

import pytest
from pypdf import PdfReader

from tests.transfer_analysis.invented_study import USUAL, invented_summary
from tests.transfer_analysis.test_report import FOUR_ARMS, TEN
from transfer_analysis.figures.gaps import draw_gaps
from transfer_analysis.figures.style import save_figure
from transfer_analysis.report.page import render_page
from transfer_analysis.report.print_version.typesetting import typeset
from transfer_analysis.report.print_version.verification import find_print_problems


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    summary = invented_summary()
    save_figure(draw_gaps(summary), folder / "gaps.svg")
    return render_page(summary, folder)


@pytest.fixture(scope="module")
def pdf(page):
    return typeset(page)


def sheets(pdf):
    return [sheet.extract_text() for sheet in PdfReader(io.BytesIO(pdf)).pages]


def test_the_same_page_gives_the_same_bytes(page, pdf):
    assert typeset(page) == pdf


@pytest.mark.parametrize(
    "arguments",
    [
        {"classes": TEN, "per_class": 20, "accuracies": FOUR_ARMS},
        {"accuracies": {("real", "real"): 0.8}, "n_seeds": 1, "per_class": 1, "classes": ("cat", "dog")},
        {"is_embedded": False, "model": 'a"b\\c#d$e_*[x]@<y>//z', "revision": None, "note": {"a b": "f" * 200}},
        {"note": " ".join(f"word{number}" for number in range(900))},
    ],
)
def test_the_print_version_of_any_study_says_what_the_page_says(arguments, tmp_path):
    page = render_page(invented_summary(arguments.pop("accuracies", USUAL), **arguments), tmp_path)
    assert find_print_problems(typeset(page), page) == []


def test_another_number_anywhere_is_found(page, pdf):
    numbers = re.findall(r'data-source="[^"]*" data-format="p[^"]*">([^<]*)<', page)
    assert len(numbers) > 50
    for number in (numbers[0], numbers[len(numbers) // 2], numbers[-1]):
        other = page.replace(f">{number}<", f">{number.translate(str.maketrans('0123456789', '1234567890'))}<")
        assert len(find_print_problems(pdf, other)) == 1


def test_a_number_that_only_the_print_version_has_is_found(page):
    smuggled = page.replace("<h2 id=", "<p>It reached 77.7 percent.</p><h2 id=", 2)
    assert "77.7" in find_print_problems(typeset(smuggled), page)[0]


def test_a_number_that_heads_a_row_elsewhere_is_found_as_well():
    row = "<table><caption>Sets</caption><tbody><tr><th scope='row'>600</th><td>few</td></tr></tbody></table>"
    head = "<header><h1>Title</h1><div></div></header>"
    page, smuggled = (f"{head}<main>{extra}<p>It was so.</p>{row}</main>" for extra in ("", "<p>600</p>"))
    assert find_print_problems(typeset(page), page) == []
    assert "600" in find_print_problems(typeset(smuggled), page)[0]


def test_it_is_set_for_paper(pdf):
    reader = PdfReader(io.BytesIO(pdf))
    text = sheets(pdf)
    assert {tuple(map(round, sheet.mediabox[2:])) for sheet in reader.pages} == {(595, 842)}
    assert reader.metadata.title.startswith("Fauxtograph")
    for number, sheet in enumerate(text, start=1):
        assert sheet.rstrip().endswith(str(number))
        assert number == 1 or sheet.startswith("Fauxtograph ")
    assert "points of accuracy (95 % interval" in " ".join(text[0].split())
    whole = "\n".join(text)
    assert "Figure 1. What is lost by training on other images" in whole
    tables = [int(number) for number in re.findall(r"^Table (\d+)\.", whole, re.MULTILINE)]
    assert tables == list(range(1, len(tables) + 1))


def test_figures_are_vectors_and_fonts_are_embedded(pdf):
    reader = PdfReader(io.BytesIO(pdf))
    assert not [image for sheet in reader.pages for image in sheet.images]
    for sheet in reader.pages:
        for font in sheet["/Resources"].get("/Font", {}).values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & descriptor.keys()
