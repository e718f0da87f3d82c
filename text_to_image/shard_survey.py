"""What many shards are together, found out one by one: what a data set made of them will hold, before it is made."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from photographs.mixing import class_counts
from photographs.photo_set import PhotoSet
from photographs.splits import SPLITS, split_sizes, splits_of_indices
from text_to_image.image_identity import check_distinct
from text_to_image.prompt_record import add_counts, count_parts


@dataclass(frozen=True)
class Survey:
    """What the shards hold.

    Attributes:
        image_shape: (H, W, 3) of every image.
        columns: the metadata columns that all shards have, each with the dtype that holds all of their values.
        redrawn: how many images were spoilt and drawn again.
        rejected: how many were refused by the rejection classifier and drawn again.
        drawn: how often each word stands in each part of the prompts (`count_parts`).
        arithmetic: how many images were drawn in each kind of arithmetic, such as "cpu bfloat16"; none where no model
            drew them.
    """

    image_shape: tuple[int, ...]
    columns: dict[str, np.dtype]
    redrawn: int
    rejected: int
    drawn: dict[str, dict[str, int]]
    arithmetic: dict[str, int]


def survey_shards(shards: Iterable[PhotoSet], images_per_class: int) -> Survey:
    """Look at every shard once, keeping none.

    Args:
        shards: photo sets that all know the same classes.

    Raises:
        ValueError: a class has too few or too many images in a split, or two images have the same noise.
    """
    columns: dict[str, np.dtype] | None = None
    counts: dict[str, Any] = dict.fromkeys(SPLITS, 0)
    redrawn, rejected, drawn, arithmetic, seeds = 0, 0, {}, Counter(), []
    for shard in shards:
        dtypes = {name: column.dtype for name, column in shard.metadata.items()}
        columns = dtypes if columns is None else _shared(columns, dtypes)
        classes, image_shape = shard.classes, shard.images_nhwc.shape[1:]
        names = splits_of_indices(shard.indices, images_per_class)
        for split in SPLITS:
            counts[split] += np.asarray(class_counts(shard.select(names == split)))
        rejections = int(shard.metadata["rejections"].sum())
        redrawn += int(shard.metadata["redraws"].sum()) - rejections
        rejected += rejections
        arithmetic.update(shard.metadata.get("arithmetic", np.empty(0, str)).tolist())
        drawn = add_counts(drawn, count_parts(shard.metadata))
        seeds.append(shard.metadata.get("seed", np.empty(0, np.int64)))
    for split, size in split_sizes(images_per_class).items():
        if set(counts[split].tolist()) != {size}:
            raise ValueError(
                f"{split}: {counts[split].tolist()} images of {list(classes)}, {size} each were asked for; "
                "shards are missing"
            )
    if "seed" in columns:
        check_distinct(np.concatenate(seeds))
    return Survey(image_shape, columns, redrawn, rejected, drawn, dict(sorted(arithmetic.items())))


def _shared(first: dict[str, np.dtype], second: dict[str, np.dtype]) -> dict[str, np.dtype]:
    return {name: np.promote_types(first[name], second[name]) for name in first if name in second}
