"""Read a finished report again: is every number, table and figure in it that of the files that it was made from?

Numbers are written anew from their places in summary.json and the further parts that the page names, tables and figures
are made anew; all must be the page's, to the letter. The print version (report.pdf) must be the page set again, byte
for byte, and its text the page's. Prints what is wrong, and ends with status 1 if anything is.
"""

import re
from pathlib import Path

from transfer_analysis.report.print_version.typesetting import typeset
from transfer_analysis.report.print_version.verification import find_print_problems
from transfer_analysis.report.redrawing import NOT_REDRAWN, find_changed_figures
from transfer_analysis.report.sources import read_sources
from transfer_analysis.report.verification import find_problems
from workflow_scripts.command import parser, run

PUBLISHED = Path(__file__).resolve().parent.parent / "transfer_analysis" / "published_results.json"


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument(
        "--folder", type=Path, default=Path("results/report"), help="report.html, report.pdf and their sources"
    )
    options = arguments.parse_args()

    page = (options.folder / "report.html").read_text(encoding="utf-8")
    named = re.search(r'<meta name="report-parts" content="([^"]*)">', page)
    if named is None:
        raise ValueError(f"{options.folder / 'report.html'}: it does not name the parts that it was made from")
    parts = [
        PUBLISHED if name == PUBLISHED.stem else options.folder / f"{name}.json" for name in named.group(1).split()
    ]
    sources = read_sources(options.folder / "summary.json", parts)
    pdf = (options.folder / "report.pdf").read_bytes()
    problems = [*find_problems(page, sources), *find_changed_figures(page, sources), *find_print_problems(pdf, page)]
    if pdf != typeset(page):
        problems.append("report.pdf: it is not this page set for paper")
    for problem in problems:
        print(problem)
    if problems:
        raise RuntimeError(f"{len(problems)} parts of the report are not what its sources give (listed above)")
    numbers, tables, figures = (page.count(mark) for mark in ("data-source=", "<a download=", "data-figure="))
    passed_over = sum(f'data-figure="{name}"' in page for name in NOT_REDRAWN)
    print(
        f"The report holds: {numbers} numbers, {tables} tables and {figures - passed_over} figures are those of its "
        f"sources, and so is report.pdf; {passed_over} figures (photographs, training curves) are not drawn from them "
        "and were not compared."
    )


if __name__ == "__main__":
    run(main)
