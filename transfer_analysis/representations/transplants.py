"""Where the gap sits: networks over frozen lower blocks of generated-trained networks, and of real-trained ones.

The upper blocks learn anew, from the same few real photographs, in both. What the generated-trained donor costs against
the real-trained one at a depth is therefore what its first so many blocks lack; what a depth costs more than the depth
below it is that block's share.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from transfer_analysis.crossed_effects import estimate_mean
from transfer_analysis.representations.network_features import TRAINED
from transfer_analysis.representations.transplant_answers import TransplantAnswers
from transfer_analysis.several_tests import SIGNIFICANCE, describe_differences


def describe_transplants(of_seeds: Sequence[TransplantAnswers], images_per_class: int, steps: int) -> dict[str, Any]:
    """Return accuracy by depth and donor, the gap between donors, and each block's share of it.

    "depths" has an entry for 0 to all blocks frozen: "real" and "synthetic" (accuracy), and from 1 on "gap" (real −
    synthetic donor), "share" (the gap less that of the depth below) and "gain" (each donor's blocks against learning
    all of them from the same photographs). "first_gap" is the least depth whose gap is told from zero, above it; None
    if there is none. "largest_share" is the depth with the largest share.

    Args:
        of_seeds: the answers, one a seed.
        images_per_class, steps: what the upper blocks learned from, and how long; passed on.

    Raises:
        ValueError: seeds differ in blocks, donors or images.
    """
    first = of_seeds[0]
    for other in of_seeds[1:]:
        same = np.array_equal(first.labels, other.labels) and np.array_equal(first.indices, other.indices)
        if not same or (first.blocks, first.donors) != (other.blocks, other.donors):
            raise ValueError("the transplants of two seeds differ in blocks, donors or test images")
    real_lsn, synthetic_lsn = (
        np.stack([answers.correct_ln(donor) for answers in of_seeds], axis=1) for donor in TRAINED
    )
    lost_lsn = real_lsn - synthetic_lsn
    depths = [
        {
            "depth": depth,
            "last_frozen": first.blocks[depth - 1] if depth else None,
            "real": estimate_mean(real_lsn[depth]).described(0.0, 1.0),
            "synthetic": estimate_mean(synthetic_lsn[depth]).described(0.0, 1.0),
        }
        for depth in range(len(first.blocks) + 1)
    ]
    frozen = depths[1:]
    below = {entry["depth"]: entry["depth"] - 1 for entry in frozen}
    gaps = describe_differences({depth: lost_lsn[depth] for depth in below}, -1.0, 1.0)
    # From −2 to 2: a block may turn all of a gain into a loss.
    shares = describe_differences({depth: lost_lsn[depth] - lost_lsn[less] for depth, less in below.items()}, -2.0, 2.0)
    gained = {
        (depth, donor): correct_lsn[depth] - correct_lsn[0]
        for depth in below
        for donor, correct_lsn in zip(TRAINED, (real_lsn, synthetic_lsn), strict=True)
    }
    gains = describe_differences(gained, -1.0, 1.0)
    for entry in frozen:
        depth = entry["depth"]
        entry |= {
            "gap": gaps[depth],
            "share": shares[depth],
            "gain": {donor: gains[depth, donor] for donor in TRAINED},
        }
    found = [entry["depth"] for entry in frozen if is_shown(entry["gap"])]
    return {
        "images_per_class": images_per_class,
        "steps": steps,
        "n_seeds": len(of_seeds),
        "n_images": len(first.labels),
        "depths": depths,
        "first_gap": found[0] if found else None,
        "largest_share": max(frozen, key=lambda entry: entry["share"]["mean"])["depth"],
    }


def is_shown(difference: dict[str, Any]) -> bool:
    """Return whether a difference is shown to lie above zero, after correction for looking at several."""
    return difference["mean"] > 0 and difference["p_value_holm"] < SIGNIFICANCE
