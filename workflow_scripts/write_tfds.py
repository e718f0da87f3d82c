"""Write the generated photographs as a TFDS data set that `tfds.builder_from_directory` reads without TensorFlow.

Every photograph is held to the manifest's digests before, and to its own pixels after it is encoded. The folder appears
when it is complete.
"""

from pathlib import Path

from data_set_export.card import describe, model_in_words
from data_set_export.citation import bibtex
from data_set_export.filled_folder import filled_folder
from data_set_export.licence import model_licence
from data_set_export.photos_manifest import MANIFEST, read_manifest, read_split
from data_set_export.split_names import EXPORTED_SPLITS
from data_set_export.tfds_data_set import fill_tfds_folder
from photographs.progress import Progress
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--photos-folder", type=Path, required=True, help="written by merge_synthetic_photos")
    arguments.add_argument("--citation", type=Path, required=True, help="the project's CITATION.cff")
    arguments.add_argument("--state-folder", type=Path, required=True, help="keeps unfinished folders")
    arguments.add_argument("--output", type=Path, required=True, help="the data set's folder")
    options = arguments.parse_args()

    manifest = read_manifest(options.photos_folder / MANIFEST)
    licence = model_licence(manifest.generator)
    photo_sets = {name: read_split(options.photos_folder, manifest, split) for split, name in EXPORTED_SPLITS.items()}
    with (
        Progress(manifest.n_images, "TFDS data set", "images") as progress,
        filled_folder(options.output, options.state_folder) as folder,
    ):
        fill_tfds_folder(
            folder,
            photo_sets,
            description=describe(manifest),
            citation=bibtex(options.citation),
            licence=f"The images come from {model_in_words(manifest.generator)}. {licence.sentence()}\n",
            homepage=licence.page,
            progress=progress,
        )


if __name__ == "__main__":
    run(main)
