"""Figures can be drawn for any study, byte for byte the same, and tell arms apart by colour and by shape."""

import itertools
import xml.etree.ElementTree as ET

import matplotlib.text
import numpy as np
import pytest

from photographs.atomic_files import CorruptFileError
from photographs.photo_set import PhotoSet
from tests.transfer_analysis.invented_representations import invented_representations
from tests.transfer_analysis.invented_study import USUAL, invented_summary
from transfer_analysis.figures.confusion_differences import draw_confusion_differences
from transfer_analysis.figures.confusion_matrices import draw_confusion_matrices
from transfer_analysis.figures.feature_map import draw_feature_map
from transfer_analysis.figures.gaps import draw_gaps
from transfer_analysis.figures.known_answers import draw_known_answers
from transfer_analysis.figures.layer_transplant import draw_layer_transplant
from transfer_analysis.figures.mixtures import draw_mixtures
from transfer_analysis.figures.per_class_recall import draw_per_class_recall
from transfer_analysis.figures.sample_sheets import draw_sample_sheets
from transfer_analysis.figures.style import looks, save_figure
from transfer_analysis.figures.training_curves import draw_training_curves
from transfer_analysis.figures.transfer_matrix import draw_transfer_matrix
from transfer_analysis.training_metrics import Course, read_course

SUMMARY_FIGURES = [
    draw_transfer_matrix,
    draw_confusion_matrices,
    draw_confusion_differences,
    draw_per_class_recall,
    draw_gaps,
]
EIGHT_ARMS = ["real", "synthetic", "mixture", *(f"real_share_{share}" for share in (10, 20, 30, 40, 50))]


@pytest.fixture(scope="module")
def extremes():
    eight = {(arm, domain): 0.5 for arm in EIGHT_ARMS for domain in ("real", "synthetic")}
    return {
        "ten classes, eight arms": invented_summary(eight, classes=[f"class {n}" for n in range(10)], per_class=5),
        "two classes, one arm, one seed": invented_summary(
            {("real", "real"): 1.0}, classes=("cat", "dog"), n_seeds=1, per_class=2
        ),
    }


@pytest.mark.parametrize("draw", SUMMARY_FIGURES)
@pytest.mark.parametrize("study", ["ten classes, eight arms", "two classes, one arm, one seed"])
def test_any_study_can_be_drawn(draw, study, extremes, tmp_path):
    save_figure(draw(extremes[study]), tmp_path / "figure.svg")
    assert ET.parse(tmp_path / "figure.svg").getroot().tag.endswith("svg")


def test_the_same_summary_gives_the_same_bytes_and_no_text_that_needs_a_font(tmp_path):
    summary = invented_summary(USUAL)
    for name in ("a", "b"):
        save_figure(draw_gaps(summary), tmp_path / f"{name}.svg")
    content = (tmp_path / "a.svg").read_text()
    assert content == (tmp_path / "b.svg").read_text()
    assert "<text" not in content
    assert "<dc:date>" not in content


def test_arms_keep_their_looks_and_no_two_share_one():
    assert looks(["mixture", "real"])["real"] == looks(["real", "synthetic"])["real"]
    assert len({look.colour for look in looks(EIGHT_ARMS).values()}) == 8
    assert len({look.marker for look in looks(EIGHT_ARMS).values()}) == 8


def test_many_further_arms_share_colours_but_neither_markers_nor_looks():
    further = [f"steps {number}" for number in range(50)]
    assert len({look.marker for look in looks(further[:10]).values()}) == 10
    assert len(set(looks(further).values())) == 50
    assert not {look.marker for look in looks(further).values()} & {
        look.marker for look in looks(["real", "synthetic", "mixture"]).values()
    }


@pytest.mark.parametrize("classes", [("cat", "dog"), tuple("abcdef")])
def test_names_of_long_arms_keep_to_their_own_matrix(classes):
    arms = ("real", "nine_tenths_generated_images", "a_twentieth_of_real_photographs")
    figure = draw_confusion_matrices(
        invented_summary({(arm, domain): 0.6 for arm in arms for domain in arms}, classes=classes, per_class=4)
    )
    figure.draw_without_rendering()
    named = [axes.yaxis.label.get_window_extent() for axes in figure.axes if axes.get_ylabel()]
    titled = [axes.title.get_window_extent() for axes in figure.axes if axes.get_title()]
    assert (len(named), len(titled)) == (3, 3)
    for boxes in (named, titled):
        assert not any(first.overlaps(second) for first, second in itertools.combinations(boxes, 2))


