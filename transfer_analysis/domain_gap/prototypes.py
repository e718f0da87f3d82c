"""Do generated images lie nearer to the prototype of their class than photographs do?

Where networks trained on photographs recognise generated images better than photographs, this is the usual reason: an
image near its class's mean is easy, whatever it lacks. The prototype is the mean of the validation photographs of the
class, in each network's own features; distances are given relative to those of real test photographs, network by
network, so that 1 is "as far as photographs".
"""

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from transfer_analysis.crossed_effects import estimate_difference
from transfer_analysis.domain_gap.sides import Side

NEIGHBOUR = 5


def describe_prototypes(networks: list[dict[str, Side]]) -> dict[str, Any]:
    """Return {"to_mean", "to_neighbour", "n_real", "n_generated", "neighbour"}.

    "to_mean" is the distance to the class's mean, "to_neighbour" that to the NEIGHBOUR-th nearest validation photograph
    of the class (small where photographs are dense): each {"generated": {"mean", "ci95"}, "difference": {"mean",
    "ci95"}} in units of the mean over real test photographs; the difference is generated less real, so −0.2 says
    one fifth nearer.

    Args:
        networks: one entry a real-trained network with "real" and "generated" images; the reference are the real
            images for fitting.
    """
    neighbour = min(NEIGHBOUR, *np.bincount(networks[0]["real"].fit_labels_n))
    measured = {
        name: [
            [_distances(sides["real"], sides[kind], neighbour)[position] for sides in networks]
            for kind in ("real", "generated")
        ]
        for position, name in enumerate(("to_mean", "to_neighbour"))
    }
    return {
        **{name: _describe(*map(np.stack, kinds)) for name, kinds in measured.items()},
        "n_real": len(networks[0]["real"].test_md),
        "n_generated": len(networks[0]["generated"].test_md),
        "neighbour": int(neighbour),
    }


def _distances(reference: Side, judged: Side, neighbour: int) -> tuple[np.ndarray, np.ndarray]:
    to_mean_m, to_neighbour_m = np.empty(len(judged.test_md)), np.empty(len(judged.test_md))
    for label in np.unique(judged.test_labels_m):
        photographs_nd = reference.fit_nd[reference.fit_labels_n == label].astype(np.float64)
        of_class = judged.test_labels_m == label
        images_md = judged.test_md[of_class].astype(np.float64)
        to_mean_m[of_class] = np.linalg.norm(images_md - photographs_nd.mean(axis=0), axis=1)
        to_neighbour_m[of_class] = np.partition(cdist(images_md, photographs_nd), neighbour - 1, axis=1)[
            :, neighbour - 1
        ]
    return to_mean_m, to_neighbour_m


def _describe(real_sn: np.ndarray, generated_sm: np.ndarray) -> dict[str, Any]:
    unit_s1 = real_sn.mean(axis=1, keepdims=True)
    ratios_sm = generated_sm / unit_s1
    # The unit is a mean over photographs, which might have been others: the delta method's term of a ratio.
    ratio = estimate_difference(ratios_sm, ratios_sm.mean(axis=1, keepdims=True) * (real_sn / unit_s1 - 1))
    return {
        "generated": ratio.described(0.0, np.inf),
        "difference": replace(ratio, mean=ratio.mean - 1).described(-1.0, np.inf),
    }
