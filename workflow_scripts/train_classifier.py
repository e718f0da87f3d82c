"""Train classifiers: one arm's data, one seed or several.

The arm's photographs are `--train-images-per-class` of every class, a share of them generated; its validation
photographs have the same share and are as many as there are. Several seeds are trained side by side in one program,
`--seeds-per-job` at a time. A run that was killed carries on from `--resume-folder`.
"""

import json
from functools import partial
from pathlib import Path

import jax
from tqdm import tqdm

from flax_cnn.classifier import save_classifier
from flax_cnn.compiled_programs import keep_compiled_programs
from flax_cnn.config import TrainingConfig
from flax_cnn.keys import training_keys
from flax_cnn.resuming import ResumeFolder, run_fingerprint
from flax_cnn.training import TrainingData, reproducible, train_seeds
from photographs.atomic_files import remove_leftovers, write_text
from photographs.exclusive_folder import exclusive_folder
from photographs.mixing import largest_mix_size, mix
from photographs.photo_set import PhotoSet, no_photos, read_photo_set
from workflow_scripts.assigned_gpu import require_gpu
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    for kind in ("real", "synthetic"):
        told = f"{kind} photographs: to train on, and to validate with; none where their share is 0"
        arguments.add_argument(f"--{kind}", type=Path, nargs="*", default=[], metavar="NPZ", help=told)
    arguments.add_argument("--arm", required=True, help="the arm's name; part of the run's randomness")
    arguments.add_argument("--share-synthetic", type=float, required=True, help="generated share of the data, 0 to 1")
    arguments.add_argument("--train-images-per-class", type=int, required=True)
    arguments.add_argument("--training", type=json_argument, required=True, help="TrainingConfig as JSON")
    arguments.add_argument("--study-seed", type=int, required=True)
    arguments.add_argument("--seed-index", type=int, required=True, nargs="+")
    arguments.add_argument("--seeds-per-job", type=int, default=1, help="seeds side by side in one program")
    arguments.add_argument("--resume-folder", type=Path, required=True, help="state of an unfinished run")
    arguments.add_argument("--classifier", type=Path, required=True, nargs="+", help="checkpoint folders to write")
    arguments.add_argument("--metrics", type=Path, required=True, nargs="+", help="JSON lines to write, in that order")
    arguments.add_argument("--compilation-cache", type=Path, help="keep compiled programs here between jobs")
    options = arguments.parse_args()
    keep_compiled_programs(options.compilation_cache)
    require_gpu("jax", jax.default_backend() != "cpu")

    if options.seeds_per_job < 1:
        raise ValueError(f"--seeds-per-job is {options.seeds_per_job}: it must be at least 1")
    given = [len(each) for each in (options.seed_index, options.classifier, options.metrics)]
    if len(set(given)) > 1:
        raise ValueError(
            "--seed-index, --classifier and --metrics are {}, {} and {}: give as many of each".format(*given)
        )
    config = TrainingConfig.model_validate(options.training)
    train_photos, val_photos = _arm_photos(options)
    data = TrainingData(train_photos.images_nhwc, train_photos.labels, val_photos.images_nhwc, val_photos.labels)
    identity = [options.arm, str(options.study_seed), *train_photos.classes]

    runs = list(zip(options.seed_index, options.classifier, options.metrics, strict=True))
    with exclusive_folder(options.resume_folder):
        for written in [*options.classifier, *options.metrics]:
            remove_leftovers(written)
        resumes = []
        for first in range(0, len(runs), options.seeds_per_job):
            group = runs[first : first + options.seeds_per_job]
            seeds = [seed for seed, _, _ in group]
            fingerprint = run_fingerprint(config.model_dump_json(), *identity, str(seeds), *vars(data).values())
            # The first group's folder is the job's own, so that a single seed has but one.
            folder = options.resume_folder / (f"from_seed_{seeds[0]}" if resumes else "")
            resumes.append(ResumeFolder(folder, fingerprint))
            keys = [training_keys(options.study_seed, options.arm, seed) for seed in seeds]
            report = partial(_report, group, config, len(runs) - first - len(group))
            try:
                trained = train_seeds(config, data, train_photos.classes, keys, resumes[-1], report)
            except FloatingPointError as error:
                raise FloatingPointError(f"{options.arm}, seed {', '.join(map(str, seeds))}: {error}") from error
            for (seed, path, metrics), (classifier, rows) in zip(group, trained, strict=True):
                save_classifier(path, classifier)
                _write_metrics(metrics, rows)
                print(f"{options.arm}, seed {seed}: validation accuracy {classifier.metrics['val_accuracy']:.4f}")
        # Not before: Snakemake removes what a killed job has written, and each group must still know how it ended.
        for resume in resumes:
            resume.clear()


def _report(group, config, seeds_after, rows_of_seeds):
    for (_, _, metrics), rows in zip(group, rows_of_seeds, strict=True):
        _write_metrics(metrics, rows)
    print(_progress_line([rows[-1] for rows in rows_of_seeds], config, seeds_after), flush=True)


def _write_metrics(path: Path, rows: list[dict]) -> None:
    # Without what the clock decides, so that two runs leave the same file; the speed goes to the log.
    write_text(path, "".join(json.dumps(reproducible(row), allow_nan=False) + "\n" for row in rows))


def _progress_line(rows: list[dict], config: TrainingConfig, seeds_after: int) -> str:
    """Return what the log says after an interval of seeds side by side; `seeds_after` of the job wait for them."""
    row = rows[0]
    steps_left = len(rows) * (config.steps - row["step"]) + seeds_after * config.steps
    seconds_left = row["seconds"] * steps_left / config.steps_per_evaluation
    accuracies = " ".join(f"{each['val_accuracy']:.3f}" for each in rows)
    return (
        f"step {row['step']}/{config.steps}: validation accuracy {accuracies}, "
        f"{row['images_per_second']:.0f} images/s, {tqdm.format_interval(seconds_left)} left"
    )


def _arm_photos(options) -> list[PhotoSet]:
    """Return what the arm is trained on, and what it is validated with."""
    real, synthetic = ([read_photo_set(path) for path in paths] for paths in (options.real, options.synthetic))
    if sorted([len(real), len(synthetic)]) not in ([0, 2], [2, 2]):
        raise ValueError("--real and --synthetic take two photo sets each, and one of them none where its share is 0")
    share = options.share_synthetic
    train, val = zip(real or map(no_photos, synthetic), synthetic or map(no_photos, real), strict=True)
    return [mix(*train, share, options.train_images_per_class), mix(*val, share, largest_mix_size(*val, share))]


if __name__ == "__main__":
    run(main)
