"""From photographs and features on the disk to quality.json, its tables, figures, words and the model's card."""

import copy
import csv
import json

import numpy as np
import pytest

from photographs.photo_set import PhotoSet, write_photo_set
from tests.transfer_analysis.invented_study import describe
from tests.transfer_analysis.test_commands import command
from transfer_analysis.features import Features, write_features
from transfer_analysis.generator_quality.reading import write_reading
from transfer_analysis.generator_quality.tables import read_pairs
from workflow_scripts.write_model_card_results import with_quality

CLASSES = ("cat", "dog")
SIZES = {"real": 100, "generated": 60, "training": 150, "test": 80}


def photo_set(name: str) -> PhotoSet:
    """Return random pictures, among the generated ones of each class copies.

    The first five are mirrored training photographs, the next three test photographs.
    """
    per_class = SIZES[name]
    random = np.random.default_rng(sorted(SIZES).index(name))
    coarse = random.integers(0, 256, (2 * per_class, 4, 4, 3), np.uint8)
    images_nhwc = coarse.repeat(8, axis=1).repeat(8, axis=2)
    if name == "generated":
        training = photo_set("training").images_nhwc[:, :, ::-1]
        images_nhwc[:5], images_nhwc[per_class : per_class + 5] = training[:5], training[-5:]
        images_nhwc[5:8], images_nhwc[per_class + 5 : per_class + 8] = np.split(photo_set("test").images_nhwc[77:83], 2)
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
        for searched, copies in (("training", 10), ("test", 6)):
            entry = quality["near_copies"][searched][space]
            assert entry["generated_share"] >= copies / 120
            assert entry["p_value_holm"] < 0.05


def test_pairs_name_the_photographs_that_were_copied(analysed):
    pairs = [pair for pair in read_pairs(analysed / "closest_pairs.csv") if pair.kind == "generated"]
    copies = [pair for pair in pairs if pair.searched == "training"]
    for space in ("pixels", "features"):
        closest = [pair for pair in copies if pair.space == space][:10]
        assert {(pair.image_class, pair.image_index) for pair in closest} == {
            (name, index) for name in CLASSES for index in range(5)
        }
        assert all(pair.mirrored and pair.distance == pytest.approx(0, abs=1e-6) for pair in closest)
        assert {pair.photo_index for pair in closest if pair.photo_class == "dog"} == set(range(145, 150))
        closest = [pair for pair in pairs if (pair.searched, pair.space) == ("test", space)][:6]
        assert {(pair.image_class, pair.image_index) for pair in closest} == {
            (name, index) for name in CLASSES for index in (5, 6, 7)
        }
        assert {pair.photo_index for pair in closest if pair.photo_class == "cat"} == {77, 78, 79}
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


def test_the_reading_follows_the_numbers(quality):
    text = write_reading(quality)
    assert "more than among real photographs, in pixels and in features" in text
    assert "75.0 % of the generated images" in text
    changed = copy.deepcopy(quality)
    for by_space in changed["near_copies"].values():
        for entry in by_space.values():
            entry["p_value_holm"] = 1.0
    changed["overall"]["density"]["difference"]["ci95"] = [0.1, 0.2]
    assert "not shown to be more than among real photographs" in write_reading(changed)
    assert "more densely than real photographs" in write_reading(changed)
    changed["overall"]["density"]["difference"]["ci95"] = [-0.2, -0.1]
    assert "more thinly than real photographs" in write_reading(changed)


def test_a_card_gets_its_measurements_once_and_keeps_its_own_words(quality):
    card = "# A model\n\nIts words.\n"
    written = with_quality(card, quality)
    assert written.startswith(card)
    assert quality["reading"] in written
    assert "75.0 % (75.0 %)" in written
    assert "accuracy on the validation photographs 75.0 %" in written
    assert with_quality(written, quality) == written
    moved = written + "\n## Limits\n\nMany.\n"
    newer = with_quality(moved, {**quality, "reading": "Other words."})
    assert "Other words." in newer
    assert quality["reading"] not in newer
    assert newer.endswith("## Limits\n\nMany.\n")


def test_a_card_of_another_model_is_left_alone(analysed, tmp_path):
    (tmp_path / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    (tmp_path / "README.md").write_text("# Another model\n")
    message = command("write_model_card_results", quality=analysed / "quality.json", model=tmp_path)
    assert "was measured on the model" in message
    assert (tmp_path / "README.md").read_text() == "# Another model\n"
