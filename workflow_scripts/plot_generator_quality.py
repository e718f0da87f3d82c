"""Draw every measure of the generated images by class, beside what real photographs score against real ones."""

import json
from pathlib import Path

from transfer_analysis.figures.generator_quality import draw_generator_quality
from transfer_analysis.figures.style import save_figure
from workflow_scripts import command


def main() -> None:
    """Read quality.json, write the figure."""
    parser = command.parser(__doc__)
    parser.add_argument("--quality", type=Path, required=True, help="quality.json")
    parser.add_argument("--output", type=Path, required=True, help="the figure, .svg or .png")
    arguments = parser.parse_args()
    save_figure(draw_generator_quality(json.loads(arguments.quality.read_text())), arguments.output)


if __name__ == "__main__":
    command.run(main)
