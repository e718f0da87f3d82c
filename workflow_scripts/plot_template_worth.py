"""Draw what each template (or domain) is worth, by leaving it out and by the cheaper estimate."""

from pathlib import Path

from photographs.atomic_files import read_json
from transfer_analysis.figures.style import save_figure
from transfer_analysis.figures.template_worth import draw_template_worth
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--worth", type=Path, required=True, help="worth.json")
    arguments.add_argument("--output", type=Path, required=True, help="the figure, .svg or .png")
    options = arguments.parse_args()
    save_figure(draw_template_worth(read_json(options.worth)), options.output)


if __name__ == "__main__":
    run(main)
