"""representations.json: all that is said of what networks see in images."""

from collections.abc import Sequence
from typing import Any

from transfer_analysis.representations.config import Representations
from transfer_analysis.representations.feature_map import describe_feature_map
from transfer_analysis.representations.network_features import DomainFeatures
from transfer_analysis.representations.probes import describe_probes
from transfer_analysis.representations.similarity import describe_similarity
from transfer_analysis.representations.transplant_answers import TransplantAnswers
from transfer_analysis.representations.transplants import describe_transplants


def describe_representations(
    domains: list[DomainFeatures],
    settings: Representations,
    transplants: Sequence[TransplantAnswers],
    transplant_images_per_class: int,
) -> dict[str, Any]:
    """Return all of it; "transplant" is None where none was made.

    Args:
        domains: the features of real test images, and of generated ones.
        settings: what was asked for.
        transplants: the answers, one a seed; none if none were asked for.
        transplant_images_per_class: real photographs that the upper blocks learned from.
    """
    described = None
    if settings.transplant and transplants:
        described = describe_transplants(transplants, transplant_images_per_class, settings.transplant.steps)
    return {
        "n_seeds": domains[0].n_seeds,
        "classes": list(domains[0].classes),
        "blocks": list(domains[0].blocks),
        "similarity": describe_similarity(domains),
        "probes": describe_probes(domains, settings.probe_images_per_class),
        "transplant": described,
        "map": describe_feature_map(domains, settings.map_images_per_class),
    }
