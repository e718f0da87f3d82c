"""Can a linear probe tell one kind of image from the other, on images that it was not fitted to?

The probe is a logistic regression on standardised features; its regularisation is chosen by cross-validation among the
images that it is fitted to, unless it is given. Accuracy counts both kinds alike, whatever their numbers (balanced
accuracy): 50 % is chance. The area under the ROC curve is the probability that a random image of the second kind scores
above one of the first; its interval is DeLong's (DeLong, DeLong & Clarke-Pearson, Biometrics 44, 1988).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from transfer_analysis.crossed_effects import estimate_difference
from transfer_analysis.domain_gap.sides import Side

_STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0)
_FOLDS = 3
_MOST_ITERATIONS = 1000
# Where nothing is chosen anew for every fit; on standardised features.
STRENGTH = 0.1


@dataclass(frozen=True)
class ProbeAnswers:
    """The scores of one probe on held-out images, above zero for "the second kind".

    Attributes:
        first_m: float (M,), images of the first kind.
        second_k: float (K,), images of the second kind.
    """

    first_m: np.ndarray
    second_k: np.ndarray

    @property
    def right_of_first(self) -> np.ndarray:
        """Return float (M,): 1 where an image of the first kind is told for what it is."""
        return (self.first_m <= 0).astype(float)

    @property
    def right_of_second(self) -> np.ndarray:
        """Return float (K,): 1 where an image of the second kind is told for what it is."""
        return (self.second_k > 0).astype(float)


def linear_probe(strength: float = STRENGTH) -> Pipeline:
    """Return an unfitted logistic regression (inverse regularisation `strength`) on standardised features."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=_MOST_ITERATIONS))


def ask_probe(first: Side, second: Side, strength: float | None = None) -> ProbeAnswers:
    """Fit a probe that tells `second` from `first`, and return what it says of the held-out images of both.

    Args:
        first, second: the two kinds.
        strength: inverse regularisation; None chooses it by cross-validation.
    """
    fit_nd = np.concatenate([first.fit_nd, second.fit_nd]).astype(np.float64)
    is_second_n = np.repeat([0, 1], [len(first.fit_nd), len(second.fit_nd)])
    folds = min(_FOLDS, len(first.fit_nd), len(second.fit_nd))
    if strength is not None or folds < 2:
        probe = linear_probe(strength or STRENGTH)
    else:
        probe = make_pipeline(
            StandardScaler(),
            LogisticRegressionCV(
                Cs=_STRENGTHS,
                # Images stand in the order of their classes: every fold is to hold all of them.
                cv=StratifiedKFold(folds, shuffle=True, random_state=0),
                l1_ratios=(0.0,),
                scoring="neg_log_loss",
                max_iter=_MOST_ITERATIONS,
                use_legacy_attributes=False,
            ),
        )
    probe.fit(fit_nd, is_second_n)
    return ProbeAnswers(probe.decision_function(first.test_md), probe.decision_function(second.test_md))


def describe_answers(answers: list[ProbeAnswers]) -> dict[str, Any]:
    """Return {"accuracy", "auc"}, each {"mean", "ci95"}, over the networks whose features were probed.

    The interval of the accuracy holds the choice of held-out images and, from two networks on, the luck of their
    training; that of the area the choice of images alone. Neither holds the choice of the images for fitting.

    Args:
        answers: one entry a network, of the same images; a single one where no network is asked.
    """
    return {
        "accuracy": balanced(
            np.stack([one.right_of_first for one in answers]), np.stack([one.right_of_second for one in answers])
        ),
        "auc": _area(answers),
    }


def balanced(first_sm: np.ndarray, second_sk: np.ndarray, lowest: float = 0.0) -> dict[str, Any]:
    """Return the mean of two kinds' means, each counted half, with "ci95"; values lie in `lowest` to 1.

    Args:
        first_sm, second_sk: values of each kind's images, a row for each network.
        lowest: the least possible value.
    """
    # A sum is the difference to the negative: halved here, so that the difference is the mean of both.
    estimate = estimate_difference(first_sm / 2, -second_sk / 2)
    return estimate.described(lowest, 1.0)


def _area(answers: list[ProbeAnswers]) -> dict[str, Any]:
    placements = [_placements(one.first_m, one.second_k) for one in answers]
    above_m, above_k = (np.mean([pair[kind] for pair in placements], axis=0) for kind in (0, 1))
    mean = float(above_k.mean())
    # DeLong's variance is the sum of those of the two means; centring one leaves the area itself as the estimate.
    estimate = estimate_difference(above_m[None], (mean - above_k)[None])
    return {"mean": mean, "ci95": estimate.interval(0.0, 1.0)}


def _placements(first_m: np.ndarray, second_k: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each image the share of the other kind's images that it is ordered rightly against; ties are half."""
    first_sorted, second_sorted = np.sort(first_m), np.sort(second_k)
    below_k = np.searchsorted(first_sorted, second_k, "left") + np.searchsorted(first_sorted, second_k, "right")
    below_m = np.searchsorted(second_sorted, first_m, "left") + np.searchsorted(second_sorted, first_m, "right")
    return 1 - below_m / (2 * len(second_k)), below_k / (2 * len(first_m))
