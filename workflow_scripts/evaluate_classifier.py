"""Ask one classifier about test sets: one file of predictions (logits, labels, indices) for each.

An image that several sets share, as a mixture does with what it was mixed from, is asked about once.

With `--block-features`, DOMAIN_features.npz beside each has the spatial mean of every block's output (float16).
"""

from pathlib import Path

import jax

from flax_cnn.classifier import load_classifier
from flax_cnn.compiled_programs import keep_compiled_programs
from photographs.mixing import distinct_images
from photographs.photo_set import read_photo_set
from transfer_analysis.block_features import write_block_features
from transfer_analysis.predictions import Predictions, write_predictions
from workflow_scripts.assigned_gpu import require_gpu
from workflow_scripts.command import named_file, parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--classifier", type=Path, required=True, help="checkpoint folder of train_classifier")
    arguments.add_argument("--photos", type=named_file, nargs="+", required=True, metavar="DOMAIN=NPZ")
    arguments.add_argument("--output-folder", type=Path, required=True, help="gets DOMAIN.npz for every test set")
    arguments.add_argument("--block-features", action="store_true", help="write DOMAIN_features.npz too")
    arguments.add_argument("--compilation-cache", type=Path, help="keep compiled programs here between jobs")
    options = arguments.parse_args()
    keep_compiled_programs(options.compilation_cache)
    require_gpu("jax", jax.default_backend() != "cpu")

    classifier = load_classifier(options.classifier)
    test_sets = {domain: read_photo_set(path) for domain, path in options.photos}
    for domain, path in options.photos:
        if (classes := test_sets[domain].classes) != classifier.classes:
            raise ValueError(f"{path} has classes {classes}, the classifier {classifier.classes}")
    images_nhwc, rows = distinct_images(list(test_sets.values()))
    if options.block_features:
        features, logits_nk = classifier.predict_block_features_and_logits(images_nhwc)
    else:
        features, logits_nk = {}, classifier.predict_logits(images_nhwc)
    for (domain, photos), own in zip(test_sets.items(), rows, strict=True):
        if features:
            own_features = {name: block_nc[own] for name, block_nc in features.items()}
            write_block_features(options.output_folder / f"{domain}_features.npz", own_features)
        predictions = Predictions(logits_nk[own], photos.labels, photos.indices, photos.classes)
        write_predictions(options.output_folder / f"{domain}.npz", predictions)


if __name__ == "__main__":
    run(main)
