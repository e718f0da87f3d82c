"""Draw one of the report's figures that come from its JSON files alone."""

from pathlib import Path

from transfer_analysis.figures.drawn_from_sources import DRAWN
from transfer_analysis.figures.style import save_figure
from transfer_analysis.report.sources import read_sources
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--figure", choices=sorted(DRAWN), required=True)
    arguments.add_argument("--summary", type=Path, help="summary.json, for figures that show the study's own gap")
    arguments.add_argument("--parts", type=Path, nargs="+", required=True, help="the JSON files that it is drawn from")
    arguments.add_argument("--output", type=Path, required=True, help="the figure, .svg or .png")
    options = arguments.parse_args()
    save_figure(DRAWN[options.figure](read_sources(options.summary, options.parts)), options.output)


if __name__ == "__main__":
    run(main)
