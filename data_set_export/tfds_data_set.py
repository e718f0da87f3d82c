"""All splits as a TFDS data set in ArrayRecord files, which `tfds.builder_from_directory` reads without TensorFlow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from data_set_export.records import records
from photographs.photo_set import PhotoSet
from photographs.progress import Progress

NAME = "synthetic_photos"
VERSION = "1.0.0"
# About 150 MB of 32x32 images: TFDS advises shards of a hundred megabytes to a gigabyte.
_IMAGES_PER_SHARD = 50_000
_FORMAT = tfds.core.FileFormat.ARRAY_RECORD


def fill_tfds_folder(
    folder: Path,
    photo_sets: dict[str, PhotoSet],
    description: str,
    citation: str,
    licence: str,
    homepage: str | None,
    progress: Progress,
) -> None:
    """Write the splits into the empty `folder`; equal photo sets and texts give equal bytes.

    Args:
        photo_sets: by the name of the split; all with the same classes and metadata columns.
        description, citation, licence, homepage: for `dataset_info.json`; the licence also becomes a file LICENSE.

    Raises:
        ValueError: a metadata column is of a type that TFDS does not keep, or its name is taken.
    """
    features = _features(next(iter(photo_sets.values())))
    info = tfds.core.DatasetInfo(
        builder=tfds.core.DatasetIdentity(
            name=NAME, version=tfds.core.Version(VERSION), data_dir=str(folder), module_name=""
        ),
        description=description,
        features=features,
        supervised_keys=("image", "label"),
        disable_shuffling=True,
        homepage=homepage,
        citation=citation,
        license=licence,
    )
    info.set_file_format(_FORMAT)
    splits = [_write_split(folder, name, photo_set, features, progress) for name, photo_set in photo_sets.items()]
    info.set_splits(tfds.core.SplitDict(splits))
    info.write_to_directory(folder)


class _StableSerializer(tfds.core.ExampleSerializer):
    """Serializes equal examples to equal bytes; TFDS's own leaves the order of the features to chance."""

    def serialize_example(self, example: dict[str, Any]) -> bytes:
        return self.get_tf_example(example).SerializeToString(deterministic=True)


def _write_split(
    folder: Path, name: str, photo_set: PhotoSet, features: tfds.features.FeaturesDict, progress: Progress
) -> tfds.core.SplitInfo:
    template = tfds.core.ShardedFileTemplate(
        dataset_name=NAME, data_dir=tfds.core.Path(folder), split=name, filetype_suffix=_FORMAT.file_suffix
    )
    serializer = _StableSerializer(features.get_serialized_info())
    writer = tfds.core.ExampleWriter(_FORMAT)
    firsts = range(0, len(photo_set), _IMAGES_PER_SHARD)
    lengths = [min(_IMAGES_PER_SHARD, len(photo_set) - first) for first in firsts]
    examples = _examples(photo_set)
    n_bytes = 0

    def serialized(length: int) -> Iterator[tuple[int, bytes]]:
        nonlocal n_bytes
        for row in range(length):
            example = serializer.serialize_example(features.encode_example(next(examples)))
            n_bytes += len(example)
            progress.advance(1)
            yield row, example

    for shard, length in enumerate(lengths):
        path = template.sharded_filepath(shard_index=shard, num_shards=len(lengths))
        writer.write(path, serialized(length))
    return tfds.core.SplitInfo(name=name, shard_lengths=lengths, num_bytes=n_bytes, filename_template=template)


def _examples(photo_set: PhotoSet) -> Iterator[dict[str, Any]]:
    for record in records(photo_set):
        # PNG bytes, not an array: to encode an array TFDS would need TensorFlow.
        yield {
            "image": record.png,
            "label": record.label,
            "id": record.name,
            "index": record.index,
            **record.metadata,
        }


def _features(photo_set: PhotoSet) -> tfds.features.FeaturesDict:
    return tfds.features.FeaturesDict(
        {
            "image": tfds.features.Image(shape=photo_set.images_nhwc.shape[1:], dtype=np.uint8, encoding_format="png"),
            "label": tfds.features.ClassLabel(names=photo_set.classes),
            "id": tfds.features.Text(),
            "index": tfds.features.Scalar(np.int64),
            **{name: _feature(name, column.dtype) for name, column in photo_set.metadata.items()},
        }
    )


def _feature(name: str, dtype: np.dtype) -> tfds.features.FeatureConnector:
    if dtype.kind == "U":
        return tfds.features.Text()
    if dtype == np.float64:
        # As bytes, because TFDS's list of floats has 32 bits each and would round the value.
        return tfds.features.Tensor(shape=(), dtype=np.float64, encoding="bytes")
    if dtype.kind in "iub" or dtype == np.float32:
        return tfds.features.Scalar(dtype.type)
    raise ValueError(
        f"the metadata column {name!r} is of type {dtype}; text, whole numbers, floats and bools can be kept"
    )
