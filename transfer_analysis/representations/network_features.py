"""The features of all networks that are compared, on one test domain."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transfer_analysis.block_features import read_block_features
from transfer_analysis.cells import Cell, read_cell

# The arms that are compared; and networks as they were before any training.
TRAINED = ("real", "synthetic")
UNTRAINED = "untrained"
NETWORKS = (*TRAINED, UNTRAINED)
DOMAINS = TRAINED


@dataclass(frozen=True)
class DomainFeatures:
    """What S networks of each of NETWORKS make of one domain's N test images.

    Attributes:
        domain: which test images.
        classes: the K class names.
        labels_n: (N,) true classes.
        blocks: names of the networks' blocks, first to last, ending in "penultimate".
        values: by network and block, S arrays (N, C): the spatial means of the block's channels.
    """

    domain: str
    classes: tuple[str, ...]
    labels_n: np.ndarray
    blocks: tuple[str, ...]
    values: dict[str, dict[str, list[np.ndarray]]]

    @property
    def n_seeds(self) -> int:
        """Return S."""
        return len(self.values[UNTRAINED][self.blocks[0]])


def read_domain_features(predictions: Path, untrained: Path, domain: str, n_seeds: int) -> DomainFeatures:
    """Read `{arm}/seed_{s}/{domain}_features.npz` under `predictions`, and the untrained networks' under `untrained`.

    Raises:
        ValueError: networks have different blocks, or saw different images.
    """
    cell = read_cell(predictions, TRAINED[0], domain, n_seeds)
    folders = {arm: Path(predictions) / arm for arm in TRAINED} | {UNTRAINED: Path(untrained)}
    values: dict[str, dict[str, list[np.ndarray]]] = {}
    blocks: tuple[str, ...] = ()
    for network, folder in folders.items():
        for seed in range(n_seeds):
            path = folder / f"seed_{seed}" / f"{domain}_features.npz"
            features = read_block_features(path)
            blocks = blocks or tuple(features)
            _check(path, features, blocks, cell)
            for name, values_nc in features.items():
                values.setdefault(network, {}).setdefault(name, []).append(values_nc)
    return DomainFeatures(domain, cell.classes, cell.labels_n, blocks, values)


def _check(path: Path, features: dict[str, np.ndarray], blocks: tuple[str, ...], cell: Cell) -> None:
    if tuple(features) != blocks:
        raise ValueError(f"{path}: its blocks are {tuple(features)}, those of the first network {blocks}")
    lengths = {len(values_nc) for values_nc in features.values()}
    if lengths != {len(cell.labels_n)}:
        raise ValueError(f"{path}: features of {sorted(lengths)} images, predictions of {len(cell.labels_n)}")
