"""Train the classifier that selects generated images on real photographs, and write it in transformers' layout.

Takes 21 minutes of one CPU core with AVX2 alone. Its state is kept in the user's cache folder, one
folder a recipe and data set, so that a run that was stopped carries on where it was.
"""

import hashlib
import os
from pathlib import Path

import numpy as np
import torch

from photographs.atomic_files import whole_folder
from photographs.cifar10 import cache_folder
from photographs.digests import file_digest, image_digest, set_digest
from photographs.exclusive_folder import exclusive_folder
from photographs.photo_set import PhotoSet, read_photo_set
from text_to_image.rejection.classifier_folder import write_classifier_folder
from text_to_image.rejection.recipe import RejectionRecipe
from text_to_image.rejection.training import normalised, train_rejection_classifier
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
    state_folder = (options.state_folder or cache_folder() / "rejection_training") / name
    print(f"training state: {state_folder}", flush=True)
    saved = ResumeState(state_folder / "classifier.pt", recipe.minutes_between_saves)
    # In the cache, clones share it.
    with exclusive_folder(state_folder):
        classifier = train_rejection_classifier(recipe, photographs, saved)
    record = {
        "classes": list(classifier.config.label2id),
        "photos": len(photographs),
        "photos_digest": set_digest(image_digest(image) for image in photographs.images_nhwc),
        "recipe": recipe.model_dump(mode="json"),
        "validation": {"photos": len(val), "accuracy": _accuracy(classifier, val)},
        "minutes": round(saved.minutes, 1),
        "machine": f"{options.threads} of {os.cpu_count()} CPU cores, torch {torch.__version__}",
    }
    with whole_folder(options.output) as folder:
        write_classifier_folder(folder, classifier, record)


@torch.inference_mode()
def _accuracy(classifier, photographs: PhotoSet) -> float:
    numbers = [classifier.config.label2id[photographs.classes[label]] for label in photographs.labels]
    logits_nk = torch.cat(
        [
            classifier(pixel_values=normalised(images)).logits
            for images in np.array_split(photographs.images_nhwc, -(-len(photographs) // _ROWS))
        ]
    )
    return float((logits_nk.argmax(dim=1) == torch.tensor(numbers)).float().mean())


if __name__ == "__main__":
    run(main)
