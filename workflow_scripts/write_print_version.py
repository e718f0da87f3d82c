"""Write the report for paper: the finished page set anew as a PDF, with the page's own words, numbers and figures.

The PDF is read again before it is written; the command fails if it does not say what the page says. The same page gives
the same bytes.
"""

from pathlib import Path

from photographs.atomic_files import write_atomically
from transfer_analysis.report.print_version.typesetting import typeset
from transfer_analysis.report.print_version.verification import find_print_problems
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--page", type=Path, required=True, help="report.html")
    arguments.add_argument("--output", type=Path, required=True, help="report.pdf")
    options = arguments.parse_args()
    page = options.page.read_text(encoding="utf-8")
    pdf = typeset(page)
    problems = find_print_problems(pdf, page)
    if problems:
        raise RuntimeError("the print version is not the page: " + "; ".join(problems))
    write_atomically(options.output, lambda stream: stream.write(pdf))


if __name__ == "__main__":
    run(main)
