"""Fetch CIFAR-10 into the cache folder and check it, so that jobs on machines without a network find it there."""

from pathlib import Path

from photographs.atomic_files import write_json
from photographs.cifar10 import cache_folder, load_cifar10
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--source", choices=("auto", "tfds", "registry"), default="auto")
    arguments.add_argument("--output", type=Path, required=True, help="record to write (JSON)")
    options = arguments.parse_args()

    cifar10, origin = load_cifar10(options.source)
    images = {split: len(photo_set) for split, photo_set in cifar10.items()}
    print(f"CIFAR-10, {images['train']} + {images['test']} photographs, checked: {origin}, in {cache_folder()}")
    write_json(options.output, {"source": origin, "images": images})


if __name__ == "__main__":
    run(main)
