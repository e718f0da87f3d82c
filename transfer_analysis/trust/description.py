"""trust.json: calibration, selective accuracy, robustness and agreement of heat maps, of every arm."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from transfer_analysis.predictions import Predictions
from transfer_analysis.several_tests import correct_for_number
from transfer_analysis.trust.answers import FITTED_ON, TrustAnswers
from transfer_analysis.trust.differences import REFERENCE
from transfer_analysis.trust.map_agreement import describe_agreement
from transfer_analysis.trust.photo_choice import choose_photographs
from transfer_analysis.trust.reliability import describe_calibration
from transfer_analysis.trust.robustness import describe_robustness
from transfer_analysis.trust.selective import describe_selection

# The kinds of test images that confidence is judged on, one of which a temperature can be fitted for.
KINDS = FITTED_ON[1:]
# The arm whose mistakes the sheet of heat maps shows.
_OTHER = "synthetic"

Tests = Mapping[tuple[str, str], Sequence[Predictions]]


def describe_trust(tests: Tests, seeds: Sequence[TrustAnswers]) -> dict[str, Any]:
    """Return all that is said of trust, arms in the order of the answers.

    Args:
        tests: predictions of each (arm, kind of `KINDS`), one a seed, about the same images in one order.
        seeds: what the same networks answered beyond that, one a seed.
    """
    first = seeds[0]
    temperatures_sat = np.stack([answers.temperatures_at for answers in seeds])
    cells = {(arm, kind): tests[arm, kind] for arm in first.arms for kind in KINDS}
    calibration = describe_calibration(cells, dict(zip(first.arms, temperatures_sat.swapaxes(0, 1), strict=True)))
    return {
        "n_seeds": len(seeds),
        "chance": 1 / len(first.classes),
        "n_photographs": len(first.labels_n),
        "severities": first.severities.tolist(),
        "temperature": {
            arm: {
                fitted_on: {"mean": float(values_s.mean()), "per_seed": values_s.tolist()}
                for fitted_on, values_s in zip(FITTED_ON, temperatures_sat[:, row].T, strict=True)
            }
            for row, arm in enumerate(first.arms)
        },
        "calibration": {arm: {kind: calibration[arm, kind] for kind in KINDS} for arm in first.arms},
        "selective": describe_selection({arm: tests[arm, "real"] for arm in first.arms}),
        "robustness": describe_robustness(seeds),
        "maps": _describe_maps(seeds),
    }


def _describe_maps(seeds: Sequence[TrustAnswers]) -> dict[str, Any]:
    """Return how far the heat maps of the arms agree with the real arm's, and which photographs the sheet shows."""
    first = seeds[0]
    maps = {arm: np.stack([answers.maps_anhw[row] for answers in seeds]) for row, arm in enumerate(first.arms)}
    agreements = {arm: describe_agreement(maps, REFERENCE, arm) for arm in first.arms if arm != REFERENCE}
    correct_for_number(entry["difference"] for entry in agreements.values() if entry["difference"])
    right = {
        arm: np.stack([answers.clean_an[first.arms.index(arm)] == first.labels_n for answers in seeds])
        for arm in (REFERENCE, _OTHER)
    }
    sheet = choose_photographs(right[REFERENCE], right[_OTHER], first.labels_n, first.indices_n, len(first.classes))
    return {"agreement": agreements, "sheet": sheet}
