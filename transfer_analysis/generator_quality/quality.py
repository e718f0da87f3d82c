"""quality.json: how good the generated photographs are, by every measure of this package."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from photographs.photo_set import PhotoSet
from transfer_analysis.features import Features
from transfer_analysis.generator_quality.comparison import LabelledFeatures, compare
from transfer_analysis.generator_quality.near_copies import NearestPhotograph, judge_near_copies, nearest_photographs
from transfer_analysis.generator_quality.pixel_descriptors import describe_pixels, mirror
from transfer_analysis.generator_quality.recognition import describe_recognition
from transfer_analysis.several_tests import correct_for_number

K = 5
DRAWS = 20


@dataclass(frozen=True)
class Photographs:
    """The photo sets: what generated images are compared with, and what they might have been copied from.

    Attributes:
        reference: held-out real photographs, which neither generator nor classifier was trained on.
        generated: the images to be judged.
        searched: by name, the photographs that they might be copies of: "training", which a generator may have been
            trained on, and "test", which judge the networks that learn from the images.
    """

    reference: PhotoSet
    generated: PhotoSet
    searched: dict[str, PhotoSet]


@dataclass(frozen=True)
class NearestOfBoth:
    """The nearest searched photographs of the generated images, and of the held-out real ones."""

    generated: NearestPhotograph
    real: NearestPhotograph


def search_near_copies(
    photographs: Photographs, reference: Features, generated: Features, searched: dict[str, Features]
) -> dict[str, dict[str, NearestOfBoth]]:
    """Return, for each set that is searched, the nearest of its photographs to every image.

    By set, and within it in "pixels" and in "features" of one classifier.
    """
    for features, photos in (
        (reference, photographs.reference),
        (generated, photographs.generated),
        *((searched[name], photos) for name, photos in photographs.searched.items()),
    ):
        require_same_images(features, photos)
    queries = {
        "pixels": [describe_pixels(photos.images_nhwc) for photos in (photographs.generated, photographs.reference)],
        "features": [generated.features_nd, reference.features_nd],
    }
    return {
        name: {
            space: NearestOfBoth(*(nearest_photographs(vectors_nd, *gallery) for vectors_nd in queries[space]))
            for space, gallery in (
                ("pixels", (describe_pixels(photos.images_nhwc), describe_pixels(mirror(photos.images_nhwc)))),
                ("features", (searched[name].features_nd, searched[name].mirrored_nd)),
            )
        }
        for name, photos in photographs.searched.items()
    }


def describe_quality(
    reference: list[Features],
    generated: list[Features],
    near: dict[str, dict[str, NearestOfBoth]],
    seed: int,
) -> dict[str, Any]:
    """Return what quality.json says of the images, but for where they come from.

    Args:
        reference, generated: one entry a classifier, of the same photographs each. The first is the ruler of every
            statistic; the others show how far the overall ones depend on the ruler.
        near: what `search_near_copies` found.
        seed: of the random draws.

    Raises:
        ValueError: the features are not of the same images or classes, or are too few.
    """
    for kind in (reference, generated):
        for features in kind[1:]:
            if not (np.array_equal(features.labels, kind[0].labels) and features.classes == kind[0].classes):
                raise ValueError("the classifiers were shown different images: their features cannot be compared")
    if reference[0].classes != generated[0].classes:
        raise ValueError(f"real photographs of {reference[0].classes}, generated ones of {generated[0].classes}")
    compared = [
        compare(
            LabelledFeatures(real.features_nd, real.labels),
            LabelledFeatures(images.features_nd, images.labels),
            real.classes,
            k=K,
            draws=DRAWS,
            # Every classifier is asked about the same draws.
            rng=np.random.default_rng(seed),
        )
        for real, images in zip(reference, generated, strict=True)
    ]
    copies = {
        name: {
            space: judge_near_copies(found.real.distances_n, found.generated.distances_n)
            for space, found in by_space.items()
        }
        for name, by_space in near.items()
    }
    correct_for_number(entry for by_space in copies.values() for entry in by_space.values())
    return {
        "classes": list(reference[0].classes),
        "method": {
            "k": K,
            "draws": DRAWS,
            "images_per_class_and_half": compared[0]["images_per_class_and_half"],
            "features": reference[0].features_nd.shape[1],
            "seed": seed,
            "classifiers": [features.classifier for features in reference],
        },
        "recognised": describe_recognition(reference, generated),
        "overall": compared[0]["overall"],
        "per_class": compared[0]["per_class"],
        "overall_by_classifier": [
            {name: {"value": entry["value"], "null": entry["null"]} for name, entry in one["overall"].items()}
            for one in compared
        ],
        "near_copies": copies,
    }


def require_same_images(features: Features, photos: PhotoSet) -> None:
    """Raise ValueError unless both are of the same images, in the same order."""
    if not (
        features.classes == photos.classes
        and np.array_equal(features.labels, photos.labels)
        and np.array_equal(features.indices, photos.indices)
    ):
        raise ValueError("the features are not those of the photographs: make them anew with evaluate_features")
