"""Draw a sweep: accuracy on real validation photographs by setting, with intervals."""

from pathlib import Path

from photographs.atomic_files import read_json
from transfer_analysis.figures.style import save_figure
from transfer_analysis.figures.sweep import draw_sweep
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--points", type=Path, required=True, help="points.json")
    arguments.add_argument("--output", type=Path, required=True, help="the figure, .svg or .png")
    options = arguments.parse_args()
    save_figure(draw_sweep(read_json(options.points)), options.output)


if __name__ == "__main__":
    run(main)
