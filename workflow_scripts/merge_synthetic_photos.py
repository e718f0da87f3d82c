"""Join shards of generated images into train, validation and test sets, with a manifest and a table of all images.

The splits are cut by index in CIFAR-10's proportions. No two images may share their noise.
"""

import csv
import io
import json
from pathlib import Path

import numpy as np

from photographs.atomic_files import write_json, write_text
from photographs.digests import image_digest
from photographs.mixing import class_counts
from photographs.photo_set import PhotoSet, concatenate, read_photo_set, write_photo_set
from photographs.splits import SPLITS, split_of_index, split_sizes
from text_to_image.image_identity import check_distinct
from text_to_image.prompt_record import count_parts
from text_to_image.resampling import to_study_size
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--shards", nargs="+", type=Path, required=True, help="photo sets of one class each")
    arguments.add_argument("--generator-manifest", type=Path, required=True)
    arguments.add_argument("--classes", nargs="+", required=True, help="the study's classes, in its order")
    arguments.add_argument("--images-per-class", type=int, required=True)
    arguments.add_argument(
        "--resampling", default="none", help="kernel that takes the images to 32x32; none: they are that size already"
    )
    arguments.add_argument("--output-folder", type=Path, required=True)
    options = arguments.parse_args()

    photos = concatenate(
        [
            _resampled(_with_classes(read_photo_set(path), options.classes), options.resampling)
            for path in options.shards
        ]
    )
    if "seed" in photos.metadata:
        check_distinct(photos.metadata["seed"].tolist())
    split_names = np.asarray([split_of_index(int(index), options.images_per_class) for index in photos.indices])
    splits = {name: photos.select(split_names == name) for name in SPLITS}
    for name, photo_set in splits.items():
        write_photo_set(options.output_folder / f"{name}.npz", photo_set)
        if set(class_counts(photo_set)) != {split_sizes(options.images_per_class)[name]}:
            raise ValueError(f"{name}: {class_counts(photo_set)} images of {options.classes}; shards are missing")
    write_json(
        options.output_folder / "manifest.json",
        {
            "generator": json.loads(options.generator_manifest.read_text()),
            "classes": options.classes,
            "images_per_class": split_sizes(options.images_per_class),
            "digests": {name: photo_set.digest() for name, photo_set in splits.items()},
            "redrawn": int(photos.metadata["redraws"].sum()),
            "drawn": count_parts(photos.metadata),
        },
    )
    write_text(options.output_folder / "images.csv", _table(photos, split_names))


def _with_classes(shard: PhotoSet, classes: list[str]) -> PhotoSet:
    labels = np.asarray([classes.index(shard.classes[label]) for label in shard.labels], np.int32)
    return PhotoSet(shard.images_nhwc, labels, shard.indices, tuple(classes), shard.metadata)


def _resampled(shard: PhotoSet, kernel: str) -> PhotoSet:
    if kernel == "none":
        return shard
    images = np.stack([to_study_size(image, kernel) for image in shard.images_nhwc])
    digests = np.asarray([image_digest(image) for image in images])
    return PhotoSet(images, shard.labels, shard.indices, shard.classes, shard.metadata | {"digest": digests})


def _table(photos: PhotoSet, split_names: np.ndarray) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["class", "index", "split", *photos.metadata])
    columns = [photos.metadata[name].tolist() for name in photos.metadata]
    for row, (label, index, split) in enumerate(zip(photos.labels, photos.indices, split_names, strict=True)):
        writer.writerow([photos.classes[label], index, split, *(column[row] for column in columns)])
    return text.getvalue()


if __name__ == "__main__":
    run(main)
