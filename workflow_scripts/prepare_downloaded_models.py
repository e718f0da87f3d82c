"""Fetch the models that a study draws with into the hub's cache, so that jobs on machines without a network find them.

Every model is pinned: the commit of a branch is kept, and the jobs that draw use that one. Nothing is drawn or tried
out here, so this runs on a login node without a GPU. The token that a gated model needs is that of the environment
variable HF_TOKEN, else of `hf auth login`.
"""

from pathlib import Path

from photographs.atomic_files import write_json
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import resolve_model
from text_to_image.part_sources import with_pinned_parts
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--generators", type=json_argument, required=True, help="a list of generators as JSON")
    arguments.add_argument("--trained", help="a folder that the study trains: only what stands beside it is fetched")
    arguments.add_argument("--pins", type=Path, help="file that keeps which commit a branch was resolved to (JSON)")
    arguments.add_argument("--output", type=Path, required=True, help="record to write (JSON)")
    options = arguments.parse_args()

    records = []
    for settings in options.generators:
        config = with_pinned_parts(GeneratorConfig.model_validate(settings), options.pins)
        parts = config.model_dump(include={"tiny_vae", "tiny_vae_revision", "rejection"})
        if config.model == options.trained:
            records.append({"model": config.model, **parts})
            continue
        source = resolve_model(config, options.pins)
        print(f"{source.model}, {source.revision}", flush=True)
        records.append({**source.as_dict(), **parts})
    write_json(options.output, {"models": records})


if __name__ == "__main__":
    run(main)
