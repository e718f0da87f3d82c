"""Features of real and generated images in two dimensions: t-SNE (van der Maaten & Hinton, JMLR 9, 2008).

Neighbours in the map are mostly neighbours in the features. Distances between groups, the sizes of groups and empty
space mean nothing, and another seed would give another map; it is a picture to look at, and no number is taken from it.
"""

from typing import Any

import numpy as np
from sklearn.manifold import TSNE
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from transfer_analysis.class_rows import rows_by_class
from transfer_analysis.representations.network_features import DOMAINS, TRAINED, DomainFeatures

_SEED = 0
_PERPLEXITY = 30.0
_DECIMALS = 2


def describe_feature_map(domains: list[DomainFeatures], images_per_class: int) -> dict[str, Any]:
    """Return the map of the last block's features, of each arm's first network, over the same images of both kinds.

    Returns:
        "points": "class" and "domain" of every point, and under "networks", by arm, "x" and "y" of each.
    """
    rows = {domain.domain: _first_rows(domain.labels_n, images_per_class) for domain in domains}
    names = [domain.classes[domain.labels_n[row]] for domain in domains for row in rows[domain.domain]]
    maps = {}
    for arm in TRAINED:
        features = [domain.values[arm][domain.blocks[-1]][0][rows[domain.domain]] for domain in domains]
        x, y = np.round(_place(np.concatenate(features)), _DECIMALS).T
        maps[arm] = {"x": x.tolist(), "y": y.tolist()}
    kinds = [name for name in DOMAINS for _ in rows[name]]
    return {"images_per_class": images_per_class, "points": {"class": names, "domain": kinds}, "networks": maps}


def _first_rows(labels_n: np.ndarray, per_class: int) -> np.ndarray:
    return np.concatenate([rows[:per_class] for rows in rows_by_class(labels_n)])


def _place(features_nc: np.ndarray) -> np.ndarray:
    scaled_nc = StandardScaler().fit_transform(features_nc.astype(np.float64))
    perplexity = min(_PERPLEXITY, (len(scaled_nc) - 1) / 3)
    # In one thread: sums in another order would lead to another map.
    with threadpool_limits(1):
        placed_n2 = TSNE(perplexity=perplexity, init="pca", random_state=_SEED).fit_transform(scaled_nc)
    return placed_n2.astype(np.float64)
