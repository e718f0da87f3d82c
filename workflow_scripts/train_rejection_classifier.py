"""Train the classifier that selects generated images on real photographs, and write it in transformers' layout.

Takes a quarter of an hour of one CPU core that computes in bfloat16. Its state is kept in the user's cache folder, one
folder a recipe and data set, so that a run that was stopped carries on where it was.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import torch

from photographs.atomic_files import flush_folder
from photographs.cifar10 import cache_folder
from photographs.digests import file_digest, image_digest, set_digest
from photographs.photo_set import PhotoSet, read_photo_set
from text_to_image.rejection.classifier_folder import write_classifier_folder
from text_to_image.rejection.recipe import RejectionRecipe
from text_to_image.rejection.training import enlarge, train_rejection_classifier
from text_to_image.resume_state import ResumeState
from workflow_scripts.command import json_argument, parser, run

_ROWS = 250


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--photos", type=Path, required=True, help="photo set of the train split")
    arguments.add_argument(
        "--val", type=Path, required=True, help="photo set of the validation split; it chooses nothing"
    )
    arguments.add_argument("--recipe", type=json_argument, default={}, help="settings as JSON; see recipe.py")
    arguments.add_argument("--threads", type=int, default=2, help="CPU threads")
    arguments.add_argument("--state-folder", type=Path, help="where the training's state is kept (default: the cache)")
    arguments.add_argument("--output", type=Path, required=True, help="folder for the finished classifier")
    options = arguments.parse_args()

    torch.set_num_threads(options.threads)
    recipe = RejectionRecipe.model_validate(options.recipe)
    photographs, val = read_photo_set(options.photos), read_photo_set(options.val)
    settings = recipe.model_dump_json(exclude={"minutes_between_saves"})
    name = hashlib.sha256((settings + file_digest(options.photos)).encode()).hexdigest()[:16]
    state_folder = options.state_folder or cache_folder() / "rejection_training"
    print(f"training state: {state_folder}", flush=True)
    saved = ResumeState(state_folder / f"{name}.pt", recipe.minutes_between_saves)
    classifier = train_rejection_classifier(recipe, photographs, saved)
    classes = [photographs.classes[label] for label in np.unique(photographs.labels)]
    record = {
        "classes": classes,
        "photos": len(photographs),
        "photos_digest": set_digest(image_digest(image) for image in photographs.images_nhwc),
        "recipe": recipe.model_dump(mode="json"),
        "validation": {"photos": len(val), "accuracy": _accuracy(classifier, recipe, val, classes)},
        "minutes": round(saved.minutes, 1),
        "machine": f"{os.cpu_count()} CPU cores, torch {torch.__version__}",
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.output.parent) as folder:
        finished = Path(folder) / "model"
        write_classifier_folder(finished, classifier, record)
        flush_folder(finished)
        shutil.rmtree(options.output, ignore_errors=True)
        finished.rename(options.output)


@torch.inference_mode()
def _accuracy(classifier, recipe: RejectionRecipe, photographs: PhotoSet, classes: list[str]) -> float:
    names = [photographs.classes[label] for label in photographs.labels]
    predicted = [
        classes[number]
        for first in range(0, len(photographs), _ROWS)
        for number in classifier(
            pixel_values=enlarge(photographs.images_nhwc[first : first + _ROWS], recipe.image_size)
        ).logits.argmax(1)
    ]
    return float(np.mean([name == guess for name, guess in zip(names, predicted, strict=True)]))


if __name__ == "__main__":
    run(main)
