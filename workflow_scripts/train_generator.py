"""Train the embedded text-to-image model on real photographs and write it as a diffusers pipeline.

Takes hours on a CPU. Its state is kept in the user's cache folder, one folder a recipe and data set, so that a run
that was stopped carries on where it was, even in another clone; and one that is asked for more steps
(generator_training.diffusion.steps) carries on from where the shorter one ended.
"""

import hashlib
import json
import shutil
from pathlib import Path

import torch

from photographs.atomic_files import whole_folder
from photographs.cifar10 import cache_folder
from photographs.digests import file_digest
from photographs.exclusive_folder import exclusive_folder
from photographs.photo_set import read_photo_set
from text_to_image.embedded_generator.recipe import GeneratorRecipe
from text_to_image.embedded_generator.training import train_generator
from text_to_image.model_source import folder_digest
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--photos", type=Path, required=True, help="photo set of the train split")
    arguments.add_argument("--recipe", type=json_argument, default={}, help="settings as JSON; see recipe.py")
    arguments.add_argument("--threads", type=int, default=2, help="CPU threads")
    arguments.add_argument(
        "--compile",
        choices=("auto", "yes", "no"),
        default="auto",
        help="fuse the network's kernels: minutes at first, then twice the speed; auto: where there is a C++ compiler",
    )
    arguments.add_argument("--state-folder", type=Path, help="where the training's state is kept (default: the cache)")
    arguments.add_argument("--output", type=Path, required=True, help="folder for the finished pipeline")
    options = arguments.parse_args()

    torch.set_num_threads(options.threads)
    recipe = GeneratorRecipe.model_validate(options.recipe)
    if recipe.start_from is not None and not Path(recipe.start_from).is_dir():
        raise ValueError(f"generator_training.start_from is {recipe.start_from!r}: there is no such folder")
    state_folder = options.state_folder or cache_folder() / "generator_training" / _name(recipe, options.photos)
    compile_network = options.compile == "yes" or (options.compile == "auto" and shutil.which("g++") is not None)
    print(f"training state: {state_folder}", flush=True)
    print("kernels: " + ("compiled" if compile_network else "not compiled; a C++ compiler (g++) doubles the speed"))
    # In the cache, clones share it.
    with exclusive_folder(state_folder), whole_folder(options.output) as folder:
        train_generator(recipe, read_photo_set(options.photos), compile_network, state_folder, folder)


def _name(recipe: GeneratorRecipe, photos: Path) -> str:
    # Without the numbers of steps, on which no other setting depends.
    lengths = {"diffusion": {"steps"}, "distillation": {"steps", "paths"}, "minutes_between_saves": True}
    settings = recipe.model_dump(mode="json", exclude=lengths)
    start = folder_digest(Path(recipe.start_from)) if recipe.start_from else ""
    return hashlib.sha256((json.dumps(settings, sort_keys=True) + start + file_digest(photos)).encode()).hexdigest()[
        :16
    ]


if __name__ == "__main__":
    run(main)
