"""Say what each template (or domain) is worth: accuracy with all less accuracy without it, and a cheaper estimate.

Reads FOLDER/all and FOLDER/without_{n} for every value n: seed_{seed}/real_validation.npz each, and
FOLDER/all/seed_{seed}/values.npz. Writes worth.json and worth.csv.
"""

from pathlib import Path

import numpy as np

from photographs.atomic_files import write_json, write_text
from photographs.verified_arrays import read_arrays
from transfer_analysis.cells import read_cell
from transfer_analysis.template_worth import describe_worth, worth_table
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--folder", type=Path, required=True, help="one sub-folder a training set")
    arguments.add_argument("--domain", required=True, help="name of the predictions' files")
    arguments.add_argument("--by", required=True, help="template or domain")
    arguments.add_argument("--values", type=json_argument, required=True, help="its values, as a JSON list")
    arguments.add_argument("--seeds", type=int, required=True, help="trainings of every set")
    arguments.add_argument("--output", type=Path, required=True, help="worth.json")
    arguments.add_argument("--table", type=Path, required=True, help="worth.csv")
    options = arguments.parse_args()

    def cell(subset: str):
        return read_cell(options.folder, subset, options.domain, options.seeds)

    paths = [options.folder / "all" / f"seed_{seed}" / "values.npz" for seed in range(options.seeds)]
    worth = describe_worth(
        options.by,
        options.values,
        cell("all"),
        [cell(f"without_{number}") for number in range(len(options.values))],
        np.stack([read_arrays(path, "template values", ["values"])["values"] for path in paths]),
    )
    write_json(options.output, worth)
    write_text(options.table, worth_table(worth))
    print(worth["finding"])


if __name__ == "__main__":
    run(main)
