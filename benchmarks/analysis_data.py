"""A study of any size made up in a folder: what the analysis commands read, with nothing drawn or trained."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from photographs.atomic_files import write_json
from photographs.mixing import lowest_indices, mix
from photographs.photo_set import read_photo_set, write_photo_set
from transfer_analysis.cells import predictions_path
from transfer_analysis.predictions import Predictions, write_predictions

CLASSES = ("bird", "cat", "deer", "dog", "frog", "horse")
DOMAINS = ("real", "synthetic", "mixture")
# CIFAR-10's: photographs a class for training, validation and test.
SPLITS = {"train": 0.75, "val": 1 / 12, "test": 1 / 6}
SHARES = {"real": 0.0, "synthetic": 1.0, "mixture": 0.5}


def split_sizes(images_per_class: int) -> dict[str, int]:
    """Return the images of a class in each split."""
    return {split: round(share * images_per_class) for split, share in SPLITS.items()}


def write_photos(folder: Path, photos: Path, images_per_class: int) -> None:
    """Write {real,synthetic}_photos/{train,val,test}.npz and mixture_photos/test.npz.

    A stand-in for a generated image is two thirds of one photograph and a third of the next of its class: no network
    takes it for a photograph, nor for nothing.
    """
    for split in SPLITS:
        real = lowest_indices(read_photo_set(photos / f"{split}.npz"), split_sizes(images_per_class)[split], "real")
        # `real` lies class by class; each class's last photograph is blended with the next class's first.
        following = np.roll(real.images_nhwc, -1, axis=0).astype(np.uint16)
        blended = replace(
            real, images_nhwc=((2 * real.images_nhwc.astype(np.uint16) + following) // 3).astype(np.uint8)
        )
        write_photo_set(folder / f"real_photos/{split}.npz", real)
        write_photo_set(folder / f"synthetic_photos/{split}.npz", blended)
        if split == "test":
            write_photo_set(
                folder / "mixture_photos/test.npz",
                mix(real, blended, SHARES["mixture"], split_sizes(images_per_class)[split]),
            )


def write_answers(folder: Path, name: str, seed: int, domain: str, per_class: int, accuracy: float) -> None:
    """Write one network's logits on one domain's test images; images are hard or easy for all networks alike."""
    labels = np.repeat(np.arange(len(CLASSES)), per_class)
    ease_n = np.random.default_rng(DOMAINS.index(domain)).normal(0, 1, len(labels))
    rng = np.random.default_rng([*name.encode(), seed, DOMAINS.index(domain)])
    logits_nk = rng.gumbel(size=(len(labels), len(CLASSES))).astype(np.float32)
    logits_nk[np.arange(len(labels)), labels] += np.log(accuracy / (1 - accuracy) * (len(CLASSES) - 1)) + ease_n
    answers = Predictions(logits_nk, labels.astype(np.int32), np.arange(len(labels)), CLASSES)
    write_predictions(predictions_path(folder, name, seed, domain), answers)


def write_manifests(folder: Path, images_per_class: int) -> None:
    """Write real.json and synthetic.json."""
    common = {"classes": list(CLASSES), "images_per_class": split_sizes(images_per_class), "digests": {}}
    write_json(folder / "real.json", {"source": "made up", **common})
    write_json(folder / "synthetic.json", {"generator": {"model": "made up", "is_embedded": False}, **common})


def write_study(
    folder: Path, photos: Path, images_per_class: int, seeds: int, points: dict[str, tuple[float, float]]
) -> None:
    """Write all of it.

    Args:
        photos: folder of the real photographs' three splits.
        points: the mixtures by name, as shares (real, synthetic) of the training images.
    """
    write_photos(folder, photos, images_per_class)
    write_manifests(folder, images_per_class)
    per_class = split_sizes(images_per_class)["test"]
    for seed in range(seeds):
        for arm, share in SHARES.items():
            for domain in DOMAINS:
                accuracy = 0.9 - 0.4 * abs(share - SHARES[domain])
                write_answers(folder / "predictions", arm, seed, domain, per_class, accuracy)
        for name, (real, synthetic) in points.items():
            accuracy = 0.5 + 0.4 * (real + 0.3 * synthetic) ** 0.3
            write_answers(folder / "mixtures", name, seed, "real", per_class, accuracy)
