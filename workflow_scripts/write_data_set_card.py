"""Write the card of the exported photographs: what they are, what made them, how to load them, and their licence.

Numbers come from the manifest and the table of images; the licence from the card of the model that drew them, where
there is one (for a model of the hub: in the hub's local cache).
"""

from pathlib import Path

from data_set_export.card import render_card
from data_set_export.citation import bibtex
from data_set_export.licence import model_licence
from data_set_export.photos_manifest import MANIFEST, read_manifest
from data_set_export.value_counts import read_columns
from photographs.atomic_files import write_text
from text_to_image.resampling import IMAGE_SIZE
from workflow_scripts.code_version import code_version
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--photos-folder", type=Path, required=True, help="written by merge_synthetic_photos")
    arguments.add_argument("--citation", type=Path, required=True, help="the project's CITATION.cff")
    arguments.add_argument("--config-sha256", required=True, help="digest of the study's settings")
    arguments.add_argument("--output", type=Path, required=True, help="README.md of the image folder")
    options = arguments.parse_args()

    manifest = read_manifest(options.photos_folder / MANIFEST)
    card = render_card(
        manifest,
        read_columns(options.photos_folder / "images.csv", manifest),
        model_licence(manifest.generator),
        bibtex(options.citation),
        {"config_sha256": options.config_sha256, **code_version()},
        IMAGE_SIZE,
    )
    write_text(options.output, card)


if __name__ == "__main__":
    run(main)
