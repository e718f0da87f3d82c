"""The report is one self-contained page, right for any study, and a number that is not the summary's is caught."""

import copy
import re
from collections import Counter
from pathlib import Path

import html5lib
import pytest

from photographs.atomic_files import read_json
from tests.transfer_analysis.invented_study import USUAL, invented_summary
from tests.transfer_analysis.whole_report import draw_blank_figures, whole_sources
from transfer_analysis.report.falling_classes import write_falling_classes
from transfer_analysis.report.figures import FIGURES
from transfer_analysis.report.numbers import FORMATS
from transfer_analysis.report.page import render_page
from transfer_analysis.report.verification import find_problems

TEN = tuple(f"class{number}" for number in range(10))
FOUR_ARMS = {**USUAL, **{("real_half", domain): 0.6 for domain in ("real", "synthetic", "mixture")}}


@pytest.fixture(scope="module")
def summary():
    return invented_summary()


@pytest.fixture(scope="module")
def page(summary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    for figure in FIGURES:
        (folder / f"{figure.name}.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>1</text></svg>')
    return render_page(summary, folder)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"classes": ("cat", "dog")},
        {"classes": TEN, "per_class": 20},
        {"n_seeds": 1},
        {"accuracies": FOUR_ARMS},
        {"accuracies": {("real", "real"): 0.8}, "n_seeds": 1, "per_class": 1},
        {"accuracies": dict.fromkeys(USUAL, 1 / 6)},
        {"per_class": 1},
        {"is_embedded": False, "model": "stabilityai/sd-turbo", "revision": None, "note": {"a b": [1, {"c": None}]}},
    ],
)
def test_every_number_of_any_study_has_its_source(arguments, tmp_path):
    summary = invented_summary(arguments.pop("accuracies", None), **arguments)
    assert find_problems(render_page(summary, tmp_path), summary) == []


def test_a_changed_number_is_caught(page, summary):
    shown = FORMATS["percent"](summary["transfer"]["synthetic"]["real"]["accuracy"]["mean"])
    assert find_problems(page, summary) == []
    problems = find_problems(page.replace(f">{shown}<", ">99.9\u00a0%<", 1), summary)
    assert len(problems) == 1
    assert "/transfer/synthetic/real/accuracy/mean" in problems[0]


def test_a_changed_summary_is_caught(page, summary):
    changed = copy.deepcopy(summary)
    changed["gaps"]["real_to_synthetic"]["mean"] += 0.01
    assert any("/gaps/real_to_synthetic/mean" in problem for problem in find_problems(page, changed))


@pytest.mark.parametrize(
    "smuggled",
    [
        "<p>It reached 77.7 percent.</p>",
        "<p data-literal>77.7</p>",
        '<p data-source="/no/such/place" data-format="percent">77.7 %</p>',
        '<p data-source="/study/chance" data-format="unheard">77.7 %</p>',
        '<img alt="77.7 percent" src="data:,">',
    ],
)
def test_a_number_without_a_source_is_caught(page, summary, smuggled):
    assert len(find_problems(page.replace("</main>", smuggled + "</main>"), summary)) == 1


def test_page_loads_nothing_runs_nothing_and_is_well_formed(page):
    html5lib.HTMLParser(strict=True).parse(page)
    assert "<script" not in page
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page) + re.findall(r"url\(([^)]*)\)", page)
    assert addresses
    assert all(
        address.startswith(("data:image/svg+xml;base64,", "data:text/csv;base64,", "#")) for address in addresses
    )


def test_page_can_be_read_by_structure(page):
    document = html5lib.parse(page, namespaceHTMLElements=False)
    assert document.get("lang") == "en"
    assert len(list(document.iter("h1"))) == 1
    assert [image.get("alt") for image in document.iter("img")] == [figure.alternative for figure in FIGURES]
    assert all(table.find("caption") is not None for table in document.iter("table"))
    ids = {element.get("id") for element in document.iter()}
    assert all(element.get("aria-labelledby") in ids for element in document.iter("section"))


