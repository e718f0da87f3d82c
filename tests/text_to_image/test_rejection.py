"""Images that a classifier does not take for their class are drawn again, whatever the cut of the work."""

import functools
import json
import shutil
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from photographs.photo_set import PhotoSet, read_photo_set, write_photo_set
from tests.text_to_image.commands import draw_frogs, the_line
from tests.text_to_image.faulty_pipeline import FaultyPipeline, noise_image, noise_seed
from text_to_image import sampling
from text_to_image.config import GeneratorConfig, RejectionConfig
from text_to_image.rejection.classifier import RejectionClassifier
from text_to_image.rejection.network import FastNetworkForImageClassification
from text_to_image.rejection.recipe import RejectionRecipe
from text_to_image.rejection.training import normalised
from text_to_image.sampling import Sampler
from workflow_scripts import train_rejection_classifier

TINY = RejectionRecipe(channels=(8, 8), steps=40, batch_size=16)


def bright_and_dark(per_class=24, seed=0):
    """Return cats that are dark and frogs that are bright, uint8 (N, 32, 32, 3)."""
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1], per_class).astype(np.int32)
    images = rng.integers(0, 60, (len(labels), 32, 32, 3)) + 190 * labels[:, None, None, None]
    return PhotoSet(images.astype(np.uint8), labels, np.arange(len(labels)), ("cat", "frog"))


def train(folder, monkeypatch, recipe=TINY, state="state"):
    write_photo_set(folder / "train.npz", bright_and_dark())
    write_photo_set(folder / "val.npz", bright_and_dark(seed=1))
    arguments = {
        "--photos": folder / "train.npz",
        "--val": folder / "val.npz",
        "--recipe": recipe.model_dump_json(),
        "--threads": 1,
        "--state-folder": folder / state,
        "--output": folder / "classifier",
    }
    command = [str(part) for pair in arguments.items() for part in pair]
    monkeypatch.setattr(sys, "argv", ["train_rejection_classifier", *command])
    train_rejection_classifier.main()
    return folder / "classifier"


@pytest.fixture
def classifier(tmp_path, monkeypatch):
    """A folder with a classifier that calls bright images frogs and dark ones cats."""
    return train(tmp_path, monkeypatch)


@pytest.fixture
def sampler(monkeypatch):
    """Return a function that makes a sampler of cats, whose images are refused where its argument says so."""
    return functools.partial(_sampler, monkeypatch)


def _sampler(monkeypatch, is_refused, **rejection):
    settings = RejectionConfig(classifier="unused", **rejection)
    config = GeneratorConfig(model="tiny", rows_per_forward=4, rejection=settings)

    class Refusing:
        def __init__(self, config, classes, device):
            assert (config, classes) == (settings, ["cat"])

        def refuses(self, images_nhwc, class_names):
            assert images_nhwc.shape == (4, 32, 32, 3)
            assert class_names == ["cat"] * 4
            return [is_refused(image) for image in images_nhwc]

    monkeypatch.setattr(sampling, "RejectionClassifier", Refusing)
    return Sampler(config, FaultyPipeline({noise_seed(3): "nan"}), ["cat"])


def test_refused_image_is_drawn_again_and_counted(sampler):
    refused = {noise_image(noise_seed(2, redraw))[0, 0, 0] for redraw in (0, 1)}
    drawn = sampler(lambda image: image[0, 0, 0] in refused).draw("cat", range(6))
    assert drawn.metadata["rejections"].tolist() == [0, 0, 2, 0, 0, 0]
    assert drawn.metadata["redraws"].tolist() == [0, 0, 2, 1, 0, 0]  # the fourth was spoilt, not refused
    assert drawn.metadata["seed"][2] == noise_seed(2, redraw=2)


def test_images_do_not_depend_on_those_drawn_with_them(sampler):
    def is_refused(image):
        return image[0, 0, 0] < 0.6

    together = sampler(is_refused).draw("cat", range(20))
    assert together.metadata["rejections"].max() > 2
    for indices in (range(7), range(7, 20)):
        np.testing.assert_array_equal(
            sampler(is_refused).draw("cat", indices).images_nhwc, together.images_nhwc[list(indices)]
        )


def test_class_that_is_never_recognised_stops_the_job_in_one_line(sampler):
    with pytest.raises(
        RuntimeError, match=r"image \d of 'cat' was drawn 4 times \(generator.rejection.max_rej"
    ) as failure:
        sampler(lambda image: True, max_rejections=3).draw("cat", range(6))
    assert "\n" not in str(failure.value)


def test_trained_classifier_refuses_what_is_not_its_class(classifier):
    refuses = RejectionClassifier(RejectionConfig(classifier=str(classifier)), ["Frog", "cat"], "cpu").refuses
    photos = bright_and_dark(per_class=4, seed=2)
    images, names = photos.images_nhwc / np.float32(255), [photos.classes[label] for label in photos.labels]
    assert refuses(images, names) == [False] * 8
    assert refuses(images, names[::-1]) == [True] * 8
    images[0] = np.nan
    assert len(refuses(images, names)) == 8


def test_large_images_are_seen_at_the_size_that_the_classifier_learned_from(classifier):
    loaded = RejectionClassifier(RejectionConfig(classifier=str(classifier)), ["cat", "frog"], "cpu")
    photos = bright_and_dark(per_class=4, seed=2)
    large = (photos.images_nhwc / np.float32(255)).repeat(4, axis=1).repeat(4, axis=2)
    names = [photos.classes[label] for label in photos.labels]
    assert loaded.refuses(large, names) == [False] * 8
    assert loaded.refuses(large, names[::-1]) == [True] * 8
    with pytest.raises(ValueError, match=r"images of \(8, 3, 128, 128\); the network takes \(N, 3, 32, 32\)"):
        loaded._model(pixel_values=torch.zeros(8, 3, 128, 128))


