"""Draw validation accuracy by training step, one thin line a network.

Reads METRICS_FOLDER/{arm}/seed_{seed}/metrics.jsonl for the summary's arms and seeds.
"""

from pathlib import Path

from transfer_analysis.figures.style import save_figure
from transfer_analysis.figures.training_curves import draw_training_curves
from transfer_analysis.summary_file import read_summary
from transfer_analysis.training_metrics import read_courses
from workflow_scripts import command


def main() -> None:
    """Read the summary and all metrics, write the figure."""
    parser = command.parser(__doc__)
    parser.add_argument("--summary", type=Path, required=True, help="summary.json")
    parser.add_argument("--metrics-folder", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True, help="the figure, .svg or .png")
    arguments = parser.parse_args()
    summary = read_summary(arguments.summary)
    courses = read_courses(arguments.metrics_folder, list(summary["transfer"]), summary["study"]["seeds"])
    save_figure(draw_training_curves(summary, courses), arguments.output)


if __name__ == "__main__":
    command.run(main)
