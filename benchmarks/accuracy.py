"""Measure what the fast network reaches on all real photographs, judged on the real test set: by one of two recipes.

Several seeds, one after another. The train split is learnt from, the validation split chooses the interval, and the
test split is read once a seed, when its training is over: as it is, and (mirrored) with the logits of each photograph
and of its mirror image added up, as airbench does. A seed's classifier state is kept after every interval, and
its result when it is finished, so a run that was killed goes on where it was. A seed of the quick recipe takes two CPU
cores four minutes where they compute in bfloat16 and eleven elsewhere, one of the thorough recipe six times as long.
"""

import argparse
import json
import statistics
from functools import partial
from pathlib import Path
from typing import Any

from scipy.stats import t as student

from benchmarks.interleaved import machine
from benchmarks.real_photographs import require_splits
from benchmarks.recipes import RECIPES
from flax_cnn.compiled_programs import keep_compiled_programs
from flax_cnn.config import TrainingConfig
from flax_cnn.keys import training_keys
from flax_cnn.resuming import ResumeFolder, run_fingerprint
from flax_cnn.training import TrainingData, train
from photographs.atomic_files import write_json
from photographs.exclusive_folder import exclusive_folder
from photographs.photo_set import read_photo_set

_SPLITS = ("train", "val", "test")


def main() -> None:
    """Run the measurement."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument(
        "--photos", type=Path, default=Path("results/real_photos"), help="folder of the three splits"
    )
    arguments.add_argument("--recipe", choices=RECIPES, default="quick")
    arguments.add_argument("--seeds", type=int, default=3)
    arguments.add_argument("--output", type=Path, help="default: results/bench/accuracy_RECIPE.json")
    arguments.add_argument("--unfinished", type=Path, default=Path("results/.unfinished/accuracy"))
    options = arguments.parse_args()
    require_splits(options.photos, *_SPLITS)
    keep_compiled_programs(options.unfinished / "compiled")

    photos = {split: read_photo_set(options.photos / f"{split}.npz") for split in _SPLITS}
    config = RECIPES[options.recipe].training(len(photos["train"]))
    finished = [_seed(seed, config, photos, options.unfinished) for seed in range(options.seeds)]
    result = summarise(finished) | {
        "recipe": options.recipe,
        "training": config.model_dump(mode="json"),
        "photographs": {split: len(each) for split, each in photos.items()},
        "classes": list(photos["train"].classes),
        "machine": machine(),
    }
    output = options.output or Path(f"results/bench/accuracy_{options.recipe}.json")
    write_json(output, result)
    print(f"mean test accuracy {result['mean']:.4f} of {len(finished)} seeds; written to {output}")


def summarise(seeds: list[dict[str, Any]]) -> dict[str, Any]:
    """Return mean test accuracy, its 95 % interval over seeds (Student's t; null for one), and every seed's row."""
    accuracies = [seed["test_accuracy"] for seed in seeds]
    mean, interval = statistics.mean(accuracies), None
    if len(accuracies) > 1:
        half = student.ppf(0.975, len(accuracies) - 1) * statistics.stdev(accuracies) / len(accuracies) ** 0.5
        interval = [mean - half, mean + half]
    return {
        "mean": mean,
        "ci95": interval,
        "mean_mirrored": statistics.mean(seed["test_accuracy_mirrored"] for seed in seeds),
        "mean_seconds": statistics.mean(seed["seconds"] for seed in seeds),
        "per_seed": seeds,
    }


def _seed(seed: int, config: TrainingConfig, photos, unfinished: Path) -> dict[str, Any]:
    train_set, val, test = (photos[split] for split in ("train", "val", "test"))
    data = TrainingData(train_set.images_nhwc, train_set.labels, val.images_nhwc, val.labels)
    fingerprint = run_fingerprint(
        config.model_dump_json(), str(seed), *train_set.classes, *vars(data).values(), test.images_nhwc, test.labels
    )
    kept = unfinished / f"seed_{seed}_{fingerprint[:16]}.json"
    # Another run of the same measurement may be at it.
    with exclusive_folder(kept.with_suffix("")):
        if kept.is_file():
            return json.loads(kept.read_text(encoding="utf-8"))
        return _trained(seed, config, data, photos, ResumeFolder(kept.with_suffix(""), fingerprint), kept)


def _trained(
    seed: int, config: TrainingConfig, data: TrainingData, photos, resume: ResumeFolder, kept: Path
) -> dict[str, Any]:
    classes, test = photos["train"].classes, photos["test"]
    keys = training_keys(0, "real", seed)
    classifier, _ = train(config, data, classes, keys, resume, partial(_report, seed, config))
    logits_nk, mirrored_nk = (
        classifier.predict_logits(each) for each in (test.images_nhwc, test.images_nhwc[:, :, ::-1])
    )
    row = {
        "seed": seed,
        "test_accuracy": float((logits_nk.argmax(axis=-1) == test.labels).mean()),
        "test_accuracy_mirrored": float(((logits_nk + mirrored_nk).argmax(axis=-1) == test.labels).mean()),
        **classifier.metrics,
        **classifier.facts,
        **classifier.cost,
    }
    write_json(kept, row)
    resume.clear()
    return row


def _report(seed: int, config: TrainingConfig, rows: list[dict[str, Any]]) -> None:
    row = rows[-1]
    minutes_left = row["seconds"] * (config.steps - row["step"]) / config.steps_per_evaluation / 60
    print(
        f"seed {seed}, step {row['step']}/{config.steps}: validation accuracy {row['val_accuracy']:.4f}, "
        f"{row['images_per_second']:.0f} images/s, {minutes_left:.0f} minutes of training left",
        flush=True,
    )


if __name__ == "__main__":
    main()
