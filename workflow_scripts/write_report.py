"""Write the report: one HTML file that holds its figures and style, and takes every number from summary.json.

Embeds the .svg figures of FIGURES under their captions (those that are there), then reads the finished page again and
fails if a number in it is not the summary's.
"""

from pathlib import Path

from photographs.atomic_files import write_text
from transfer_analysis.report.page import render_page
from transfer_analysis.report.verification import find_problems
from transfer_analysis.summary import read_summary
from workflow_scripts import command


def main() -> None:
    """Read the summary and the figures, write the page if it holds."""
    parser = command.parser(__doc__)
    parser.add_argument("--summary", type=Path, required=True, help="summary.json")
    parser.add_argument("--figures", type=Path, required=True, help="folder of the figures")
    parser.add_argument("--output", type=Path, required=True, help="report.html")
    arguments = parser.parse_args()
    summary = read_summary(arguments.summary)
    page = render_page(summary, arguments.figures)
    problems = find_problems(page, summary)
    if problems:
        raise RuntimeError("the report contradicts its summary: " + "; ".join(problems))
    write_text(arguments.output, page)


if __name__ == "__main__":
    command.run(main)
