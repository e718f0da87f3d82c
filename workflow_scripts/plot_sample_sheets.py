"""Draw the first real and the first generated test images of each class side by side, pixel for pixel."""

from pathlib import Path

from photographs.photo_set import read_photo_set
from transfer_analysis.figures.sample_sheets import draw_sample_sheets
from transfer_analysis.figures.style import save_figure
from workflow_scripts import command


def main() -> None:
    """Read two photo sets, write the figure."""
    parser = command.parser(__doc__)
    parser.add_argument("--real", type=Path, required=True, help="real photographs (.npz)")
    parser.add_argument("--synthetic", type=Path, required=True, help="generated images (.npz)")
    parser.add_argument("--output", type=Path, required=True, help="the figure, .svg or .png")
    arguments = parser.parse_args()
    save_figure(
        draw_sample_sheets(read_photo_set(arguments.real), read_photo_set(arguments.synthetic)), arguments.output
    )


if __name__ == "__main__":
    command.run(main)
