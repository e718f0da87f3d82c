"""Every probe on every pair of kinds: what tells generated images, and what a perfect generator would give."""

from typing import Any

import numpy as np

from transfer_analysis.domain_gap.probe import ProbeAnswers, ask_probe, balanced, describe_answers
from transfer_analysis.domain_gap.sides import Side

FEATURES = "features"
LOW_LEVEL = "low_level"
# By name, which kind is told from which. "held_out" is the second half of the real photographs, in the generator's
# place; "filtered" is that half with the generated images' grain.
PAIRS = {
    "generated": ("real", "generated"),
    "null": ("real", "held_out"),
    "kernel": ("real", "filtered"),
    "beyond_kernel": ("filtered", "generated"),
}


def describe_separability(views: dict[str, list[dict[str, Side]]]) -> dict[str, Any]:
    """Return "pairs": {PAIR: {VIEW: {"accuracy", "auc"}}}, and what the features tell beyond the low level.

    "features_less_low_level" is the difference of the accuracies of FEATURES and LOW_LEVEL on the pair "generated",
    paired by image.

    Args:
        views: by name what images are seen as ("features", "spectrum", …): one entry a network (one in all where no
            network is asked), each the kinds of PAIRS by name, rows of all being the same images.
    """
    answers = {
        pair: {
            view: [ask_probe(sides[first], sides[second]) for sides in by_network] for view, by_network in views.items()
        }
        for pair, (first, second) in PAIRS.items()
    }
    return {
        "pairs": {
            pair: {view: describe_answers(by_network) for view, by_network in by_view.items()}
            for pair, by_view in answers.items()
        },
        "features_less_low_level": _compare(answers["generated"][FEATURES], answers["generated"][LOW_LEVEL]),
    }


def _compare(features: list[ProbeAnswers], low_level: list[ProbeAnswers]) -> dict[str, Any]:
    return balanced(
        *(
            np.stack([getattr(one, kind) for one in features]) - getattr(low_level[0], kind)
            for kind in ("right_of_first", "right_of_second")
        ),
        lowest=-1.0,
    )
