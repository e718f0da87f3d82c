"""Ask one seed's networks, one of each arm, what the analysis of trust needs beyond their test sets.

Temperatures that suit the validation photographs of each kind; the answers about real test photographs as they are and
spoilt; and the heat map (Grad-CAM) of each photograph's true class.
"""

from pathlib import Path

import jax
import numpy as np

from flax_cnn.classifier import Classifier, load_classifier
from flax_cnn.compiled_programs import keep_compiled_programs
from flax_cnn.facts import fit_temperature
from flax_cnn.saliency import grad_cams
from photographs.corruptions import corrupt
from photographs.mixing import lowest_indices
from photographs.photo_set import PhotoSet, read_photo_set
from transfer_analysis.trust.answers import TrustAnswers, write_trust_answers
from transfer_analysis.trust.settings import Trust
from workflow_scripts.assigned_gpu import require_gpu
from workflow_scripts.command import json_argument, parser, run

# Photographs whose heat maps are drawn at once.
_BATCH = 200


def main() -> None:
    """Run the command."""
    arguments = parser(__doc__)
    arguments.add_argument("--arms", nargs="+", required=True, help="names of the arms")
    arguments.add_argument("--classifiers", type=Path, nargs="+", required=True, help="their checkpoint folders")
    arguments.add_argument("--real-val", type=Path, required=True, help="real validation photographs (.npz)")
    arguments.add_argument("--synthetic-val", type=Path, required=True, help="generated validation images (.npz)")
    arguments.add_argument("--photos", type=Path, required=True, help="real test photographs (.npz)")
    arguments.add_argument("--trust", type=json_argument, required=True, help="the config's trust, as JSON")
    arguments.add_argument("--output", type=Path, required=True, help="answers to write (.npz)")
    arguments.add_argument("--compilation-cache", type=Path, help="keep compiled programs here between jobs")
    options = arguments.parse_args()
    keep_compiled_programs(options.compilation_cache)
    require_gpu("jax", jax.default_backend() != "cpu")

    trust = Trust.model_validate(options.trust)
    photos = lowest_indices(read_photo_set(options.photos), trust.photos_per_class, "real test")
    validation = [read_photo_set(path) for path in (options.real_val, options.synthetic_val)]
    networks = {arm: load_classifier(path) for arm, path in zip(options.arms, options.classifiers, strict=True)}
    for arm, network in networks.items():
        if network.classes != photos.classes:
            raise ValueError(
                f"{options.photos} has classes {photos.classes}, the classifier of {arm} {network.classes}"
            )
    write_trust_answers(
        options.output,
        TrustAnswers(
            tuple(networks),
            photos.classes,
            trust.corruptions,
            np.asarray(trust.severities),
            photos.labels,
            photos.indices,
            np.array([_temperatures(network, validation) for network in networks.values()]),
            np.stack([_named_classes(network, photos.images_nhwc) for network in networks.values()]),
            _named_when_spoilt(list(networks.values()), photos, trust),
            np.stack([_heat_maps(network, photos) for network in networks.values()]),
        ),
    )


def _temperatures(network: Classifier, validation: list[PhotoSet]) -> list[float]:
    """Return the temperatures in the order of `answers.FITTED_ON`."""
    fitted = [fit_temperature(network.predict_logits(photos.images_nhwc), photos.labels) for photos in validation]
    return [network.facts["temperature"], *fitted]


def _named_classes(network: Classifier, images_nhwc: np.ndarray) -> np.ndarray:
    return network.predict_logits(images_nhwc).argmax(axis=1).astype(np.int16)


def _named_when_spoilt(networks: list[Classifier], photos: PhotoSet, trust: Trust) -> np.ndarray:
    """Return int16 (A, C, V, N); each photograph is spoilt once for all networks, one corruption at a time."""
    n, v = len(photos), len(trust.severities)
    named = np.empty((len(networks), len(trust.corruptions), v, n), np.int16)
    for position, name in enumerate(trust.corruptions):
        spoilt = [corrupt(photos.images_nhwc, photos.indices, name, severity) for severity in trust.severities]
        images_nhwc = np.concatenate(spoilt)
        for arm, network in enumerate(networks):
            named[arm, position] = _named_classes(network, images_nhwc).reshape(v, n)
    return named


def _heat_maps(network: Classifier, photos: PhotoSet) -> np.ndarray:
    starts = range(0, len(photos), _BATCH)
    batches = [photos.select(np.arange(start, min(start + _BATCH, len(photos)))) for start in starts]
    maps = [grad_cams(network, batch.images_nhwc, batch.labels) for batch in batches]
    return np.concatenate(maps).astype(np.float16)


if __name__ == "__main__":
    run(main)
