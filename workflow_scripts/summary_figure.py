"""The command line of every figure that is drawn from summary.json alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from transfer_analysis.figures.style import save_figure
from transfer_analysis.summary_file import read_summary
from workflow_scripts import command


def run(docstring: str, draw: Callable[[dict[str, Any]], Figure]) -> None:
    """Parse --summary and --output, and write the figure that `draw` makes of the summary."""

    def main() -> None:
        parser = command.parser(docstring)
        parser.add_argument("--summary", type=Path, required=True, help="summary.json")
        parser.add_argument("--output", type=Path, required=True, help="the figure, .svg or .png")
        arguments = parser.parse_args()
        save_figure(draw(read_summary(arguments.summary)), arguments.output)

    command.run(main)
