"""Lay out a sweep: its points, what an image costs at each, and whether the model can be sampled that way at all.

Everything that would fail at one point, or make several equal, is said here, before anything is drawn.
"""

from pathlib import Path

from photographs.atomic_files import write_json
from text_to_image.config import GeneratorConfig
from text_to_image.model_source import ModelSource, resolve_model
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
    from text_to_image.samplers import (
        chosen_scheduler,
        drawn_size,
        load_network_settings,
        load_scheduler,
        network_evaluations,
    )

    sources: dict[tuple, ModelSource] = {}
    points = []
    for point in options.plan["points"]:
        config = GeneratorConfig.model_validate(point["generator"])
        identity = (config.model, config.revision, config.variant)
        if identity not in sources:
            sources[identity] = resolve_model(config, options.pins)
        source = sources[identity]
        if "resampling" in options.plan["keys"] and drawn_size(config, source) == IMAGE_SIZE:
            raise ValueError(
                f"sweeps.{options.sweep}: {config.model} draws {IMAGE_SIZE}x{IMAGE_SIZE} images, so "
                "generator.resampling changes nothing; take resampling out of the sweep"
            )
        try:
            scheduler = chosen_scheduler(load_scheduler(config, source), config)
        except ValueError as error:
            raise ValueError(f"sweeps.{options.sweep}: {error}") from error
        evaluations = network_evaluations(scheduler, config, load_network_settings(config, source))
        points.append({**point, "network_evaluations": evaluations})
    write_json(options.output, {"sweep": options.sweep, **options.plan, "points": points})


if __name__ == "__main__":
    run(main)