def test_no_two_landmarks_of_a_page_with_all_parts_have_one_name(tmp_path):
    draw_blank_figures(tmp_path)
    sources = whole_sources()
    page = render_page(sources, tmp_path)
    assert find_problems(page, sources) == []
    document = html5lib.parse(page, namespaceHTMLElements=False)
    headings = {heading.get("id"): "".join(heading.itertext()) for heading in document.iter("h2")}
    names = [headings[section.get("aria-labelledby")] for section in document.iter("section")]
    names += [element.get("aria-label") for element in document.iter() if element.get("aria-label")]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_row_of_every_table_has_a_header(tmp_path):
    document = html5lib.parse(render_page(whole_sources(), tmp_path), namespaceHTMLElements=False)
    rows = document.findall(".//tbody/tr")
    assert len(rows) > 100
    assert ["".join(row.itertext()) for row in rows if row.find("th[@scope='row']") is None] == []


def test_the_page_opens_with_who_made_the_images(tmp_path):
    embedded = render_page(invented_summary(), tmp_path)
    assert embedded.index("not from a Stability AI model") < embedded.index('id="answer"')
    hub = invented_summary(is_embedded=False, model="stabilityai/sd-turbo", revision="abc")
    assert "stand-in" not in render_page(hub, tmp_path)
    assert render_page(hub, tmp_path).index("stabilityai/sd-turbo") < render_page(hub, tmp_path).index('id="answer"')
    folder = invented_summary(is_embedded=False, model="CIFAKE", pipeline_class=None)
    assert "Images from a folder" in render_page(folder, tmp_path)


def test_what_the_embedded_generator_learned_from_is_a_limit(tmp_path):
    published = read_json(Path(__file__).parents[2] / "transfer_analysis" / "published_results.json")
    page = render_page(invented_summary() | {"published_results": published}, tmp_path)
    assert "The embedded generator itself learned from the training photographs" in page
    assert "this study’s embedded one" in page
    hub = invented_summary(is_embedded=False, model="stabilityai/sd-turbo") | {"published_results": published}
    assert "embedded generator" not in render_page(hub, tmp_path)
    assert "embedded one" not in render_page(hub, tmp_path)


def test_nothing_is_said_to_differ_in_published_results_that_may_be_as_in_this_study(tmp_path):
    published = read_json(Path(__file__).parents[2] / "transfer_analysis" / "published_results.json")
    sources = invented_summary(classes=TEN, per_class=20) | {"published_results": published}
    (caption,) = (figure.caption for figure in FIGURES if figure.name == "published_results")
    for words in ("differs", "other generators", "other networks", "all ten classes"):
        assert words not in caption
    assert "differs" not in render_page(sources, tmp_path)
    assert find_problems(render_page(sources, tmp_path), sources) == []


def test_images_of_different_arithmetic_are_told_at_the_top(tmp_path):
    summary = invented_summary()
    assert "different arithmetic" not in render_page(summary, tmp_path)
    summary["provenance"]["generated_images"]["arithmetic"] = {"cpu float32": 2000, "cuda float16": 34}
    page = render_page(summary, tmp_path)
    assert page.index("different arithmetic") < page.index("cuda float16") < page.index('id="answer"')
    assert "2,000 images by cpu float32, 34 images by cuda float16. The same settings" in text_of(page)
    assert find_problems(page, summary) == []


def test_images_that_a_classifier_selected_are_told_at_the_top(tmp_path):
    summary = invented_summary()
    assert "Selected." not in render_page(summary, tmp_path)
    summary["provenance"]["generated_images"]["rejected"] = 4321
    page = render_page(summary, tmp_path)
    assert page.index("Selected.") < page.index("4,321") < page.index('id="answer"')
    assert find_problems(page, summary) == []


def test_prompts_that_were_counted_among_photographs_are_said_at_the_top(tmp_path):
    summary = invented_summary()
    assert "Prompts that were counted." not in render_page(summary, tmp_path)
    summary["study"]["generator"]["settings"] = {"prompts": {"counted_among": "photographs of newts"}}
    page = render_page(summary, tmp_path)
    assert page.index("Prompts that were counted.") < page.index("photographs of newts") < page.index('id="answer"')
    assert find_problems(page, summary) == []


