"""Settle which model draws the study's images: its exact revision, its class and what it is, as a manifest.

A model on the Hugging Face hub is downloaded here (safetensors only), once; the jobs that draw read the cache. A
branch name becomes the commit that it points to now, and stays that commit for the rest of the study: the pins keep it.
The token that a gated model needs is read from the environment variable HF_TOKEN alone, and never written anywhere.
"""

from pathlib import Path

from photographs.atomic_files import write_json
from text_to_image.config import GeneratorConfig, ImageFolderConfig
from text_to_image.image_identity import generator_digest
from text_to_image.model_source import resolve_model
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--generator", type=json_argument, required=True, help="the config's generator as JSON")
    arguments.add_argument("--image-folder", type=json_argument, help="the config's image_folder as JSON, or null")
    arguments.add_argument("--pins", type=Path, help="file that keeps which commit a branch was resolved to (JSON)")
    arguments.add_argument("--output", type=Path, required=True, help="manifest to write (JSON)")
    options = arguments.parse_args()

    if options.image_folder is not None:
        settings = ImageFolderConfig.model_validate(options.image_folder).model_dump(mode="json")
        manifest = {
            "kind": "image_folder",
            "model": settings["folder"],
            "revision": None,
            "is_embedded": False,
            "settings": settings,
        }
    else:
        config = GeneratorConfig.model_validate(options.generator)
        settings = config.model_dump(mode="json")
        manifest = {"kind": "pipeline", **resolve_model(config, options.pins).as_dict(), "settings": settings}
    manifest["digest"] = generator_digest(manifest)
    write_json(options.output, manifest)


if __name__ == "__main__":
    run(main)
