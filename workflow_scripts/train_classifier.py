"""Train one classifier: one arm's data, one seed.

The arm's photographs are `--train-images-per-class` of every class, a share of them generated; its validation
photographs have the same share and are as many as there are. A run that was killed carries on from `--resume-folder`.
"""

import json
from pathlib import Path

from tqdm import tqdm

from flax_cnn.classifier import load_classifier, save_classifier
from flax_cnn.compiled_programs import keep_compiled_programs
from flax_cnn.config import TrainingConfig
from flax_cnn.keys import training_keys
from flax_cnn.resuming import ResumeFolder, run_fingerprint
from flax_cnn.training import TrainingData, reproducible, train
from photographs.atomic_files import write_text
from photographs.exclusive_folder import exclusive_folder
from photographs.mixing import largest_mix_size, mix
from photographs.photo_set import read_photo_set
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    for kind in ("real", "synthetic"):
        for split in ("train", "val"):
            arguments.add_argument(f"--{kind}-{split}", type=Path, required=True, metavar="NPZ")
    arguments.add_argument("--arm", required=True, help="the arm's name; part of the run's randomness")
    arguments.add_argument("--share-synthetic", type=float, required=True, help="generated share of the data, 0 to 1")
    arguments.add_argument("--train-images-per-class", type=int, required=True)
    arguments.add_argument("--training", type=json_argument, required=True, help="TrainingConfig as JSON")
    arguments.add_argument("--study-seed", type=int, required=True)
    arguments.add_argument("--seed-index", type=int, required=True)
    arguments.add_argument("--start", type=Path, help="checkpoint folder of a classifier to start from")
    arguments.add_argument("--frozen-blocks", type=int, default=0, help="its first so many blocks stay as they are")
    arguments.add_argument("--resume-folder", type=Path, required=True, help="state of an unfinished run")
    arguments.add_argument("--classifier", type=Path, required=True, help="checkpoint folder to write")
    arguments.add_argument("--metrics", type=Path, required=True, help="metrics to write, one JSON object a line")
    arguments.add_argument("--compilation-cache", type=Path, help="keep compiled programs here between jobs")
    options = arguments.parse_args()
    keep_compiled_programs(options.compilation_cache)

    config = TrainingConfig.model_validate(options.training)
    photos = {
        split: _arm_photos(options, read_photo_set(getattr(options, f"real_{split}")), split)
        for split in ("train", "val")
    }
    train_photos, val_photos = photos["train"], photos["val"]
    data = TrainingData(train_photos.images_nhwc, train_photos.labels, val_photos.images_nhwc, val_photos.labels)
    start = load_classifier(options.start) if options.start else None
    identity = [start.digest() if start else "fresh", str(options.frozen_blocks)]
    identity += [options.arm, str(options.study_seed), str(options.seed_index), *train_photos.classes]
    fingerprint = run_fingerprint(config.model_dump_json(), *identity, *vars(data).values())

    def write_metrics(rows: list[dict]) -> None:
        # Without what the clock decides, so that two runs leave the same file; the speed goes to the log.
        write_text(options.metrics, "".join(json.dumps(reproducible(row)) + "\n" for row in rows))

    def report(rows: list[dict]) -> None:
        write_metrics(rows)
        print(_progress_line(rows[-1], config), flush=True)

    with exclusive_folder(options.resume_folder):
        resume = ResumeFolder(options.resume_folder, fingerprint)
        keys = training_keys(options.study_seed, options.arm, options.seed_index)
        classifier, rows = train(config, data, train_photos.classes, keys, resume, report, start, options.frozen_blocks)
        save_classifier(options.classifier, classifier)
        write_metrics(rows)
        resume.clear()
    print(f"{options.arm}, seed {options.seed_index}: validation accuracy {classifier.metrics['val_accuracy']:.4f}")


def _progress_line(row: dict, config: TrainingConfig) -> str:
    seconds_left = row["seconds"] * (config.steps - row["step"]) / config.steps_per_evaluation
    return (
        f"step {row['step']}/{config.steps}: validation accuracy {row['val_accuracy']:.3f}, "
        f"{row['images_per_second']:.0f} images/s, {tqdm.format_interval(seconds_left)} left"
    )


def _arm_photos(options, real, split):
    synthetic = read_photo_set(getattr(options, f"synthetic_{split}"))
    if split == "train":
        size = options.train_images_per_class
    else:
        size = largest_mix_size(real, synthetic, options.share_synthetic)
    return mix(real, synthetic, options.share_synthetic, size)


if __name__ == "__main__":
    run(main)
