"""Join shards of generated images into train, validation and test sets, with a manifest and a table of all images.

The splits are cut by index in CIFAR-10's proportions. No two images may share their noise. Shards are read one after
another, twice, and the sets are put together in files, so that memory need not hold the images.
"""

import argparse
import csv
import io
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from photographs.atomic_files import read_json, write_atomically, write_json
from photographs.digests import image_digest
from photographs.exclusive_folder import exclusive_folder
from photographs.photo_set import PhotoSet, read_photo_set, write_photo_set
from photographs.photo_set_on_disk import empty_photo_set, fill
from photographs.shard_names import shards_of_class
from photographs.splits import SPLITS, split_sizes, splits_of_indices
from text_to_image.resampling import to_study_size
from text_to_image.shard_survey import Survey, survey_shards
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--shards-folder", type=Path, required=True, help="holds CLASS/FIRST-LAST.npz")
    arguments.add_argument("--shard-size", type=int, required=True)
    arguments.add_argument("--generator-manifest", type=Path, required=True)
    arguments.add_argument("--classes", nargs="+", required=True, help="the study's classes, in its order")
    arguments.add_argument("--images-per-class", type=int, required=True)
    arguments.add_argument(
        "--resampling", default="none", help="kernel that takes the images to 32x32; none: they are that size already"
    )
    arguments.add_argument("--work-folder", type=Path, required=True, help="holds the sets while they are put together")
    arguments.add_argument("--output-folder", type=Path, required=True)
    options = arguments.parse_args()

    def shards() -> Iterator[PhotoSet]:
        for name in options.classes:
            for path in shards_of_class(str(options.shards_folder), name, options.images_per_class, options.shard_size):
                yield _resampled(_with_classes(read_photo_set(Path(path)), options.classes), options.resampling)

    survey = survey_shards(shards(), options.images_per_class)
    if len(survey.arithmetic) > 1:
        kinds = ", ".join(f"{images} images by {kind}" for kind, images in survey.arithmetic.items())
        print(
            f"warning: not all images were drawn in the same arithmetic ({kinds}), so others would come out elsewhere; "
            "set generator.device and generator.dtype",
            file=sys.stderr,
        )
    with exclusive_folder(options.work_folder):
        digests = _write_splits(options, shards(), survey)
        # Only now that nothing maps its files any more: NFS would keep those, and so the folder.
        shutil.rmtree(options.work_folder)
    generator = read_json(options.generator_manifest)
    write_json(
        options.output_folder / "manifest.json",
        {
            "generator": generator,
            # Sweeps over kernels draw each image once, at the model's own size, and shrink it here.
            "resampling": generator["settings"]["resampling"] if options.resampling == "none" else options.resampling,
            "classes": options.classes,
            "images_per_class": split_sizes(options.images_per_class),
            "digests": digests,
            "redrawn": survey.redrawn,
            "rejected": survey.rejected,
            "drawn": survey.drawn,
            "arithmetic": survey.arithmetic,
        },
    )


def _write_splits(options: argparse.Namespace, shards: Iterator[PhotoSet], survey: Survey) -> dict[str, str]:
    """Write the table and every split's photo set; return the sets' digests."""
    splits = _empty_splits(options.work_folder, survey, options.classes, options.images_per_class)
    write_atomically(
        options.output_folder / "images.csv",
        lambda stream: _fill(splits, stream, shards, survey, options.images_per_class),
    )
    for name, photo_set in splits.items():
        write_photo_set(options.output_folder / f"{name}.npz", photo_set)
    return {name: photo_set.digest() for name, photo_set in splits.items()}


def _empty_splits(folder: Path, survey: Survey, classes: list[str], images_per_class: int) -> dict[str, PhotoSet]:
    return {
        name: empty_photo_set(folder / name, len(classes) * size, survey.image_shape, tuple(classes), survey.columns)
        for name, size in split_sizes(images_per_class).items()
    }


def _fill(
    splits: dict[str, PhotoSet], stream: BinaryIO, shards: Iterator[PhotoSet], survey: Survey, images_per_class: int
) -> None:
    """Copy every shard's images into their splits, and write a row of the table for each."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["class", "index", "split", *survey.columns])
    rows = dict.fromkeys(SPLITS, 0)
    for shard in shards:
        names = splits_of_indices(shard.indices, images_per_class)
        for split in SPLITS:
            rows[split] = fill(splits[split], rows[split], shard.select(names == split))
        columns = [shard.metadata[name].tolist() for name in survey.columns]
        for label, index, split, *values in zip(shard.labels, shard.indices, names, *columns, strict=True):
            writer.writerow([shard.classes[label], index, split, *values])
    text.detach()


def _with_classes(shard: PhotoSet, classes: list[str]) -> PhotoSet:
    labels = np.asarray([classes.index(shard.classes[label]) for label in shard.labels], np.int32)
    return PhotoSet(shard.images_nhwc, labels, shard.indices, tuple(classes), shard.metadata)


def _resampled(shard: PhotoSet, kernel: str) -> PhotoSet:
    if kernel == "none":
        return shard
    images = np.stack([to_study_size(image, kernel) for image in shard.images_nhwc])
    digests = np.asarray([image_digest(image) for image in images])
    return PhotoSet(images, shard.labels, shard.indices, shard.classes, shard.metadata | {"digest": digests})


if __name__ == "__main__":
    run(main)
