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
    networks = [
        _sides(
            {
                kind: (judged.fit_features[number].features_nd, judged.test_features[number].features_nd)
                for kind, judged in kinds.items()
            },
            kinds,
            fit,
            test,
        )
        for number in range(len(kinds["real"].fit_features))
    ]
    described = {
        kind: tuple(describe_low_level(photos.images_nhwc) for photos in (judged.fit, judged.test))
        for kind, judged in kinds.items()
    }
    low_level = {
        view: [
            _sides({kind: tuple(part[view] for part in parts) for kind, parts in described.items()}, kinds, fit, test)
        ]
        for view in described["real"][0]
    }
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


def _sides(
    vectors: dict[str, tuple[np.ndarray, np.ndarray]], kinds: dict[str, Judged], fit: Rows, test: Rows
) -> dict[str, Side]:
    """Return the rows of every kind; photographs are halved, and the second half is the one that is filtered."""
    chosen = {
        "real": ("real", fit.real_n, test.real_n),
        "held_out": ("real", fit.held_out_m, test.held_out_m),
        "filtered": ("filtered", fit.held_out_m, test.held_out_m),
        "generated": ("generated", fit.generated_k, test.generated_k),
    }
    return {
        name: Side(
            vectors[kind][0][to_fit],
            kinds[kind].fit.labels[to_fit],
            vectors[kind][1][to_test],
            kinds[kind].test.labels[to_test],
        )
        for name, (kind, to_fit, to_test) in chosen.items()
    }