def test_kinds_on_the_feature_map_are_told_apart_without_colour():
    figure = draw_feature_map(invented_representations(per_class=8))
    marks = [line for axes in figure.axes for line in axes.lines if line.get_marker() in ("o", "s")]
    assert {(line.get_marker(), line.get_markerfacecolor() == "none") for line in marks} == {("o", False), ("s", True)}
    labels = {text.get_text() for text in figure.legends[0].texts}
    assert labels == {"real photographs", "generated images"}


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text)]


def almost_nothing_lost(name):
    """Return a figure whose every written difference is 0.04 points below zero."""
    nothing = {"mean": -0.0004, "ci95": [-0.01, 0.01], "p_value_holm": 1.0}
    if name == "known answers":
        return draw_known_answers(
            {"stand_ins": [{"name": "held_out", "gap": nothing}], "images_per_class": 9, "n_seeds": 3}
        )
    if name == "mixtures":
        accuracy = {"mean": 0.5, "ci95": [0.4, 0.6]}
        alone = {"name": "alone", "real": 9, "synthetic": 0, "accuracy": accuracy, "control": None}
        mixed = {**alone, "name": "mixed", "synthetic": 9, "control": "alone", "gain": nothing}
        return draw_mixtures({"points": [alone, mixed], "chance": 0.1, "n_seeds": 3})
    if name == "layer transplant":
        representations = invented_representations(per_class=8)
        for entry in representations["transplant"]["depths"][1:]:
            entry["gap"] |= nothing
        return draw_layer_transplant(representations)
    summary = invented_summary(USUAL, per_class=4)
    for gap in summary["gaps"].values():
        gap |= nothing
        gap["confusion_difference"]["difference"] = np.full((6, 6), -0.005).tolist()
    return draw_gaps(summary) if name == "gaps" else draw_confusion_differences(summary)


@pytest.mark.parametrize(
    ("name", "nothing"),
    [
        *((name, "0.0") for name in ("gaps", "mixtures", "known answers", "layer transplant")),
        ("confusion differences", "0"),
    ],
)
def test_a_difference_that_rounds_to_zero_has_no_sign(name, nothing):
    written = texts(almost_nothing_lost(name))
    assert nothing in written
    assert f"−{nothing}" not in written


@pytest.mark.parametrize("n_seeds", [1, 3])
def test_curves_of_seeds_that_stopped_at_different_steps_can_be_drawn(n_seeds, tmp_path):
    summary = invented_summary(USUAL, n_seeds=n_seeds)
    courses = {arm: [Course([10, 20 + seed], [0.3, 0.8]) for seed in range(n_seeds)] for arm in summary["transfer"]}
    figure = draw_training_curves(summary, courses)
    save_figure(figure, tmp_path / "figure.svg")
    # The learning rate ends at zero, which levels every curve.
    assert "level does not mean trained out" in figure.texts[1].get_text()


def test_metrics_are_read_by_step_and_a_resumed_step_counts_as_told_last(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text(
        '{"step": 5, "val_accuracy": 0.2}\n{"step": 7, "val_accuracy": null}\n{"step": 5, "val_accuracy": 0.3}\n'
    )
    assert read_course(path) == Course([5], [0.3])
    path.write_text('{"step": 5, "val_acc')
    with pytest.raises(CorruptFileError, match="line 1"):
        read_course(path)
    path.write_text("")
    with pytest.raises(CorruptFileError, match="no line"):
        read_course(path)


def photos(per_class: int, classes=("cat", "dog"), size: int = 32) -> PhotoSet:
    n = per_class * len(classes)
    images_nhwc = np.random.default_rng(0).integers(0, 256, (n, size, size, 3), np.uint8)
    return PhotoSet(images_nhwc, np.repeat(np.arange(len(classes)), per_class), np.arange(n), tuple(classes))


def test_sheets_of_unequal_sets_can_be_drawn_and_of_unequal_classes_not(tmp_path):
    save_figure(draw_sample_sheets(photos(12), photos(3)), tmp_path / "figure.svg")
    assert "image-rendering" in (tmp_path / "figure.svg").read_text()
    with pytest.raises(ValueError, match="classes"):
        draw_sample_sheets(photos(3), photos(3, classes=("cat", "frog")))
