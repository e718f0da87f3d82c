"""Turn features of real and generated photographs into generator_quality.json, its tables, and the closest pairs.

Held-out real photographs (validation) are what generated ones are measured against; training and test photographs are
searched for near-copies. Features come from evaluate_features: of the held-out and of the generated photographs one
file a classifier, in the same order; with mirror images one each of the training, test and validation photographs, from
the first classifier.
"""

from pathlib import Path

from photographs.atomic_files import write_json, write_text
from photographs.mixing import class_counts
from photographs.photo_set import read_photo_set
from transfer_analysis.features import read_features
from transfer_analysis.generator_quality.copy_search import VALIDATION, Photographs, search_near_copies
from transfer_analysis.generator_quality.quality import describe_quality
from transfer_analysis.generator_quality.tables import closest_pairs, quality_tables, write_pairs
from transfer_analysis.report.generator_quality_answer import quality_in_words
from transfer_analysis.study_description import SyntheticManifest, read_description
from transfer_analysis.summary import package_versions
from workflow_scripts import command
from workflow_scripts.code_version import code_version

SEARCHED = ("training", "test")


def main() -> None:
    """Read features and photographs, write the quality and its tables."""
    parser = command.parser(__doc__)
    for name in ("real", "generated", *SEARCHED):
        parser.add_argument(f"--{name}", type=Path, required=True, help="photo set (.npz)")
    parser.add_argument("--real-features", type=Path, nargs="+", required=True, help="one file a classifier")
    parser.add_argument("--generated-features", type=Path, nargs="+", required=True, help="one file a classifier")
    for name in (*SEARCHED, VALIDATION):
        parser.add_argument(f"--{name}-features", type=Path, required=True, help="mirrored too; the first classifier's")
    parser.add_argument("--synthetic-manifest", type=Path, required=True)
    parser.add_argument("--classifier", type=command.json_argument, required=True, help="how it was trained, as JSON")
    parser.add_argument("--seed", type=int, required=True, help="of the random draws")
    parser.add_argument("--output", type=Path, required=True, help="generator_quality.json")
    parser.add_argument("--tables", type=Path, required=True, help="folder of the CSV tables")
    parser.add_argument("--pairs", type=Path, required=True, help="CSV of the closest pairs")
    arguments = parser.parse_args()
    if len(arguments.real_features) != len(arguments.generated_features):
        raise ValueError(
            f"--real-features has {len(arguments.real_features)} files and --generated-features "
            f"{len(arguments.generated_features)}: give one of each a classifier"
        )

    photographs = Photographs(
        read_photo_set(arguments.real),
        read_photo_set(arguments.generated),
        {name: read_photo_set(getattr(arguments, name)) for name in SEARCHED},
    )
    real = [read_features(path) for path in arguments.real_features]
    generated = [read_features(path) for path in arguments.generated_features]
    galleries = {name: read_features(getattr(arguments, f"{name}_features")) for name in (*SEARCHED, VALIDATION)}
    of_first = [(real[0], features) for features in galleries.values()]
    for first, second in [*zip(real, generated, strict=True), *of_first]:
        if first.classifier != second.classifier:
            raise ValueError("features of two different classifiers cannot be compared; give them in the same order")
    near = search_near_copies(photographs, generated[0], galleries, arguments.seed)
    quality = describe_quality(real, generated, near, arguments.seed)
    sets = {"real": photographs.reference, "generated": photographs.generated, **photographs.searched}
    quality |= {
        "generator": read_description(arguments.synthetic_manifest, SyntheticManifest).generator.model_dump(),
        "classifier": arguments.classifier,
        "photographs": {
            name: {"images_per_class": class_counts(photos), "digest": photos.digest()} for name, photos in sets.items()
        },
        "provenance": {**code_version(), "versions": package_versions()},
    }
    write_json(arguments.output, quality)
    for name, text in quality_tables(quality).items():
        write_text(arguments.tables / f"{name}.csv", text)
    write_pairs(arguments.pairs, closest_pairs(near, photographs))
    print(quality_in_words(quality))


if __name__ == "__main__":
    command.run(main)