def test_long_lists_of_words_are_cut_in_the_table_of_the_generator(tmp_path):
    summary = invented_summary()
    words = [f"newt that is called {letter}" for letter in "aabcdefghijkl"]
    summary["study"]["generator"]["settings"] = {"prompts": {"class_words": {"frog": words, "cat": words[:4]}}}
    page = render_page(summary, tmp_path)
    assert page.count("called a") == page.count("called c") == 2
    assert page.count("called h") == 1
    assert "called i" not in page
    assert page.count(", …") == 1
    assert find_problems(page, summary) == []


def test_names_from_a_study_cannot_inject_markup(tmp_path):
    page = render_page(invented_summary(model="<b>bold</b>"), tmp_path)
    assert "<b>bold</b>" not in page


def test_the_workflows_captions_are_the_reports_and_hold_no_numbers():
    folder = Path(__file__).parents[2] / "rules" / "report_captions"
    for figure in FIGURES:
        caption = (folder / f"{figure.name}.rst").read_text(encoding="utf-8")
        assert " ".join(caption.split()) == figure.caption
        assert not re.search(r"\d", caption)


@pytest.mark.parametrize("name", ["network_similarity", "linear_probes", "layer_transplant"])
def test_what_may_be_luck_is_no_fact_of_a_caption(name):
    (caption,) = (figure.caption for figure in FIGURES if figure.name == name)
    assert "beyond their intervals" in caption
    assert "the text says" in caption


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("percent", 0.8125, "81.2\u00a0%"),
        ("points", -0.0321, "−3.2"),
        ("points", 0.5, "+50.0"),
        ("points", -0.0001, "0.0"),
        ("points_range", [-0.01, 0.02], "−1.0 to +2.0"),
        ("p_value", 0.00049, "< 0.001"),
        ("p_value", 1.0, "1.000"),
        ("count", 60000, "60,000"),
        ("text", None, "none"),
        ("text", True, "yes"),
    ],
)
def test_numbers_are_written_as_specified(kind, value, text):
    assert FORMATS[kind](value) == text


def text_of(page):
    return " ".join(re.sub(r"<[^>]*>", "", page).split())


def test_one_network_was_trained_once_and_one_image_is_one(tmp_path):
    summary = invented_summary(n_seeds=1)
    summary["provenance"]["generated_images"] |= {"rejected": 1}
    text = text_of(render_page(summary, tmp_path))
    assert "Each was trained once. Then" in text
    assert "1 drawn image was refused by a classifier, which did not take it for its class" in text


def test_a_gap_beyond_all_that_there_is_is_not_named_as_detectable(tmp_path):
    summary = invented_summary()
    summary["gaps"]["synthetic_to_real"]["minimum_detectable_effect"] = 2.376
    page = render_page(summary, tmp_path)
    assert "237.6" not in page
    assert find_problems(page, summary) == []


def test_how_large_a_gap_may_be_is_left_to_the_interval(page):
    text = text_of(page)
    assert "still be hiding" not in text
    assert "what this study was able to find; how large a gap may be that was not detected, its interval says" in text


def test_a_mixture_is_called_at_home_by_its_share_only_where_it_is(tmp_path):
    summary = invented_summary()
    assert "the kind of images that it was trained on" in text_of(render_page(summary, tmp_path))
    summary["study"]["mixture_test_share"] = 0.9
    text = text_of(render_page(summary, tmp_path))
    assert "at home, tested on the test set of its own name" in text
    assert "The test set of both kinds holds 90.0 % generated images" in text


def test_images_of_a_folder_are_not_said_to_have_prompts(tmp_path):
    summary = invented_summary()
    summary["study"]["generator"] |= {"is_embedded": False, "pipeline_class": None}
    text = text_of(render_page(summary, tmp_path))
    assert "hold for these generated images, this network" in text
    assert "with these prompts" not in text


def test_two_classes_have_one_other(tmp_path):
    summary = invented_summary(classes=("cat", "dog"))
    gap = summary["gaps"]["synthetic_to_real"] | {"alarming_classes": ["cat"]}
    summary["gaps"]["synthetic_to_real"] = gap
    assert "beyond the other class (" in text_of(write_falling_classes(summary, "synthetic_to_real"))
    gap["alarming_classes"] = []
    assert "to fall further than the other;" in text_of(write_falling_classes(summary, "synthetic_to_real"))
