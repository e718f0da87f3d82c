"""Compare a sweep's points on real validation photographs, and choose one by rule.

Reads FOLDER/{point}/seed_{seed}/real_validation.npz and FOLDER/{point}/photos/manifest.json for every point of the
plan. Writes points.json, points.csv and choice.json. The rule: the highest accuracy within the speed limit; of it and
the points that were not shown to lie behind it (paired by seed and photograph, corrected for the number of pairs of
points within the limit), the one with the fewest network evaluations; of equally cheap ones the more accurate.
"""

from pathlib import Path

from photographs.atomic_files import read_json, write_json, write_text
from transfer_analysis.cells import read_cell
from transfer_analysis.sweeps import choose_point, describe_sweep, sweep_table
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--plan", type=Path, required=True, help="written by prepare_sweep")
    arguments.add_argument("--folder", type=Path, required=True, help="the sweep's folder, a sub-folder a point")
    arguments.add_argument("--domain", required=True, help="name of the predictions' files")
    arguments.add_argument("--seeds", type=int, required=True, help="trainings of every point")
    arguments.add_argument("--most-evaluations", type=int, help="network evaluations an image may cost (default: any)")
    arguments.add_argument("--output", type=Path, required=True, help="points.json")
    arguments.add_argument("--table", type=Path, required=True, help="points.csv")
    arguments.add_argument("--choice", type=Path, required=True, help="choice.json")
    options = arguments.parse_args()

    plan = read_json(options.plan)
    names = [point["name"] for point in plan["points"]]
    cells = {name: read_cell(options.folder, name, options.domain, options.seeds) for name in names}
    digests = {
        name: read_json(options.folder / name / "photos" / "manifest.json")["digests"]["train"] for name in names
    }
    sweep = describe_sweep(plan, cells, digests)
    choice = choose_point(plan, cells, digests, options.most_evaluations)
    write_json(options.output, sweep)
    write_text(options.table, sweep_table(sweep))
    write_json(options.choice, choice)
    print(sweep["finding"])
    print(f"Choice: {choice['chosen']}. {choice['reason']}")


if __name__ == "__main__":
    run(main)
