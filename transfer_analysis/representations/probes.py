"""Linear probes: what a linear classifier finds in a block's features (Alain & Bengio 2016, arXiv 1610.01644).

The networks stay as they are. A probe (`linear_probe`) is fitted on features of real or of generated test images and
asked about others of either kind. Probes of both kinds are fitted on the same number of images.
"""

import itertools
from typing import Any

import numpy as np

from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.representations.linear_probe import Labelled, probe_answers
from transfer_analysis.representations.network_features import DOMAINS, NETWORKS, TRAINED, DomainFeatures
from transfer_analysis.several_tests import describe_differences

# By (network, block, fitted on, tested on): float (S, N), 1 where the probe was right.
Answers = dict[tuple[str, str, str, str], np.ndarray]


def describe_probes(domains: list[DomainFeatures], images_per_class: int | None) -> dict[str, Any]:
    """Return what probes of every network and block say, what the other arm's features lack, and where the gap lies.

    Args:
        domains: the features of real and of generated test images.
        images_per_class: fitted on so many images of each class, if there are; None: on all that both kinds have.
    """
    by_name = {domain.domain: domain for domain in domains}
    n_fit = fitted_per_class(domains, images_per_class)
    answers = _answers(by_name, n_fit)
    blocks = domains[0].blocks
    return {
        "fitted_per_class": n_fit,
        "n_images": {domain.domain: len(domain.labels_n) for domain in domains},
        "accuracy": {
            network: {
                block: {
                    fitted: {
                        tested: estimate_mean(answers[network, block, fitted, tested]).described(0.0, 1.0)
                        for tested in DOMAINS
                    }
                    for fitted in DOMAINS
                }
                for block in blocks
            }
            for network in NETWORKS
        },
        "feature_gaps": _feature_gaps(answers, blocks),
        "parts": {tested: _parts(answers, blocks[-1], tested) for tested in DOMAINS},
    }


def fitted_per_class(domains: list[DomainFeatures], most: int | None) -> int:
    """Return how many images of each class a probe is fitted on: what the smaller half of the rarest has, or `most`."""
    smallest = min(int(np.bincount(domain.labels_n, minlength=len(domain.classes)).min()) for domain in domains) // 2
    if smallest == 0:
        raise ValueError("a class has fewer than two test images of a kind: there is nothing to halve for a probe")
    return min(smallest, most or smallest)


def _answers(by_name: dict[str, DomainFeatures], n_fit: int) -> Answers:
    first, answers = by_name[DOMAINS[0]], {}
    for network, block, fitted in itertools.product(NETWORKS, first.blocks, DOMAINS):
        of_seeds = []
        for seed in range(first.n_seeds):
            sets = {
                name: Labelled(domain.values[network][block][seed], domain.labels_n) for name, domain in by_name.items()
            }
            of_seeds.append(probe_answers(sets[fitted], [sets[tested] for tested in DOMAINS], n_fit))
        for tested, answers_sn in zip(DOMAINS, zip(*of_seeds, strict=True), strict=True):
            answers[network, block, fitted, tested] = np.stack(answers_sn)
    return answers


def _feature_gaps(answers: Answers, blocks: tuple[str, ...]) -> dict[str, Any]:
    """Return by test domain and block what the away arm's features lack, probes fitted and tested on that domain."""
    lost = {
        (tested, block): answers[tested, block, tested, tested] - answers[away_from(tested), block, tested, tested]
        for tested, block in itertools.product(DOMAINS, blocks)
    }
    gaps = describe_differences(lost, -1.0, 1.0)
    return {tested: {block: gaps[tested, block] for block in blocks} for tested in DOMAINS}


def _parts(answers: Answers, block: str, tested: str) -> dict[str, Any]:
    """Return the gap of probes fitted at home on each arm's own images, as the sum of two parts.

    "features": what is lost although the probe learns from images of the tested kind. "reading": what is lost further,
    on the same features, because the probe learned from images of the other kind.
    """
    away = away_from(tested)
    home_sn, refitted_sn = answers[tested, block, tested, tested], answers[away, block, tested, tested]
    carried_sn = answers[away, block, away, tested]
    parts = {"whole": home_sn - carried_sn, "features": home_sn - refitted_sn, "reading": refitted_sn - carried_sn}
    return describe_differences(parts, -1.0, 1.0)


def away_from(domain: str) -> str:
    """Return the other arm than the one at home on `domain`."""
    return next(arm for arm in TRAINED if arm != domain)
