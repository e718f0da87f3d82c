"""Write the generated photographs as an image folder: a folder a split, in it a folder of PNG files a class.

Beside the classes lies metadata.jsonl with a line an image. Hugging Face's `datasets` and torchvision read it. Every
photograph is held to the manifest's digests before, and to its own pixels after it is encoded. A split's folder
appears when it is complete.
"""

from pathlib import Path

from data_set_export.filled_folder import filled_folder
from data_set_export.image_folder import fill_image_folder
from data_set_export.photos_manifest import MANIFEST, read_manifest, read_split
from data_set_export.split_names import EXPORTED_SPLITS
from photographs.progress import Progress
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--photos-folder", type=Path, required=True, help="written by merge_synthetic_photos")
    arguments.add_argument("--state-folder", type=Path, required=True, help="keeps unfinished folders")
    arguments.add_argument("--output-folder", type=Path, required=True)
    options = arguments.parse_args()

    manifest = read_manifest(options.photos_folder / MANIFEST)
    with Progress(manifest.n_images, "image folder", "images") as progress:
        for split, name in EXPORTED_SPLITS.items():
            photo_set = read_split(options.photos_folder, manifest, split)
            with filled_folder(options.output_folder / name, options.state_folder) as folder:
                fill_image_folder(folder, photo_set, progress)


if __name__ == "__main__":
    run(main)
