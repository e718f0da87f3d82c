"""Turn what the networks answered into trust.json and its tables: calibration, selection, robustness, heat maps.

Reads FOLDER/{arm}/seed_{seed}/{real,synthetic}.npz, and one file of evaluate_trust a seed. The same inputs give the
same bytes.
"""

from pathlib import Path

from photographs.atomic_files import write_json, write_text
from transfer_analysis.cells import read_seeds
from transfer_analysis.trust.answers import read_answers_of_seeds
from transfer_analysis.trust.description import KINDS, describe_trust
from transfer_analysis.trust.tables import trust_tables
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--predictions-folder", type=Path, required=True)
    arguments.add_argument("--answers", type=Path, nargs="+", required=True, help="of evaluate_trust, seed 0 first")
    arguments.add_argument("--output", type=Path, required=True, help="trust.json")
    arguments.add_argument("--tables", type=Path, required=True, help="folder of the CSV tables")
    options = arguments.parse_args()

    seeds = read_answers_of_seeds(options.answers)
    tests = {
        (arm, kind): read_seeds(options.predictions_folder, arm, kind, len(seeds))
        for arm in seeds[0].arms
        for kind in KINDS
    }
    trust = describe_trust(tests, seeds)
    write_json(options.output, trust)
    for name, text in trust_tables(trust).items():
        write_text(options.tables / f"{name}.csv", text)


if __name__ == "__main__":
    run(main)
