"""Turn features of real and generated photographs into quality.json, a table of it, and the closest pairs of images.

Held-out real photographs (validation, never test) are what generated ones are measured against; the training
photographs are searched for near-copies. Features come from evaluate_features: of the held-out and of the generated
photographs one file a classifier, in the same order; of the training photographs one, from the first classifier.
"""

from pathlib import Path

from photographs.atomic_files import write_json
from photographs.mixing import class_counts
from photographs.photo_set import read_photo_set
from transfer_analysis.features import read_features
from transfer_analysis.generator_quality.quality import Photographs, describe_quality, search_near_copies
from transfer_analysis.generator_quality.reading import write_reading
from transfer_analysis.generator_quality.tables import closest_pairs, write_pairs, write_quality_table
from transfer_analysis.study_description import SyntheticManifest, read_description
from transfer_analysis.summary import package_versions
from workflow_scripts import command
from workflow_scripts.code_version import code_version


def main() -> None:
    """Read features and photographs, write the quality and its tables."""
    parser = command.parser(__doc__)
    for name in ("real", "generated", "training"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="photo set (.npz)")
    parser.add_argument("--real-features", type=Path, nargs="+", required=True, help="one file a classifier")
    parser.add_argument("--generated-features", type=Path, nargs="+", required=True, help="one file a classifier")
    parser.add_argument("--training-features", type=Path, required=True, help="from the first classifier")
    parser.add_argument("--synthetic-manifest", type=Path, required=True)
    parser.add_argument("--classifier", type=command.json_argument, required=True, help="how it was trained, as JSON")
    parser.add_argument("--seed", type=int, required=True, help="of the random draws")
    parser.add_argument("--output", type=Path, required=True, help="quality.json")
    parser.add_argument("--table", type=Path, required=True, help="the same as CSV")
    parser.add_argument("--pairs", type=Path, required=True, help="CSV of the closest pairs")
    arguments = parser.parse_args()
    if len(arguments.real_features) != len(arguments.generated_features):
        raise ValueError(
            f"--real-features has {len(arguments.real_features)} files and --generated-features "
            f"{len(arguments.generated_features)}: give one of each a classifier"
        )

    photographs = Photographs(
        *(read_photo_set(path) for path in (arguments.real, arguments.generated, arguments.training))
    )
    real = [read_features(path) for path in arguments.real_features]
    generated = [read_features(path) for path in arguments.generated_features]
    training = read_features(arguments.training_features)
    for first, second in [*zip(real, generated, strict=True), (real[0], training)]:
        if first.classifier != second.classifier:
            raise ValueError("features of two different classifiers cannot be compared; give them in the same order")
    near = search_near_copies(photographs, real[0], generated[0], training)
    quality = describe_quality(real, generated, near, arguments.seed)
    sets = {"real": photographs.reference, "generated": photographs.generated, "training": photographs.training}
    quality |= {
        "reading": write_reading(quality),
        "generator": read_description(arguments.synthetic_manifest, SyntheticManifest).generator.model_dump(),
        "classifier": arguments.classifier,
        "photographs": {
            name: {"images_per_class": class_counts(photos), "digest": photos.digest()} for name, photos in sets.items()
        },
        "provenance": {**code_version(), "versions": package_versions()},
    }
    write_json(arguments.output, quality)
    write_quality_table(arguments.table, quality)
    write_pairs(arguments.pairs, closest_pairs(near, photographs))
    print(quality["reading"])


if __name__ == "__main__":
    command.run(main)
