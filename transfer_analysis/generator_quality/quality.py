"""quality.json: how good the generated photographs are, by every measure of this package."""

from typing import Any

import numpy as np

from transfer_analysis.features import Features
from transfer_analysis.generator_quality.comparison import LabelledFeatures, compare
from transfer_analysis.generator_quality.copy_search import NearestOfBoth
from transfer_analysis.generator_quality.near_copies import judge_near_copies
from transfer_analysis.generator_quality.recognition import describe_recognition
from transfer_analysis.generator_quality.unseen_control import judge_against_unseen
from transfer_analysis.several_tests import correct_for_number

K = 5
DRAWS = 20


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
        name: {space: _judge_with_control(found) for space, found in by_space.items()}
        for name, by_space in near.items()
    }
    entries = [entry for by_space in copies.values() for entry in by_space.values()]
    correct_for_number(entries)
    correct_for_number(entry["control"] for entry in entries)
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


def _judge_with_control(found: NearestOfBoth) -> dict[str, Any]:
    judged = judge_near_copies(found.real.distances_n, found.generated.distances_n)
    control = found.control
    return {
        **judged,
        "control": {
            "unseen": control.unseen,
            "photographs_per_class": control.photographs_per_class,
            **judge_against_unseen(control.searched, control.unseen_nearest, judged["threshold"]),
        },
    }
