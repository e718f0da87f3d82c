"""Draw the heat maps of real test photographs that trust.json names: where the arms agree, and where they do not."""

from pathlib import Path

from photographs.atomic_files import read_json
from photographs.photo_set import read_photo_set
from transfer_analysis.figures.saliency_sheets import draw_saliency_sheets
from transfer_analysis.figures.style import save_figure
from transfer_analysis.trust.answers import read_answers_of_seeds
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--trust", type=Path, required=True, help="trust.json")
    arguments.add_argument("--answers", type=Path, nargs="+", required=True, help="of evaluate_trust, seed 0 first")
    arguments.add_argument("--photos", type=Path, required=True, help="real test photographs (.npz)")
    arguments.add_argument("--output", type=Path, required=True, help="the figure, .svg or .png")
    options = arguments.parse_args()
    figure = draw_saliency_sheets(
        read_json(options.trust), read_answers_of_seeds(options.answers), read_photo_set(options.photos)
    )
    save_figure(figure, options.output)


if __name__ == "__main__":
    run(main)
