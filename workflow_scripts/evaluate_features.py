"""Ask one classifier what it sees in a photo set: features (of the photographs and of their mirror images) and logits.

Features are what the classifier's linear head sees, after pooling: float32 (N, 256 × width).
"""

from pathlib import Path

from flax_cnn.classifier import load_classifier
from flax_cnn.compiled_programs import keep_compiled_programs
from photographs.photo_set import read_photo_set
from transfer_analysis.features import Features, write_features
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--classifier", type=Path, required=True, help="checkpoint folder of train_classifier")
    arguments.add_argument("--photos", type=Path, required=True, help="photo set (.npz)")
    arguments.add_argument("--output", type=Path, required=True, help="features to write (.npz)")
    arguments.add_argument("--compilation-cache", type=Path, help="keep compiled programs here between jobs")
    options = arguments.parse_args()
    keep_compiled_programs(options.compilation_cache)

    classifier = load_classifier(options.classifier)
    photos = read_photo_set(options.photos)
    if photos.classes != classifier.classes:
        raise ValueError(f"{options.photos} has classes {photos.classes}, the classifier {classifier.classes}")
    features_nd, logits_nk = classifier.predict_features_and_logits(photos.images_nhwc)
    mirrored_nd, _ = classifier.predict_features_and_logits(photos.images_nhwc[:, :, ::-1])
    write_features(
        options.output,
        Features(
            features_nd,
            mirrored_nd,
            logits_nk,
            photos.labels,
            photos.indices,
            photos.classes,
            classifier.digest(),
        ),
    )


if __name__ == "__main__":
    run(main)
