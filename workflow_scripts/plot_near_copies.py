"""Draw the generated images closest to a training or test photograph, each over that one, and real ones likewise."""

from pathlib import Path

from photographs.atomic_files import read_json
from photographs.photo_set import read_photo_set
from transfer_analysis.figures.near_copies import draw_near_copies
from transfer_analysis.figures.style import save_figure
from transfer_analysis.generator_quality.copy_search import Photographs
from transfer_analysis.generator_quality.tables import read_pairs
from workflow_scripts import command


def main() -> None:
    """Read the pairs and the photographs, write the figure."""
    parser = command.parser(__doc__)
    for name in ("real", "generated", "training", "test"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="photo set (.npz)")
    parser.add_argument("--pairs", type=Path, required=True, help="CSV of the closest pairs")
    parser.add_argument("--quality", type=Path, required=True, help="generator_quality.json")
    parser.add_argument("--output", type=Path, required=True, help="the figure, .svg or .png")
    arguments = parser.parse_args()
    photographs = Photographs(
        read_photo_set(arguments.real),
        read_photo_set(arguments.generated),
        {"training": read_photo_set(arguments.training), "test": read_photo_set(arguments.test)},
    )
    copies = read_json(arguments.quality)["near_copies"]
    save_figure(draw_near_copies(read_pairs(arguments.pairs), photographs, copies), arguments.output)


if __name__ == "__main__":
    command.run(main)
