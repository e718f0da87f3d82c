"""Judge each hypothesis by the gap that was found: held, refuted or undecided; and say what is on record of it."""

from pathlib import Path

from photographs.atomic_files import write_json
from transfer_analysis.hypotheses import judge_hypotheses
from transfer_analysis.summary_file import read_summary
from workflow_scripts.command import json_argument, parser, run
from workflow_scripts.hypotheses_record import RECORD, read_record


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--hypotheses", type=json_argument, required=True, help="by name, as JSON")
    arguments.add_argument("--record", type=Path, default=RECORD, help=f"their versions (default: {RECORD})")
    arguments.add_argument("--summary", type=Path, required=True, help="summary.json")
    arguments.add_argument("--output", type=Path, required=True, help="hypotheses.json")
    options = arguments.parse_args()
    summary = read_summary(options.summary)
    if not (versions := read_record(options.record)):
        raise ValueError(f"{options.record} is missing: Snakemake writes it when a run starts")
    study = summary["study"]
    write_json(options.output, judge_hypotheses(options.hypotheses, versions, summary["gaps"], study["config_sha256"]))


if __name__ == "__main__":
    run(main)
