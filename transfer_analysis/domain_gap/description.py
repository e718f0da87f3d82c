"""domain_gap.json: what tells generated images from photographs, and what it has to do with the transfer gap."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from photographs.photo_set import PhotoSet
from transfer_analysis.domain_gap.low_level import JPEG_QUALITIES, describe_low_level
from transfer_analysis.domain_gap.prototypes import describe_prototypes
from transfer_analysis.domain_gap.removal import describe_removal
from transfer_analysis.domain_gap.separability import FEATURES, describe_separability
from transfer_analysis.domain_gap.settings import DomainGap
from transfer_analysis.domain_gap.sides import Rows, Side, choose_rows_to_fit, choose_rows_to_test
from transfer_analysis.features import Features

KINDS = ("real", "filtered", "generated")


@dataclass(frozen=True)
class Judged:
    """One kind's images for fitting and for judging, and what each network makes of them.

    Attributes:
        fit, test: the images.
        fit_features, test_features: of the same images, one entry a real-trained network.
    """

    fit: PhotoSet
    test: PhotoSet
    fit_features: list[Features]
    test_features: list[Features]


def describe_domain_gap(kinds: dict[str, Judged], settings: DomainGap, seed: int) -> dict[str, Any]:
    """Return what domain_gap.json holds, but for where it comes from.

    Args:
        kinds: by name, KINDS: photographs, the same photographs with the generated images' grain, generated images.
        settings: how large the analysis is.
        seed: which images are drawn, and which random directions.

    Raises:
        ValueError: the images are too few, or photographs and filtered ones are not the same.
    """
    for part in ("fit", "test"):
        if not np.array_equal(*(getattr(kinds[kind], part).indices for kind in ("real", "filtered"))):
            raise ValueError("the filtered photographs are not those that are to be compared: make them anew")
    rng = np.random.default_rng(seed)
    fit = choose_rows_to_fit(kinds["real"].fit.labels, kinds["generated"].fit.labels, settings.images_per_class, rng)
    test = choose_rows_to_test(kinds["real"].test.labels, kinds["generated"].test.labels, rng)
    sides = _chosen(kinds, fit, test)
    networks = [
        {name: chosen.as_features(number) for name, chosen in sides.items()}
        for number in range(len(kinds["real"].fit_features))
    ]
    views = {name: chosen.as_low_level() for name, chosen in sides.items()}
    low_level = {view: [{name: by_view[view] for name, by_view in views.items()}] for view in views["real"]}
    n_classes = len(kinds["real"].fit.classes)
    return {
        "classes": list(kinds["real"].fit.classes),
        "method": {
            "n_networks": len(networks),
            "fit_images_per_class": len(fit.real_n) // n_classes,
            "test_images": {"real": len(test.real_n), "generated": len(test.generated_k)},
            "features": networks[0]["real"].fit_nd.shape[1],
            "jpeg_qualities": list(JPEG_QUALITIES),
            "random_draws": settings.random_draws,
            "seed": seed,
        },
        "separability": describe_separability({FEATURES: networks, **low_level}),
        "removal": describe_removal(networks, settings.directions, settings.random_draws, seed),
        "prototypes": describe_prototypes(networks),
    }


@dataclass(frozen=True)
class _Chosen:
    """The images of one side: those of `judged` at the rows `fit_n` and `test_m`."""

    judged: Judged
    fit_n: np.ndarray
    test_m: np.ndarray

    def as_features(self, number: int) -> Side:
        """Return what network `number` makes of them."""
        fit, test = self.judged.fit_features[number], self.judged.test_features[number]
        return self._side(fit.features_nd[self.fit_n], test.features_nd[self.test_m])

    def as_low_level(self) -> dict[str, Side]:
        """Return every description of `describe_low_level`."""
        fit = describe_low_level(self.judged.fit.images_nhwc[self.fit_n])
        test = describe_low_level(self.judged.test.images_nhwc[self.test_m])
        return {view: self._side(fit[view], test[view]) for view in fit}

    def _side(self, fit_nd: np.ndarray, test_md: np.ndarray) -> Side:
        return Side(fit_nd, self.judged.fit.labels[self.fit_n], test_md, self.judged.test.labels[self.test_m])


def _chosen(kinds: dict[str, Judged], fit: Rows, test: Rows) -> dict[str, _Chosen]:
    """Return the sides by name; photographs are halved, and the second half is the one that is filtered."""
    return {
        "real": _Chosen(kinds["real"], fit.real_n, test.real_n),
        "held_out": _Chosen(kinds["real"], fit.held_out_m, test.held_out_m),
        "filtered": _Chosen(kinds["filtered"], fit.held_out_m, test.held_out_m),
        "generated": _Chosen(kinds["generated"], fit.generated_k, test.generated_k),
    }
