"""Which images train, which choose, which judge: a function of an image's index alone.

Real photographs keep CIFAR-10's own train and test; the last tenth of each class's training photographs
(in CIFAR-10's file order) is the validation part. Generated images are cut by index in the same proportions,
so both kinds have 75 % train, 8.3 % validation and 16.7 % test.
"""

import numpy as np

SPLITS = ("train", "val", "test")

REAL_TRAIN_PER_CLASS = 4500
REAL_VAL_PER_CLASS = 500
REAL_TEST_PER_CLASS = 1000
REAL_PER_CLASS = REAL_TRAIN_PER_CLASS + REAL_VAL_PER_CLASS + REAL_TEST_PER_CLASS


def split_sizes(images_per_class: int) -> dict[str, int]:
    """Return how many of `images_per_class` generated images of a class fall to each split.

    Validation and test are rounded to the nearest whole image, at least one each; train takes the rest.

    Raises:
        ValueError: fewer than three images cannot fill three splits.
    """
    if images_per_class < 3:
        raise ValueError(f"{images_per_class} images a class cannot fill train, validation and test; it takes 3")
    val = max(1, round(images_per_class * REAL_VAL_PER_CLASS / REAL_PER_CLASS))
    test = max(1, round(images_per_class * REAL_TEST_PER_CLASS / REAL_PER_CLASS))
    return {"train": images_per_class - val - test, "val": val, "test": test}


def splits_of_indices(indices: np.ndarray, images_per_class: int) -> np.ndarray:
    """Return the split, str (N,), of the generated images `indices` (N,), from 0, of a class.

    Train comes first, then validation, then test.
    """
    sizes = split_sizes(images_per_class)
    ends = np.cumsum([sizes[name] for name in SPLITS[:-1]])
    return np.asarray(SPLITS)[np.searchsorted(ends, indices, side="right")]
