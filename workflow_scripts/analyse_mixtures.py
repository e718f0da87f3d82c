"""Turn the answers of networks trained on mixtures into mixtures.json and its tables.

Reads FOLDER/{name}/seed_{seed}/real.npz for every training set of --points, a JSON list of {"name", "folder", "real",
"synthetic"} (photographs a class). The same inputs give the same bytes.
"""

from pathlib import Path

from photographs.atomic_files import write_json, write_text
from transfer_analysis.cells import read_cell
from transfer_analysis.mixtures.description import TrainedPoint, describe_mixtures
from transfer_analysis.mixtures.tables import mixture_tables
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--points", type=json_argument, required=True, help="the training sets, as JSON")
    arguments.add_argument("--seeds", type=int, required=True, help="trainings of every set")
    arguments.add_argument("--output", type=Path, required=True, help="mixtures.json")
    arguments.add_argument("--tables", type=Path, required=True, help="folder of the CSV tables")
    options = arguments.parse_args()

    points = [
        TrainedPoint(
            f"real_{point['real']}_synthetic_{point['synthetic']}",
            point["real"],
            point["synthetic"],
            read_cell(Path(point["folder"]), point["name"], "real", options.seeds),
        )
        for point in options.points
    ]
    mixtures = describe_mixtures(points)
    write_json(options.output, mixtures)
    for name, text in mixture_tables(mixtures).items():
        write_text(options.tables / f"{name}.csv", text)


if __name__ == "__main__":
    run(main)
