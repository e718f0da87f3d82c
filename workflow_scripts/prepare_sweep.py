"""Lay out a sweep: its points, what an image costs at each, and whether the model can be sampled that way at all.

What the models' files can tell of a point that would fail, or equal another, is said here, before anything is drawn.
"""

from pathlib import Path

from photographs.atomic_files import write_json
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import ModelSource, resolve_model
from text_to_image.part_sources import with_pinned_parts
from text_to_image.resampling import IMAGE_SIZE
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--sweep", required=True, help="the sweep's name")
    arguments.add_argument(
        "--plan", type=json_argument, required=True, help='{"keys", "points": [{"name", "generator", …}], …}'
    )
    arguments.add_argument("--pins", type=Path, help="file that keeps which commit a branch was resolved to (JSON)")
    arguments.add_argument("--output", type=Path, required=True, help="the plan with every point's cost (JSON)")
    options = arguments.parse_args()
    # Imported here: --help needs no torch.
    from text_to_image.samplers import drawn_size

    pinned: dict[tuple, ModelSource] = {}
    points = []
    for point in options.plan["points"]:
        config = GeneratorConfig.model_validate(point["generator"])
        models = (
            *(config.model, config.revision, config.variant),
            *(config.tiny_vae, config.tiny_vae_revision, config.rejection),
        )
        try:
            if models not in pinned:
                with_pinned_parts(config, options.pins)
                pinned[models] = resolve_model(config, options.pins)
            source = pinned[models]
            evaluations = _checked_evaluations(config, source)
        except ValueError as error:
            raise ValueError(f"sweeps.{options.sweep}: {error}") from error
        if "resampling" in options.plan["keys"] and drawn_size(config, source) == IMAGE_SIZE:
            raise ValueError(
                f"sweeps.{options.sweep}: {config.model} draws {IMAGE_SIZE}x{IMAGE_SIZE} images, so "
                "generator.resampling changes nothing; take resampling out of the sweep"
            )
        points.append({**point, "network_evaluations": evaluations})
    write_json(options.output, {"sweep": options.sweep, **options.plan, "points": points})


def _checked_evaluations(config: GeneratorConfig, source: ModelSource) -> int:
    """Return how often the network runs for an image; raise ValueError where the model cannot be called that way."""
    # Imported here: --help needs no torch.
    from text_to_image.call_arguments import accepted_arguments, check_call
    from text_to_image.pipeline_loading import drawing_class
    from text_to_image.samplers import (
        check_eta,
        check_image_size,
        chosen_scheduler,
        load_network_settings,
        load_scheduler,
        network_evaluations,
    )

    network = load_network_settings(config, source)
    check_call(config, source.pipeline_class, accepted_arguments(drawing_class(config, source)), network)
    check_image_size(config, source)
    scheduler = chosen_scheduler(load_scheduler(config, source), config)
    check_eta(config, scheduler)
    return network_evaluations(scheduler, config, network)


if __name__ == "__main__":
    run(main)
