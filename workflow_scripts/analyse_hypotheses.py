"""Judge each frozen hypothesis by the gap that was found: held, refuted or undecided."""

from pathlib import Path

from photographs.atomic_files import read_json, write_json
from transfer_analysis.hypotheses import judge_hypotheses
from transfer_analysis.summary_file import read_summary
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--frozen", type=Path, required=True, help="written by write_hypotheses")
    arguments.add_argument("--summary", type=Path, required=True, help="summary.json")
    arguments.add_argument("--output", type=Path, required=True, help="hypotheses.json")
    options = arguments.parse_args()
    summary = read_summary(options.summary)
    frozen = read_json(options.frozen)
    judged = judge_hypotheses(frozen, summary["gaps"], summary["study"]["config_sha256"])
    write_json(options.output, judged)


if __name__ == "__main__":
    run(main)
