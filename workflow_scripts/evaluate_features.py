"""Ask one classifier what it sees in photo sets: features and logits.

Features are what the classifier's linear head sees, after pooling: float32 (N, F), F being the network's last channels
(fast 256 × width, resnet18 512 × width, plain 128 × width).
"""

from pathlib import Path

import jax

from flax_cnn.classifier import Classifier, load_classifier
from flax_cnn.compiled_programs import keep_compiled_programs
from photographs.photo_set import PhotoSet, read_photo_set
from transfer_analysis.features import Features, write_features
from workflow_scripts.assigned_gpu import require_gpu
from workflow_scripts.command import parser, run


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--classifier", type=Path, required=True, help="checkpoint folder of train_classifier")
    arguments.add_argument("--photos", type=Path, nargs="+", required=True, help="photo sets (.npz)")
    arguments.add_argument("--output", type=Path, nargs="+", required=True, help="features to write (.npz), one a set")
    arguments.add_argument("--mirrored", action="store_true", help="ask about the mirror images too")
    arguments.add_argument("--compilation-cache", type=Path, help="keep compiled programs here between jobs")
    options = arguments.parse_args()
    keep_compiled_programs(options.compilation_cache)
    require_gpu("jax", jax.default_backend() != "cpu")

    if len(options.photos) != len(options.output):
        raise ValueError(f"--photos has {len(options.photos)} files and --output {len(options.output)}: give one a set")
    classifier = load_classifier(options.classifier)
    for path, output in zip(options.photos, options.output, strict=True):
        photos = read_photo_set(path)
        if photos.classes != classifier.classes:
            raise ValueError(f"{path} has classes {photos.classes}, the classifier {classifier.classes}")
        write_features(output, _see(classifier, photos, options.mirrored))


def _see(classifier: Classifier, photos: PhotoSet, mirrored: bool) -> Features:
    features_nd, logits_nk = classifier.predict_features_and_logits(photos.images_nhwc)
    mirrored_nd = classifier.predict_features(photos.images_nhwc[:, :, ::-1]) if mirrored else features_nd[:0]
    return Features(
        features_nd, mirrored_nd, logits_nk, photos.labels, photos.indices, photos.classes, classifier.digest()
    )


if __name__ == "__main__":
    run(main)
