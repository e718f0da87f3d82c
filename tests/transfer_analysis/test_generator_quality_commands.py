"""From photographs and features on the disk to quality.json, its tables, figures, words and the model's card."""

import copy
import csv
import json

import numpy as np
import pytest

from data_set_export.photos_manifest import Generator, PhotosManifest
from photographs.photo_set import PhotoSet, write_photo_set
from tests.transfer_analysis.invented_study import describe, invented_summary
from tests.transfer_analysis.test_commands import command
from transfer_analysis.features import Features, write_features
from transfer_analysis.generator_quality.near_copies import copying_verdict
from transfer_analysis.generator_quality.tables import read_pairs
from transfer_analysis.report.generator_quality_answer import quality_in_words, write_quality_answer
from transfer_analysis.report.page import render_page
from transfer_analysis.report.verification import find_problems
from workflow_scripts.write_model_card_results import with_quality

CLASSES = ("cat", "dog")
SIZES = {"real": 100, "generated": 60, "training": 150, "test": 80}


def photo_set(name: str) -> PhotoSet:
    """Return random pictures, among the generated ones of each class copies.

    The first 24 are mirrored training photographs, the next four test photographs.
    """
    per_class = SIZES[name]
    random = np.random.default_rng(sorted(SIZES).index(name))
    coarse = random.integers(0, 256, (2 * per_class, 4, 4, 3), np.uint8)
    images_nhwc = coarse.repeat(8, axis=1).repeat(8, axis=2)
    if name == "generated":
        training = photo_set("training").images_nhwc[:, :, ::-1]
        images_nhwc[:24], images_nhwc[per_class : per_class + 24] = training[:24], training[-24:]
        copied = np.split(photo_set("test").images_nhwc[76:84], 2)
        images_nhwc[24:28], images_nhwc[per_class + 24 : per_class + 28] = copied
    return PhotoSet(
        images_nhwc, np.repeat([0, 1], per_class).astype(np.int32), np.arange(2 * per_class) % per_class, CLASSES
    )


