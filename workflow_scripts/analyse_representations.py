"""Turn block features and the answers of layer transplants into representations.json and its tables.

The same inputs give the same bytes.
"""

from pathlib import Path

from photographs.atomic_files import write_json, write_text
from transfer_analysis.representations.config import Representations
from transfer_analysis.representations.description import describe_representations
from transfer_analysis.representations.network_features import DOMAINS, read_domain_features
from transfer_analysis.representations.tables import representation_tables
from transfer_analysis.representations.transplant_answers import read_transplant_answers
from workflow_scripts.command import json_argument, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--predictions", type=Path, required=True, help="folder with ARM/seed_{n}/DOMAIN*.npz")
    arguments.add_argument("--untrained", type=Path, required=True, help="folder of evaluate_untrained")
    arguments.add_argument("--seeds", type=int, required=True, help="networks of each arm")
    arguments.add_argument(
        "--transplants", type=Path, nargs="*", default=[], help="files of train_transplants, by seed"
    )
    arguments.add_argument("--transplant-images-per-class", type=int, required=True, help="that they learned from")
    arguments.add_argument("--settings", type=json_argument, required=True, help="Representations as JSON")
    arguments.add_argument("--output", type=Path, required=True, help="representations.json")
    arguments.add_argument("--tables", type=Path, required=True, help="folder of the CSV tables")
    options = arguments.parse_args()

    settings = Representations.model_validate(options.settings)
    domains = [
        read_domain_features(options.predictions, options.untrained, domain, options.seeds) for domain in DOMAINS
    ]
    transplants = [read_transplant_answers(path) for path in options.transplants]
    representations = describe_representations(domains, settings, transplants, options.transplant_images_per_class)
    write_json(options.output, representations)
    for name, text in representation_tables(representations).items():
        write_text(options.tables / f"{name}.csv", text)


if __name__ == "__main__":
    run(main)
