"""Turn the predictions of all trained networks into summary.json and three CSV tables.

Reads PREDICTIONS_FOLDER/{arm}/seed_{seed}/{domain}.npz for every arm, domain and seed 0..SEEDS-1, the two manifests,
and, as JSON, the config's slice --study {"config_sha256", "classes", "train_images_per_class",
"arms": {NAME: {"synthetic_share"}}, "study_seed", "mixture_test_share"} and --training {"steps", ...}. Adds the code's
version and commit.
The same inputs give the same bytes.
"""

from pathlib import Path

from photographs.atomic_files import write_json
from transfer_analysis.cells import read_cell
from transfer_analysis.study_description import (
    RealManifest,
    StudyDescription,
    SyntheticManifest,
    parse_description,
    read_description,
)
from transfer_analysis.summary import summarise
from transfer_analysis.tables import write_tables
from workflow_scripts import command
from workflow_scripts.code_version import code_version


def main() -> None:
    """Read the predictions and descriptions, write the summary and its tables."""
    parser = command.parser(__doc__)
    parser.add_argument("--predictions-folder", type=Path, required=True)
    parser.add_argument("--arms", nargs="+", required=True)
    parser.add_argument("--domains", nargs="+", required=True)
    parser.add_argument("--seeds", type=int, required=True, help="how many seeds every arm was trained with")
    parser.add_argument("--study", type=command.json_argument, required=True)
    parser.add_argument("--real-manifest", type=Path, required=True)
    parser.add_argument("--synthetic-manifest", type=Path, required=True)
    parser.add_argument("--training", type=command.json_argument, required=True)
    parser.add_argument("--output", type=Path, required=True, help="summary.json")
    parser.add_argument("--tables", type=Path, required=True, help="folder of the CSV tables")
    arguments = parser.parse_args()
    if arguments.seeds < 1:
        raise ValueError(f"--seeds is {arguments.seeds}; it takes at least one")

    cells = {
        (arm, domain): read_cell(arguments.predictions_folder, arm, domain, arguments.seeds)
        for arm in arguments.arms
        for domain in arguments.domains
    }
    summary = summarise(
        cells,
        parse_description({**arguments.study, **code_version()}, StudyDescription, "--study"),
        read_description(arguments.real_manifest, RealManifest),
        read_description(arguments.synthetic_manifest, SyntheticManifest),
        arguments.training,
    )
    write_json(arguments.output, summary)
    write_tables(arguments.tables, summary)


if __name__ == "__main__":
    command.run(main)
