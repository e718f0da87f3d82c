"""Networks made up on the spot: features in which a class is planted as strongly as wished; transplants' answers."""

import numpy as np

from transfer_analysis.representations.config import LayerTransplant, Representations
from transfer_analysis.representations.description import describe_representations
from transfer_analysis.representations.network_features import DOMAINS, NETWORKS, DomainFeatures
from transfer_analysis.representations.transplant_answers import TransplantAnswers

BLOCKS = ("block1", "penultimate")
CHANNELS = 12
THREE = ("cat", "dog", "frog")
SETTINGS = Representations(map_images_per_class=4, transplant=LayerTransplant(steps=20, seeds=3))


def invented_domain(domain, strength, *, n_seeds=3, per_class=30, classes=THREE) -> DomainFeatures:
    """Return features that hold the class times `strength[network]`, turned anew for every network, and noise.

    The noise of an image is the same to all networks; an untrained network's features are its own noise.
    """
    number = DOMAINS.index(domain)
    rng = np.random.default_rng(number)
    labels_n = np.repeat(np.arange(len(classes)), per_class)
    shared_nc = rng.normal(size=(len(labels_n), CHANNELS))
    class_kc = np.random.default_rng(7).normal(size=(len(classes), CHANNELS))
    values = {network: {block: [] for block in BLOCKS} for network in NETWORKS}
    for network in NETWORKS:
        for depth, block in enumerate(BLOCKS, 1):
            for seed in range(n_seeds):
                own = np.random.default_rng([NETWORKS.index(network), depth, seed])
                turn, _ = np.linalg.qr(own.normal(size=(CHANNELS, CHANNELS)))
                seen_nc = rng.normal(size=shared_nc.shape) if network == "untrained" else shared_nc
                planted_nc = depth * strength.get(network, 0.0) * class_kc[labels_n]
                values[network][block].append(((seen_nc + planted_nc) @ turn).astype(np.float16))
    return DomainFeatures(domain, tuple(classes), labels_n, BLOCKS, values)


def invented_transplants(lost_by_depth, *, n_seeds=3, per_class=100, classes=THREE):
    """Return answers, 0.8 of them right over real-trained blocks, `lost_by_depth` less over generated-trained ones."""
    labels_n = np.repeat(np.arange(len(classes)), per_class)
    wrong_n = (labels_n + 1) % len(classes)
    of_seeds = []
    for seed in range(n_seeds):
        luck_n = np.random.default_rng(seed).random(len(labels_n))
        fresh_n = np.where(luck_n < 0.8, labels_n, wrong_n)
        over_synthetic = [np.where(luck_n < 0.8 - lost, labels_n, wrong_n) for lost in lost_by_depth]
        predicted_dln = np.stack([[fresh_n] * (1 + len(lost_by_depth)), [fresh_n, *over_synthetic]])
        blocks = tuple(f"block{number}" for number in range(1, 1 + len(lost_by_depth)))
        of_seeds.append(
            TransplantAnswers(blocks, DOMAINS, predicted_dln, labels_n, np.arange(len(labels_n)), tuple(classes))
        )
    return of_seeds


def invented_representations(
    *,
    real=1.0,
    synthetic=0.4,
    lost=(0.0, 0.2),
    n_seeds=3,
    per_class=30,
    classes=THREE,
    settings=SETTINGS,
):
    """Return the part of the report for networks that see the class so strongly."""
    sizes = {"n_seeds": n_seeds, "per_class": per_class, "classes": classes}
    strength = {"real": real, "synthetic": synthetic}
    domains = [invented_domain(domain, strength, **sizes) for domain in DOMAINS]
    return describe_representations(domains, settings, invented_transplants(lost, **sizes), 50)
