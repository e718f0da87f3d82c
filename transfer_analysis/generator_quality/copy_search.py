"""For every image its nearest photograph of those that it might be a copy of, and of as many that served as control."""

from dataclasses import dataclass

import numpy as np

from photographs.photo_set import PhotoSet
from transfer_analysis.features import Features
from transfer_analysis.generator_quality.nearest_photograph import NearestPhotograph, nearest_photographs
from transfer_analysis.generator_quality.pixel_descriptors import describe_pixels, mirror
from transfer_analysis.generator_quality.unseen_control import equal_parts

VALIDATION = "validation"
# For each searched set photographs that a generator which copies from it need not have seen.
UNSEEN = {"training": "test", "test": VALIDATION}


@dataclass(frozen=True)
class Photographs:
    """The photo sets: what generated images are compared with, and what they might have been copied from.

    Attributes:
        reference: held-out real photographs (validation), which neither generator nor classifier was trained on.
        generated: the images to be judged.
        searched: by name, the photographs that they might be copies of: "training", which a generator may have been
            trained on, and "test", which judge the networks that learn from the images.
    """

    reference: PhotoSet
    generated: PhotoSet
    searched: dict[str, PhotoSet]


@dataclass(frozen=True)
class Control:
    """The nearest photographs of the generated images among equally many of the searched set and of an unseen one.

    Attributes:
        unseen: the name of the unseen set.
        photographs_per_class: how many of each class either part holds.
        searched, unseen_nearest: rows are those of the parts.
    """

    unseen: str
    photographs_per_class: int
    searched: NearestPhotograph
    unseen_nearest: NearestPhotograph


@dataclass(frozen=True)
class NearestOfBoth:
    """The nearest searched photographs of the generated images and of the held-out real ones, and the control."""

    generated: NearestPhotograph
    real: NearestPhotograph
    control: Control


def search_near_copies(
    photographs: Photographs, generated: Features, galleries: dict[str, Features], seed: int
) -> dict[str, dict[str, NearestOfBoth]]:
    """Return, for each set that is searched, the nearest of its photographs to every image.

    By set, and within it in "pixels" and in "features" of one classifier.

    Args:
        photographs: what is searched, and for what.
        generated: features of the generated images.
        galleries: features of the searched sets and of the "validation" photographs, plain and mirrored.
        seed: of the draw of equal parts for the control.

    Raises:
        ValueError: features and photographs are not of the same images.
    """
    sets = {VALIDATION: photographs.reference, **photographs.searched}
    for features, photos in ((generated, photographs.generated), *((galleries[name], sets[name]) for name in sets)):
        require_same_images(features, photos)
    spaces = {
        "pixels": (
            describe_pixels(photographs.generated.images_nhwc),
            {
                name: (describe_pixels(photos.images_nhwc), describe_pixels(mirror(photos.images_nhwc)))
                for name, photos in sets.items()
            },
        ),
        "features": (
            generated.features_nd,
            {name: (features.features_nd, features.mirrored_nd) for name, features in galleries.items()},
        ),
    }
    parts = {
        name: equal_parts(photos.labels, sets[UNSEEN[name]].labels, np.random.default_rng(seed))
        for name, photos in photographs.searched.items()
    }
    return {
        name: {
            space: NearestOfBoth(
                nearest_photographs(generated_nd, *by_name[name]),
                nearest_photographs(by_name[VALIDATION][0], *by_name[name]),
                Control(
                    UNSEEN[name],
                    len(parts[name][0]) // len(photographs.generated.classes),
                    *(
                        nearest_photographs(generated_nd, *(vectors_md[rows] for vectors_md in by_name[gallery]))
                        for gallery, rows in zip((name, UNSEEN[name]), parts[name], strict=True)
                    ),
                ),
            )
            for space, (generated_nd, by_name) in spaces.items()
        }
        for name in photographs.searched
    }


def require_same_images(features: Features, photos: PhotoSet) -> None:
    """Raise ValueError unless both are of the same images, in the same order."""
    if not (
        features.classes == photos.classes
        and np.array_equal(features.labels, photos.labels)
        and np.array_equal(features.indices, photos.indices)
    ):
        raise ValueError("the features are not those of the photographs: make them anew with evaluate_features")
