"""Judge the pipeline by stand-in generators whose truth is known: known_answers.json and a table.

Reads --real, a JSON list of {"name", "folder", "real"} of networks trained on real photographs alone, the predictions
FOLDER/{stand_in}/seed_{seed}/real.npz, and each qualitative stand-in's quality.json.
"""

from pathlib import Path

from photographs.atomic_files import read_json, write_json, write_text
from photographs.stand_ins import SPOILT
from transfer_analysis.cells import read_cell
from transfer_analysis.known_answers import describe_stand_ins, judge_copies, judge_stand_ins, judge_variety
from transfer_analysis.known_answers_tables import known_answer_tables
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--real", type=json_argument, required=True, help="training sets of real ones, as JSON")
    arguments.add_argument("--folder", type=Path, required=True, help="predictions, a sub-folder a stand-in")
    arguments.add_argument("--images-per-class", type=int, required=True)
    arguments.add_argument("--seeds", type=int, required=True)
    for name in ("held-out", "copies", "one-class-alike"):
        arguments.add_argument(f"--{name}-quality", type=Path, required=True, metavar="QUALITY_JSON")
    arguments.add_argument("--output", type=Path, required=True, help="known_answers.json")
    arguments.add_argument("--tables", type=Path, required=True, help="folder of the CSV tables")
    options = arguments.parse_args()

    real = {
        point["real"]: read_cell(Path(point["folder"]), point["name"], "real", options.seeds) for point in options.real
    }
    trained = {name: read_cell(options.folder, name, "real", options.seeds) for name in SPOILT}
    classes = next(iter(trained.values())).classes
    stand_ins = describe_stand_ins(real, trained, options.images_per_class)
    held_out, copies, alike = (
        read_json(path) for path in (options.held_out_quality, options.copies_quality, options.one_class_alike_quality)
    )
    checks = [
        *judge_stand_ins(stand_ins, 1 / len(classes)),
        *judge_copies(*(quality["near_copies"]["training"] for quality in (copies, held_out))),
        *judge_variety(alike["per_class"], held_out["per_class"], classes),
    ]
    known_answers = {
        "images_per_class": options.images_per_class,
        "n_seeds": options.seeds,
        "chance": 1 / len(classes),
        "class_without_variety": classes[0],
        "stand_ins": stand_ins,
        "near_copies": {
            name: {space: entry["generated_share"] for space, entry in quality["near_copies"]["training"].items()}
            for name, quality in (("held_out", held_out), ("copies", copies))
        },
        "coverage": {
            kind: {name: quality["per_class"][name]["coverage"]["value"] for name in classes}
            for kind, quality in (("held_out", held_out), ("one_class_alike", alike))
        },
        "checks": checks,
        "n_checks": len(checks),
        "n_passed": sum(check["passed"] for check in checks),
    }
    write_json(options.output, known_answers)
    for name, text in known_answer_tables(known_answers).items():
        write_text(options.tables / f"{name}.csv", text)
    for check in checks:
        print(f"{'held' if check['passed'] else 'FAILED'}: {check['check'].replace('_', ' ')}")


if __name__ == "__main__":
    run(main)