def features_of(photos: PhotoSet, classifier: int) -> Features:
    """Return the features of an invented classifier: coarse pixels, and three right answers in four."""
    tiles = photos.images_nhwc[:, ::8, ::8, 0].reshape(len(photos), -1) / 255
    mirrored = photos.images_nhwc[:, ::8, ::-1][:, :, ::8, 0].reshape(len(photos), -1) / 255
    logits_nk = np.eye(2)[np.where(np.arange(len(photos)) % 4 == classifier, 1 - photos.labels, photos.labels)]
    return Features(
        (tiles + classifier).astype(np.float32),
        (mirrored + classifier).astype(np.float32),
        logits_nk.astype(np.float32),
        photos.labels,
        photos.indices,
        CLASSES,
        f"classifier {classifier}",
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    for name in SIZES:
        photos = photo_set(name)
        write_photo_set(folder / f"{name}.npz", photos)
        for classifier in (0, 1):
            write_features(folder / f"{name}_features_{classifier}.npz", features_of(photos, classifier))
    (folder / "manifest.json").write_text(describe()[2].model_dump_json())
    return folder


def analyse(files, output, **changed):
    flags = {
        **{name: files / f"{name}.npz" for name in SIZES},
        "real_features": (files / "real_features_0.npz", files / "real_features_1.npz"),
        "generated_features": (files / "generated_features_0.npz", files / "generated_features_1.npz"),
        "training_features": files / "training_features_0.npz",
        "test_features": files / "test_features_0.npz",
        "validation_features": files / "real_features_0.npz",
        "synthetic_manifest": files / "manifest.json",
        "classifier": '{"arm": "real", "train_images_per_class": 600, "training": {"steps": 320}}',
        "seed": 0,
        "output": output / "quality.json",
        "tables": output,
        "pairs": output / "closest_pairs.csv",
    }
    return command("analyse_generator_quality", **{**flags, **changed})


@pytest.fixture(scope="module")
def analysed(files, tmp_path_factory):
    output = tmp_path_factory.mktemp("analysed")
    assert analyse(files, output) is None
    return output


@pytest.fixture
def quality(analysed):
    return json.loads((analysed / "quality.json").read_text())


def test_quality_counts_what_was_put_in(quality):
    assert quality["recognised"]["overall"]["generated"]["mean"] == 0.75
    assert quality["method"]["images_per_class_and_half"] == 30
    assert quality["photographs"]["generated"]["images_per_class"] == [60, 60]
    assert len(quality["overall_by_classifier"]) == 2
    for space in ("pixels", "features"):
        for searched, copies in (("training", 48), ("test", 8)):
            entry = quality["near_copies"][searched][space]
            assert entry["generated_share"] >= copies / 120
            assert copying_verdict(entry) == "copies"
            assert entry["control"]["photographs_per_class"] == 80
    assert "reading" not in quality


def test_pairs_name_the_photographs_that_were_copied(analysed):
    pairs = [pair for pair in read_pairs(analysed / "closest_pairs.csv") if pair.kind == "generated"]
    copies = [pair for pair in pairs if pair.searched == "training"]
    for space in ("pixels", "features"):
        closest = [pair for pair in copies if pair.space == space][:48]
        assert {(pair.image_class, pair.image_index) for pair in closest} == {
            (name, index) for name in CLASSES for index in range(24)
        }
        assert all(pair.mirrored and pair.distance == pytest.approx(0, abs=1e-6) for pair in closest)
        assert {pair.photo_index for pair in closest if pair.photo_class == "dog"} == set(range(126, 150))
        closest = [pair for pair in pairs if (pair.searched, pair.space) == ("test", space)][:8]
        assert {(pair.image_class, pair.image_index) for pair in closest} == {
            (name, index) for name in CLASSES for index in range(24, 28)
        }
        assert {pair.photo_index for pair in closest if pair.photo_class == "cat"} == set(range(76, 80))
        assert not any(pair.mirrored or pair.distance > 1e-6 for pair in closest)


def test_the_table_holds_every_statistic_of_every_class(analysed, quality):
    with open(analysed / "generator_quality.csv", newline="") as file:
        rows = {(row["group"], row["statistic"]): row for row in csv.DictReader(file)}
    assert len(rows) == 3 * 7
    entry = quality["per_class"]["dog"]["coverage"]
    assert float(rows["dog", "coverage"]["value"]) == pytest.approx(entry["value"], rel=1e-5)
    assert float(rows["dog", "coverage"]["null"]) == pytest.approx(entry["null"], rel=1e-5)


def test_figures_can_be_drawn(files, analysed, tmp_path):
    part = tmp_path / "generator_quality.json"
    part.write_text((analysed / "quality.json").read_text())
    drawn = {"figure": "generator_quality", "parts": part, "output": tmp_path / "quality.svg"}
    assert command("plot_part", **drawn) is None
    inputs = {"quality": part, "pairs": analysed / "closest_pairs.csv"}
    inputs |= {name: files / f"{name}.npz" for name in SIZES}
    assert command("plot_near_copies", **inputs, output=tmp_path / "near_copies.svg") is None
    assert (tmp_path / "quality.svg").read_text().startswith("<?xml")
    assert "image-rendering" in (tmp_path / "near_copies.svg").read_text()


def test_the_same_inputs_give_the_same_bytes(files, analysed, tmp_path):
    assert analyse(files, tmp_path) is None
    for name in ("quality.json", "generator_quality.csv", "near_copies.csv", "closest_pairs.csv"):
        assert (tmp_path / name).read_bytes() == (analysed / name).read_bytes()


def test_mismatched_inputs_are_one_clear_line(files, tmp_path):
    one_file = {"real_features": files / "real_features_0.npz"}
    assert "give one of each a classifier" in analyse(files, tmp_path, **one_file)
    swapped = {"real_features": (files / "real_features_1.npz", files / "real_features_0.npz")}
    assert "two different classifiers" in analyse(files, tmp_path, **swapped)
    other_photos = {"generated": files / "real.npz"}
    assert "not those of the photographs" in analyse(files, tmp_path, **other_photos)
    assert not (tmp_path / "quality.json").exists()


def in_words(quality):
    return quality_in_words(quality).replace("\u00a0", " ")


def with_difference(entries, **sides):
    for statistic, side in sides.items():
        ends = {"below": [-0.2, -0.1], "like": [-0.1, 0.1], "above": [0.1, 0.2]}[side]
        entries[statistic]["difference"] = {"mean": sum(ends) / 2, "ci95": ends}


def test_the_words_follow_the_numbers(quality):
    assert "75.0 % of the generated images" in in_words(quality)
    changed = copy.deepcopy(quality)
    for side, words in (("above", "more densely"), ("below", "more thinly")):
        with_difference(changed["overall"], density=side)
        assert f"{words} than real photographs" in in_words(changed)


def test_copies_are_spoken_of_only_where_the_unseen_photographs_are_not_as_near(quality):
    assert in_words(quality).count("copies; look at the closest pairs") == 4
    crowding = copy.deepcopy(quality)
    with_difference(crowding["overall"], density="above")
    entries = [entry for by_space in crowding["near_copies"].values() for entry in by_space.values()]
    for entry in entries:
        entry["control"]["p_value_holm"] = 0.3
    assert in_words(crowding).count("as crowding makes them") == 4
    assert "copies; look" not in in_words(crowding)
    for entry in entries:
        entry["p_value_holm"] = 1.0
    assert in_words(crowding).count("In pixels and features that was not shown to be more") == 2


def test_a_control_that_was_copied_itself_clears_nothing(quality):
    for entry in quality["near_copies"]["training"].values():
        entry["control"]["p_value_holm"] = 0.3
    assert in_words(quality).count("which were copied as well: the comparison does not tell") == 2
    assert "not shown to be copies" not in in_words(quality)


def test_copies_in_features_alone_are_weak_evidence(quality):
    assert "weak evidence" not in in_words(quality)
    changed = copy.deepcopy(quality)
    changed["near_copies"]["training"]["pixels"]["p_value_holm"] = 1.0
    assert in_words(changed).count("weak evidence") == 1


@pytest.mark.parametrize("is_embedded", [True, False])
def test_what_an_unknown_generator_learned_from_is_left_open(quality, is_embedded):
    quality["generator"]["is_embedded"] = is_embedded
    assert ("learned from is not known" in in_words(quality)) == (not is_embedded)


def test_sorts_are_said_to_be_missing_only_where_recall_falls_and_precision_does_not(quality):
    for name in CLASSES:
        with_difference(quality["per_class"][name], coverage="below", recall="above", precision="below")
    assert "coverage is below that of real photographs in all classes" in in_words(quality)
    assert "may be missing, or the images lie off them" in in_words(quality)
    with_difference(quality["per_class"]["dog"], recall="below", precision="like")
    assert "as well in dog, and precision is not: sorts of photographs are missing; in the others" in in_words(quality)
    with_difference(quality["per_class"]["cat"], recall="below", precision="below")
    assert "as well in dog, and precision is not" in in_words(quality)
    with_difference(quality["per_class"]["cat"], precision="above")
    assert "Recall is below as well, and precision is not: sorts of photographs are missing." in in_words(quality)
    for name in CLASSES:
        with_difference(quality["per_class"][name], coverage="like")
    assert "missing" not in in_words(quality)


def test_a_number_of_the_paragraphs_that_is_not_the_sources_is_found(quality, tmp_path):
    sources = {**invented_summary(), "generator_quality": quality}
    page = render_page(sources, tmp_path)
    assert find_problems(page, sources) == []
    altered = copy.deepcopy(sources)
    altered["generator_quality"]["overall"]["precision"]["value"] = 0.1234
    altered["generator_quality"]["near_copies"]["test"]["features"]["control"]["unseen_share"] = 0.5
    problems = " ".join(find_problems(page, altered))
    assert "/generator_quality/overall/precision/value: the page says" in problems
    assert "/generator_quality/near_copies/test/features/control/unseen_share: the page says" in problems


def test_a_study_that_did_not_ask_has_no_paragraphs():
    assert write_quality_answer(invented_summary()) == []


def photos_of(rejection=None, rejected=0, **prompts):
    settings = {"steps": 4, "guidance_scale": 1.25, "prompts": prompts, "rejection": rejection}
    sizes = {"train": 60, "val": 5, "test": 10}
    generator = Generator(kind="pipeline", model="m", revision=None, settings=settings, digest="ab")
    return PhotosManifest(
        generator=generator, classes=CLASSES, images_per_class=sizes, digests={}, redrawn=0, rejected=rejected
    )


def test_a_card_gets_its_measurements_once_and_keeps_its_own_words(quality):
    card = "# A model\n\nIts words.\n"
    written = with_quality(card, quality, photos_of())
    assert written.startswith(card)
    assert quality_in_words(quality) in written
    assert "75.0 % (75.0 %)" in written
    assert "accuracy on the validation photographs 75.0 %" in written
    assert with_quality(written, quality, photos_of()) == written
    moved = written + "\n## Limits\n\nMany.\n"
    other = copy.deepcopy(quality)
    other["overall"]["precision"]["value"] = 0.1234
    newer = with_quality(moved, other, photos_of())
    assert "precision is 0.12" in newer
    assert quality_in_words(quality) not in newer
    assert newer.endswith("## Limits\n\nMany.\n")


def test_a_card_says_how_many_images_were_refused(quality):
    assert "4 steps at guidance 1.25.\n" in with_quality("# A model\n", quality, photos_of())
    kept = 75 * len(CLASSES)
    selected = with_quality("# A model\n", quality, photos_of({"classifier": "some/judge"}, 3 * kept))
    assert "75 % of what was drawn was refused by `some/judge`" in selected


def test_a_card_says_what_its_images_prompts_were_counted_among(quality):
    assert "stand as often as newts show" in with_quality("# A model\n", quality, photos_of(counted_among="newts"))


def test_a_card_of_another_model_is_left_alone(analysed, tmp_path):
    (tmp_path / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    (tmp_path / "README.md").write_text("# Another model\n")
    message = command(
        "write_model_card_results",
        quality=analysed / "quality.json",
        photos=analysed / "quality.json",
        model=tmp_path,
    )
    assert "was measured on the model" in message
    assert (tmp_path / "README.md").read_text() == "# Another model\n"