def test_folder_gives_the_probabilities_of_the_training(classifier):
    """The image processor beside the weights does what training did: scale, normalise."""
    loaded = RejectionClassifier(RejectionConfig(classifier=str(classifier)), ["cat"], "cpu")
    images = bright_and_dark(seed=3).images_nhwc
    processed = loaded._processor(list(images), input_data_format="channels_last", return_tensors="pt")["pixel_values"]
    torch.testing.assert_close(processed, normalised(images), atol=0.02, rtol=0)


def test_card_and_record_tell_what_it_learned_from(classifier):
    record = json.loads((classifier / "training.json").read_text())
    assert record["validation"] == {"photos": 48, "accuracy": 1.0}
    assert record["classes"] == ["cat", "frog"]
    card = (classifier / "README.md").read_text()
    assert "cat, frog" in card
    assert "100.0% of 48 real validation photographs" in card
    assert record["photos_digest"] in card


def test_stopped_training_goes_on_to_the_same_weights(tmp_path, monkeypatch):
    whole = train(tmp_path, monkeypatch)
    weights = (whole / "model.safetensors").read_bytes()
    shutil.rmtree(whole)

    class PowerCutError(Exception):
        pass

    forwards = []

    def forward_until_the_cut(self, *arguments, **named):
        forwards.append(1)
        if len(forwards) == 25:
            raise PowerCutError
        return forward(self, *arguments, **named)

    forward = FastNetworkForImageClassification.forward
    saving_often = TINY.model_copy(update={"minutes_between_saves": 1e-6})
    with monkeypatch.context() as patched:
        patched.setattr(FastNetworkForImageClassification, "forward", forward_until_the_cut)
        with pytest.raises(PowerCutError):
            train(tmp_path, monkeypatch, saving_often, "cut")
    assert (train(tmp_path, monkeypatch, saving_often, "cut") / "model.safetensors").read_bytes() == weights


def test_study_draws_with_the_classifier_and_pins_it(tiny_model, classifier, tmp_path, prepare):
    generator = {"model": str(tiny_model), "image_size": 64, "steps": 1, "rows_per_forward": 2}
    kept = prepare(generator | {"rejection": {"classifier": str(classifier), "least_probability": 0.01}})
    assert kept["settings"]["rejection"]["revision"].startswith("sha256:")
    draw_frogs(tmp_path / "manifest.json", tmp_path)
    assert {"rejections", "redraws"} <= read_photo_set(tmp_path / "shard.npz").metadata.keys()
    (tmp_path / "shard.npz").unlink()

    never = prepare(
        generator | {"rejection": {"classifier": str(classifier), "least_probability": 0.9999999, "max_rejections": 1}}
    )
    assert never["digest"] != kept["digest"]
    finished, shard = draw_frogs(tmp_path / "manifest.json", tmp_path, check=False)
    assert "of 'frog' was drawn 2 times (generator.rejection.max_rejections)" in the_line(finished)
    assert not shard.exists()

    settings = json.loads((classifier / "preprocessor_config.json").read_text())
    (classifier / "preprocessor_config.json").write_text(json.dumps(settings | {"image_mean": [0.1, 0.1, 0.1]}))
    finished, _ = draw_frogs(tmp_path / "manifest.json", tmp_path, check=False)
    assert "its files are no longer those that this study draws with" in the_line(finished)


def test_classifier_without_the_class_or_without_weights_is_one_line(classifier):
    settings = RejectionConfig(classifier=str(classifier))
    with pytest.raises(ValueError, match=r"it has no label 'horse' \(it knows cat, frog\)"):
        RejectionClassifier(settings, ["cat", "horse"], "cpu")
    (classifier / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ValueError, match="cannot be loaded as an image classifier") as failure:
        RejectionClassifier(settings, ["cat"], "cpu")
    assert "\n" not in str(failure.value)


def changed_copy(classifier, folder, change):
    """Return a copy of the classifier's folder with `change` made to its config.json."""
    shutil.copytree(classifier, folder)
    settings = json.loads((folder / "config.json").read_text())
    change(settings)
    (folder / "config.json").write_text(json.dumps(settings))
    return folder


@pytest.mark.parametrize(
    "change",
    [
        lambda settings: settings.update(label2id={name: str(at) for name, at in settings["label2id"].items()}),
        lambda settings: settings.pop("label2id"),
        lambda settings: settings.update(label2id=dict.fromkeys(settings["label2id"], 0)),
    ],
    ids=["text", "missing", "wrong"],
)
def test_what_a_logit_stands_for_is_what_its_number_says(classifier, tmp_path, change):
    images = np.random.default_rng(0).random((6, 32, 32, 3), np.float32)
    names = ["cat", "frog"] * 3
    folders = (classifier, changed_copy(classifier, tmp_path / "changed", change))
    first, second = (
        RejectionClassifier(RejectionConfig(classifier=str(folder)), ("cat", "frog"), "cpu").refuses(images, names)
        for folder in folders
    )
    assert first == second


def test_weights_that_are_not_there_are_not_drawn_at_random(classifier, tmp_path):
    folder = changed_copy(classifier, tmp_path / "changed", lambda settings: None)
    weights = load_file(folder / "model.safetensors")
    lacking = {name: tensor for name, tensor in weights.items() if not name.startswith("head")}
    save_file(lacking, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match="its weights lack head"):
        RejectionClassifier(RejectionConfig(classifier=str(folder)), ("cat", "frog"), "cpu")
