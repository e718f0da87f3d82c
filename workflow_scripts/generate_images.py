"""Draw some images of one class and write them, with a row of metadata each, as one shard.

A killed job carries on from its last finished batch when the same command is run again.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from photographs.atomic_files import CorruptFileError, read_json
from photographs.photo_set import PhotoSet
from text_to_image.config import GeneratorConfig, ImageFolderConfig
from text_to_image.image_folder import FolderReader, listing_digest
from text_to_image.shards import DrawEach, Take, generate_shard
from workflow_scripts.assigned_gpu import require_gpu
from workflow_scripts.command import parser, require_at_least, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--generator-manifest", type=Path, required=True, help="written by prepare_generator")
    arguments.add_argument("--image-listing", type=Path, help="written by prepare_generator for a folder of images")
    arguments.add_argument("--class-name", required=True)
    arguments.add_argument("--first", type=int, required=True, help="index of the first image")
    arguments.add_argument("--last", type=int, required=True, help="index of the last image")
    arguments.add_argument("--batch-size", type=int, default=32, help="images between two saves; changes no image")
    arguments.add_argument("--threads", type=int, default=1, help="CPU threads; another number may change last bits")
    arguments.add_argument("--compilation-cache", type=Path, help="folder that keeps compiled kernels between jobs")
    arguments.add_argument("--state-folder", type=Path, required=True, help="keeps unfinished shards")
    arguments.add_argument(
        "--code", default="", help="digest of what draws: another's unfinished shards are left alone"
    )
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()

    require_at_least("--first", options.first, 0)
    require_at_least("--last", options.last, options.first)
    manifest = read_json(options.generator_manifest)
    indices = range(options.first, options.last + 1)

    if options.compilation_cache is not None:
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(options.compilation_cache.absolute()))

    def make_draw_each() -> DrawEach:
        draw_each = _draw_function(manifest, options.image_listing, options.class_name, indices, options.threads)
        model, revision = str(manifest["model"]), str(manifest["revision"])

        def draw_each_with_origin(class_name: str, indices: Sequence[int], take: Take) -> None:
            def take_with_origin(drawn: PhotoSet) -> None:
                origin = {"model": np.full(len(drawn), model), "revision": np.full(len(drawn), revision)}
                take(replace(drawn, metadata=drawn.metadata | origin))

            draw_each(class_name, indices, take_with_origin)

        return draw_each_with_origin

    name = f"{drawn_by(manifest, options.code)}_{options.class_name}_{options.first}-{options.last}"
    generate_shard(
        make_draw_each, options.class_name, indices, options.batch_size, options.state_folder / name, options.output
    )


def drawn_by(manifest: dict, code: str) -> str:
    """Return what must have drawn an unfinished shard that is carried on: all that decides an image's last bits."""
    libraries = () if manifest["kind"] == "image_folder" else ("torch", "diffusers")
    settings_and_code = f"{manifest['digest'][:16]}{code[:16]}"
    return "_".join((settings_and_code, *(f"{library}-{version(library)}" for library in libraries)))


def _draw_function(manifest: dict, listing: Path | None, class_name: str, indices: range, threads: int) -> DrawEach:
    if manifest["kind"] == "image_folder":
        return _folder_reader(manifest, listing, class_name).draw_each
    # Said before transformers is imported, which otherwise greets every job with warnings about image processors.
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    # A job that draws takes nothing from the network: prepare_generator has fetched what it needs.
    os.environ["HF_HUB_OFFLINE"] = "1"
    # Imported here: a folder of images needs neither torch nor diffusers.
    import torch

    from text_to_image.model_source import ModelSource
    from text_to_image.part_sources import require_unchanged_parts
    from text_to_image.pipeline import Pipeline
    from text_to_image.prompts import prompt_for
    from text_to_image.sampling import Sampler

    require_gpu("torch", torch.cuda.is_available())
    torch.set_num_threads(threads)
    config = GeneratorConfig.model_validate(manifest["settings"])
    source = ModelSource.from_dict(manifest)
    source.require_unchanged()
    require_unchanged_parts(config)
    pipeline = Pipeline(config, source)
    # All of the job's prompts, so that one too long stops it at once and not after hours.
    pipeline.refuse_cut_prompts(prompt_for(config.prompts, config.seed, class_name, index).text for index in indices)
    return Sampler(config, pipeline, [class_name]).draw_each


def _folder_reader(manifest: dict, listing: Path, class_name: str) -> FolderReader:
    listed = read_json(listing)
    if listing_digest(listed) != manifest["listing_sha256"]:
        raise CorruptFileError(listing, "not the listing that the generator's manifest tells of")
    config = ImageFolderConfig.model_validate(manifest["settings"])
    return FolderReader(config, {class_name: listed[class_name]})


if __name__ == "__main__":
    run(main)
