"""Write the report: one HTML file that holds its figures and style, and takes every number from its sources.

The sources are summary.json and the further parts (mixtures.json and so on). Embeds the .svg figures of FIGURES under
their captions (those that are there), then reads the finished page again and fails if a number in it is not theirs.
"""

from pathlib import Path

from photographs.atomic_files import write_text
from transfer_analysis.report.page import render_page
from transfer_analysis.report.sources import read_sources
from transfer_analysis.report.verification import find_problems
from workflow_scripts import command


def main() -> None:
    """Read the summary and the figures, write the page if it holds."""
    parser = command.parser(__doc__)
    parser.add_argument("--summary", type=Path, required=True, help="summary.json")
    parser.add_argument("--parts", type=Path, nargs="*", default=[], help="mixtures.json and other parts")
    parser.add_argument("--figures", type=Path, required=True, help="folder of the figures")
    parser.add_argument("--output", type=Path, required=True, help="report.html")
    arguments = parser.parse_args()
    sources = read_sources(arguments.summary, arguments.parts)
    page = render_page(sources, arguments.figures)
    problems = find_problems(page, sources)
    if problems:
        raise RuntimeError("the report contradicts its sources: " + "; ".join(problems))
    write_text(arguments.output, page)


if __name__ == "__main__":
    command.run(main)
