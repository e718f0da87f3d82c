"""Ask what tells generated images from photographs: domain_gap.json and its tables.

Each kind comes as two photo sets: one to fit probes to, one to judge them. --features is the folder of
evaluate_features, seed_{number}/{folder}/{file} for every photo set in its folder. The same inputs give the same bytes.
"""

from pathlib import Path

from photographs.atomic_files import write_json, write_text
from photographs.photo_set import read_photo_set
from transfer_analysis.domain_gap.description import KINDS, Judged, describe_domain_gap
from transfer_analysis.domain_gap.settings import DomainGap
from transfer_analysis.domain_gap.tables import domain_gap_tables
from transfer_analysis.features import Features, read_features
from transfer_analysis.generator_quality.copy_search import require_same_images
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--settings", type=json_argument, required=True, help="the config's domain_gap, as JSON")
    for kind in KINDS:
        arguments.add_argument(f"--{kind}", type=Path, nargs=2, required=True, metavar=("FIT", "TEST"))
    arguments.add_argument("--features", type=Path, required=True, help="folder of what the networks see")
    arguments.add_argument("--networks", type=int, required=True, help="how many real-trained networks there are")
    arguments.add_argument("--seed", type=int, required=True, help="of the random draws")
    arguments.add_argument("--output", type=Path, required=True, help="domain_gap.json")
    arguments.add_argument("--tables", type=Path, required=True, help="folder of the CSV tables")
    options = arguments.parse_args()

    kinds = {kind: _read(getattr(options, kind), options.features, options.networks) for kind in KINDS}
    gap = describe_domain_gap(kinds, DomainGap.model_validate(options.settings), options.seed)
    write_json(options.output, gap)
    for name, text in domain_gap_tables(gap).items():
        write_text(options.tables / f"{name}.csv", text)


def _read(paths: list[Path], folder: Path, networks: int) -> Judged:
    fit, test = (read_photo_set(path) for path in paths)
    features: list[list[Features]] = [
        [read_features(folder / f"seed_{seed}" / path.parent.name / path.name) for seed in range(networks)]
        for path in paths
    ]
    for photos, by_network in zip((fit, test), features, strict=True):
        for one in by_network:
            require_same_images(one, photos)
    return Judged(fit, test, *features)


if __name__ == "__main__":
    run(main)
