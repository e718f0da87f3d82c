"""Make what the playground reads one classifier with: its companion.

From validation photographs of the arm's own kind: the temperature that fits confidence to accuracy, and what is usual
of confidence and of the distance to the training photographs. From photographs of both kinds: a real-or-generated
probe on the classifier's features. And the features of its training photographs, to find the nearest among them.
"""

from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from flax_cnn.classifier import Classifier, load_classifier
from flax_cnn.compiled_programs import keep_compiled_programs
from flax_cnn.facts import fit_temperature
from photographs.digests import short_digest
from photographs.mixing import class_counts, largest_mix_size, mix, synthetic_count
from photographs.photo_set import PhotoSet, read_photo_set
from webserver.companion import MOST_NEIGHBOURS, Companion, nearest, softmax, strangeness, unit_length, write_companion
from workflow_scripts.command import parser, run

_QUANTILES = 201
_USUAL = 0.95


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--classifier", type=Path, required=True, help="checkpoint folder of train_classifier")
    for name in ("real-train", "real-val", "synthetic-train", "synthetic-val"):
        arguments.add_argument(f"--{name}", type=Path, required=True)
    arguments.add_argument("--share-synthetic", type=float, required=True, help="of the arm's training photographs")
    arguments.add_argument("--train-images-per-class", type=int, required=True)
    arguments.add_argument("--companion", type=Path, required=True, help="the file to write (.npz)")
    arguments.add_argument("--compilation-cache", type=Path, help="keep compiled programs here between jobs")
    options = arguments.parse_args()
    keep_compiled_programs(options.compilation_cache)
    train = {"real": read_photo_set(options.real_train), "synthetic": read_photo_set(options.synthetic_train)}
    val = {"real": read_photo_set(options.real_val), "synthetic": read_photo_set(options.synthetic_val)}
    companion = make_companion(
        load_classifier(options.classifier), options.share_synthetic, options.train_images_per_class, train, val
    )
    write_companion(options.companion, companion)
    print(
        f"{options.companion}: temperature {companion.temperature:.2f}, "
        f"real or generated told apart in {100 * companion.probe_accuracy:.1f} % of validation photographs"
    )


def make_companion(
    classifier: Classifier,
    share: float,
    train_images_per_class: int,
    train: dict[str, PhotoSet],
    val: dict[str, PhotoSet],
) -> Companion:
    """Return what the classifier is read with.

    Args:
        share: of generated photographs among those it was trained on.
        train_images_per_class: photographs of each class that it was trained on.
        train, val: the study's photographs by "real" and "synthetic".

    Raises:
        ValueError: there are too few photographs.
    """
    own_train = mix(train["real"], train["synthetic"], share, train_images_per_class)
    own_val = mix(val["real"], val["synthetic"], share, _per_class(val, share))
    features, logits = classifier.predict_features_and_logits(own_val.images_nhwc)
    temperature = fit_temperature(logits, own_val.labels)
    index = unit_length(classifier.predict_features(own_train.images_nhwc)).astype(np.float16)
    confidence = softmax(logits / temperature).max(axis=1)
    distance = nearest(index.astype(np.float32), features, MOST_NEIGHBOURS)[1].mean(axis=1)
    levels = np.linspace(0, 1, _QUANTILES)
    quantiles = np.quantile(confidence, levels), np.quantile(distance, levels)
    scaler, probe, accuracy = _probe(classifier, train, val)
    # `mix` puts the real photographs first.
    n_synthetic = synthetic_count(share, class_counts(own_train)[0]) * len(own_train.classes)
    kinds = np.where(np.arange(len(own_train)) < len(own_train) - n_synthetic, "real", "synthetic")
    return Companion(
        classifier_sha256=classifier.digest(),
        temperature=temperature,
        confidence_quantiles=quantiles[0],
        distance_quantiles=quantiles[1],
        strangeness_threshold=float(np.quantile(strangeness(confidence, distance, *quantiles), _USUAL)),
        probe_weights=probe.coef_[0],
        probe_bias=float(probe.intercept_[0]),
        probe_mean=scaler.mean_,
        probe_scale=scaler.scale_,
        probe_accuracy=accuracy,
        nearest_features=index,
        nearest_kinds=kinds,
        nearest_indices=own_train.indices,
        nearest_classes=np.asarray([own_train.classes[label] for label in own_train.labels]),
        nearest_digests=np.asarray([int(short_digest(image), 16) for image in own_train.images_nhwc], np.uint64),
    )


def _probe(classifier, train, val) -> tuple[StandardScaler, LogisticRegression, float]:
    """Return a logistic regression of "generated" on standardised features, and its accuracy on validation."""
    train_features, train_generated = _both_kinds(classifier, train)
    val_features, val_generated = _both_kinds(classifier, val)
    scaler = StandardScaler().fit(train_features)
    probe = LogisticRegression(max_iter=1000).fit(scaler.transform(train_features), train_generated)
    return scaler, probe, float(probe.score(scaler.transform(val_features), val_generated))


def _both_kinds(classifier, photos: dict[str, PhotoSet]) -> tuple[np.ndarray, np.ndarray]:
    """Return features of as many real as generated photographs of each class, and which are generated."""
    each = _per_class(photos, 0.5) // 2
    mixed = mix(photos["real"], photos["synthetic"], 0.5, 2 * each)
    return classifier.predict_features(mixed.images_nhwc), np.arange(len(mixed)) >= len(mixed) // 2


def _per_class(photos: dict[str, PhotoSet], share: float) -> int:
    return largest_mix_size(photos["real"], photos["synthetic"], share)


if __name__ == "__main__":
    run(main)
