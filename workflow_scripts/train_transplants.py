"""Train networks above frozen lower blocks of another network, on real photographs: one seed, all donors and depths.

For every donor of `--donors` and every number of blocks, none to all, the blocks are frozen and the rest begins anew
and learns from the `--images-per-class` real photographs of lowest index. All runs of a seed see the same photographs
in the same order and have the same fresh weights, which no donor started from. Writes what each says of the real test
photographs. A command that was killed carries on from `--resume-folder`.
"""

from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

from flax_cnn.classifier import Classifier, load_classifier
from flax_cnn.compiled_programs import keep_compiled_programs
from flax_cnn.config import TrainingConfig
from flax_cnn.keys import TrainingKeys
from flax_cnn.network import NETWORKS
from flax_cnn.resuming import ResumeFolder, run_fingerprint
from flax_cnn.training import TrainingData, train
from flax_cnn.transplant import transplant_keys, transplanted
from photographs.exclusive_folder import exclusive_folder
from photographs.mixing import class_counts, lowest_indices
from photographs.photo_set import PhotoSet, read_photo_set
from transfer_analysis.representations.transplant_answers import TransplantAnswers, write_transplant_answers
from workflow_scripts.assigned_gpu import require_gpu
from workflow_scripts.command import json_argument, named_file, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    for split in ("train", "val", "test"):
        arguments.add_argument(f"--real-{split}", type=Path, required=True, metavar="NPZ")
    arguments.add_argument("--donors", type=named_file, nargs="+", required=True, metavar="ARM=CHECKPOINT")
    arguments.add_argument("--images-per-class", type=int, required=True, help="real photographs to learn from")
    arguments.add_argument("--training", type=json_argument, required=True, help="TrainingConfig as JSON")
    arguments.add_argument("--study-seed", type=int, required=True)
    arguments.add_argument("--seed-index", type=int, required=True)
    arguments.add_argument("--resume-folder", type=Path, required=True, help="states of finished and unfinished runs")
    arguments.add_argument("--output", type=Path, required=True, help="answers to write (.npz)")
    arguments.add_argument("--compilation-cache", type=Path, help="keep compiled programs here between jobs")
    options = arguments.parse_args()
    keep_compiled_programs(options.compilation_cache)
    require_gpu("jax", jax.default_backend() != "cpu")

    donors = {arm: load_classifier(path) for arm, path in options.donors}
    setup = _read_setup(options)
    depths = len(NETWORKS[setup.config.network].block_names)
    with exclusive_folder(options.resume_folder):
        resumes: list[ResumeFolder] = []
        # Without a block of the donor's it is the same run for all donors.
        fresh_n = _answers(setup, "fresh", None, 0, resumes)
        predicted = {arm: [fresh_n] for arm in donors}
        # One depth after the other: runs of one depth share a compiled program.
        for depth in range(1, depths + 1):
            for arm, donor in donors.items():
                predicted[arm].append(_answers(setup, arm, donor, depth, resumes))
        write_transplant_answers(
            options.output,
            TransplantAnswers(
                NETWORKS[setup.config.network].block_names,
                tuple(donors),
                np.stack([np.stack(of_donor) for of_donor in predicted.values()]),
                setup.test.labels,
                setup.test.indices,
                setup.test.classes,
            ),
        )
        # Not before: each run must still know how it ended if a later one is killed.
        for resume in resumes:
            resume.clear()


class _Setup(NamedTuple):
    """What all runs have in common."""

    config: TrainingConfig
    data: TrainingData
    test: PhotoSet
    keys: TrainingKeys
    resume_folder: Path


def _read_setup(options) -> _Setup:
    count = options.images_per_class
    train_photos = lowest_indices(read_photo_set(options.real_train), count, "real")
    val_photos = read_photo_set(options.real_val)
    val_photos = lowest_indices(val_photos, min(count, *class_counts(val_photos)), "real validation")
    return _Setup(
        TrainingConfig.model_validate(options.training),
        TrainingData(train_photos.images_nhwc, train_photos.labels, val_photos.images_nhwc, val_photos.labels),
        read_photo_set(options.real_test),
        transplant_keys(options.study_seed, options.seed_index),
        options.resume_folder,
    )


def _answers(setup: _Setup, name: str, donor: Classifier | None, depth: int, resumes: list[ResumeFolder]) -> np.ndarray:
    """Return what the network over `depth` blocks of the donor's says of the test photographs: int (N,)."""
    config, keys = setup.config, setup.keys
    start = transplanted(donor, depth, keys) if donor else None
    identity = [donor.digest() if donor else "fresh", str(depth), str(jax.random.key_data(keys.order))]
    fingerprint = run_fingerprint(config.model_dump_json(), *identity, *vars(setup.data).values())
    resumes.append(ResumeFolder(setup.resume_folder / f"{name}_{depth}", fingerprint))
    classifier, rows = train(
        config, setup.data, setup.test.classes, keys, resumes[-1], start=start, frozen_blocks=depth
    )
    print(
        f"{depth} blocks of {name}: validation accuracy {rows[-1]['val_accuracy']:.3f}, "
        f"{rows[-1]['images_per_second']:.0f} images/s",
        flush=True,
    )
    return classifier.predict_logits(setup.test.images_nhwc).argmax(axis=1)


if __name__ == "__main__":
    run(main)
