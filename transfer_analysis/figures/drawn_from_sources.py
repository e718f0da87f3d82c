"""The figures that are functions of the report's sources alone, by name: to draw them, and to draw them again."""

from collections.abc import Callable
from typing import Any

from matplotlib.figure import Figure

from transfer_analysis.figures.confusion_differences import draw_confusion_differences
from transfer_analysis.figures.confusion_matrices import draw_confusion_matrices
from transfer_analysis.figures.directions_removed import draw_directions_removed
from transfer_analysis.figures.exchange_rate import draw_exchange_rate
from transfer_analysis.figures.feature_map import draw_feature_map
from transfer_analysis.figures.gaps import draw_gaps
from transfer_analysis.figures.generator_quality import draw_generator_quality
from transfer_analysis.figures.known_answers import draw_known_answers
from transfer_analysis.figures.layer_transplant import draw_layer_transplant
from transfer_analysis.figures.learning_curves import draw_learning_curves
from transfer_analysis.figures.linear_probes import draw_linear_probes
from transfer_analysis.figures.map_agreement import draw_map_agreement
from transfer_analysis.figures.mixtures import draw_mixtures
from transfer_analysis.figures.network_similarity import draw_network_similarity
from transfer_analysis.figures.per_class_recall import draw_per_class_recall
from transfer_analysis.figures.published_results import draw_published_results
from transfer_analysis.figures.real_or_generated import draw_real_or_generated
from transfer_analysis.figures.reliability import draw_reliability
from transfer_analysis.figures.robustness import draw_robustness
from transfer_analysis.figures.selective_accuracy import draw_selective_accuracy
from transfer_analysis.figures.transfer_matrix import draw_transfer_matrix


def _of_part(part: str, draw: Callable[[dict[str, Any]], Figure]) -> Callable[[dict[str, Any]], Figure]:
    return lambda sources: draw(sources[part])


DRAWN: dict[str, Callable[[dict[str, Any]], Figure]] = {
    "transfer_matrix": draw_transfer_matrix,
    "gaps": draw_gaps,
    "per_class_recall": draw_per_class_recall,
    "confusion_matrices": draw_confusion_matrices,
    "confusion_differences": draw_confusion_differences,
    "mixtures": _of_part("mixtures", draw_mixtures),
    "learning_curves": _of_part("mixtures", draw_learning_curves),
    "exchange_rate": _of_part("mixtures", draw_exchange_rate),
    "network_similarity": _of_part("representations", draw_network_similarity),
    "linear_probes": _of_part("representations", draw_linear_probes),
    "layer_transplant": _of_part("representations", draw_layer_transplant),
    "feature_map": _of_part("representations", draw_feature_map),
    "real_or_generated": _of_part("domain_gap", draw_real_or_generated),
    "directions_removed": _of_part("domain_gap", draw_directions_removed),
    "generator_quality": _of_part("generator_quality", draw_generator_quality),
    "reliability": _of_part("trust", draw_reliability),
    "selective_accuracy": _of_part("trust", draw_selective_accuracy),
    "robustness": _of_part("trust", draw_robustness),
    "map_agreement": _of_part("trust", draw_map_agreement),
    "known_answers": _of_part("known_answers", draw_known_answers),
    "published_results": draw_published_results,
}
