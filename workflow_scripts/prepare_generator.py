"""Settle which model draws the study's images: its exact revision, its class and what it is, as a manifest.

A model on the Hugging Face hub is downloaded here (safetensors only), once; the jobs that draw read the cache. A
branch name becomes the commit that it points to now, and stays that commit for the rest of the study: the pins keep it;
so does what the settings leave open ("auto"), which is tried out on the device that will draw. The token that a gated
model needs is that of the environment variable HF_TOKEN, else of `hf auth login`, and is never written anywhere.
"""

from pathlib import Path

from photographs.atomic_files import read_json, write_json
from photographs.file_locks import held_lock
from text_to_image.config import GeneratorConfig, ImageFolderConfig
from text_to_image.image_folder import list_images, listing_digest
from text_to_image.image_identity import generator_digest
from text_to_image.model_source import ModelSource, resolve_model
from text_to_image.part_sources import with_pinned_parts
from workflow_scripts.assigned_gpu import require_gpu
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--generator", type=json_argument, required=True, help="the config's generator as JSON")
    arguments.add_argument("--image-folder", type=json_argument, help="the config's image_folder as JSON, or null")
    arguments.add_argument("--classes", nargs="*", default=[], help="the study's classes; for an image folder")
    arguments.add_argument("--image-listing", type=Path, help="file that lists an image folder's images (JSON)")
    arguments.add_argument("--pins", type=Path, help="file that keeps which commit a branch was resolved to (JSON)")
    arguments.add_argument("--state-folder", type=Path, help="keeps what was settled once: nothing is tried again")
    arguments.add_argument("--output", type=Path, required=True, help="manifest to write (JSON)")
    options = arguments.parse_args()

    if options.image_folder is not None:
        settings = ImageFolderConfig.model_validate(options.image_folder).model_dump(mode="json")
        listing = list_images(Path(settings["folder"]), options.classes)
        write_json(options.image_listing, listing)
        manifest = {
            "kind": "image_folder",
            "model": settings["folder"],
            "revision": None,
            "is_embedded": False,
            "settings": settings,
            "listing_sha256": listing_digest(listing),
        }
    else:
        config = with_pinned_parts(GeneratorConfig.model_validate(options.generator), options.pins)
        source = resolve_model(config, options.pins)
        settings = _settled(config, source, options.state_folder)
        manifest = {"kind": "pipeline", **source.as_dict(), "settings": settings}
    manifest["digest"] = generator_digest(manifest)
    write_json(options.output, manifest)


def _settled(config: GeneratorConfig, source: ModelSource, state_folder: Path | None) -> dict:
    """Return the settings with every "auto" settled: as an earlier run of the same study did, if there was one."""
    settings = config.model_dump(mode="json")
    if "auto" not in (config.rows_per_forward, config.compile):
        return settings
    question = generator_digest({**source.as_dict(), "settings": settings})
    if state_folder is None:
        return _tried_out(config, source)
    answer = state_folder / f"settled_{question[:16]}.json"
    state_folder.mkdir(parents=True, exist_ok=True)
    # Sweeps' drawings of the same settings ask at the same time: what the first finds holds for all.
    with held_lock(answer.with_name(f".{answer.name}.lock")):
        if not answer.is_file():
            write_json(answer, _tried_out(config, source))
        return read_json(answer)


def _tried_out(config: GeneratorConfig, source: ModelSource) -> dict:
    # Imported here: torch takes seconds, which a study that leaves nothing open does not need.
    import torch

    from text_to_image.settling import settle

    require_gpu("torch", torch.cuda.is_available())
    return settle(config, source).model_dump(mode="json")


if __name__ == "__main__":
    run(main)
