r"""The interval of a number that is computed from pairs of networks and from images, by leaving some of each out.

Neither pairs of networks nor a CKA are means, so no formula of `crossed_effects` serves; and resampling with
replacement would set an image beside itself, which the unbiased estimator must not see. The delete-a-group jackknife
leaves out instead: every group of images in turn (of G), and every seed in turn (of S, in both arms, with all pairs
that it is in). Each gives a variance, (m − 1)/m Σ (θ_i − θ̄)², and the two are added; the interval is Student's t with
Satterthwaite's degrees of freedom. It errs on the wide side (Efron & Stein, Annals of Statistics 9, 1981).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

# With fewer, nothing is left to pair when one is left out.
FEWEST_SEEDS = 3


@dataclass(frozen=True)
class Replicates:
    """A number, computed on everything and with something left out; sums and ratios of such numbers are such numbers.

    Attributes:
        whole: on everything.
        without_images_g: (G,), without each group of images.
        without_seed_s: (S,), without each seed; empty where the seeds are too few.
    """

    whole: float
    without_images_g: np.ndarray
    without_seed_s: np.ndarray

    def __add__(self, other: "Replicates") -> "Replicates":
        return self._with(other, np.add)

    def __sub__(self, other: "Replicates") -> "Replicates":
        return self._with(other, np.subtract)

    def __truediv__(self, other: "Replicates") -> "Replicates":
        return self._with(other, np.divide)

    def scaled(self, factor: float) -> "Replicates":
        """Return `factor` times the number."""
        return Replicates(self.whole * factor, self.without_images_g * factor, self.without_seed_s * factor)

    def varies_with_seed(self) -> bool:
        """Return whether it matters which seed is left out, by more than rounding."""
        return not np.allclose(self.without_seed_s, self.whole, rtol=1e-9, atol=0)

    def describe(self) -> dict[str, Any]:
        """Return "mean", "ci95" and the two-sided "p_value" of a true number of zero."""
        error, freedom = self._standard_error()
        if error == 0:
            return {"mean": self.whole, "ci95": [self.whole] * 2, "p_value": 1.0 if self.whole == 0 else 0.0}
        half = float(stats.t.ppf(0.975, freedom)) * error
        p_value = float(2 * stats.t.sf(abs(self.whole) / error, freedom))
        return {"mean": self.whole, "ci95": [self.whole - half, self.whole + half], "p_value": p_value}

    def _standard_error(self) -> tuple[float, float]:
        variances = [_variance(values) for values in (self.without_images_g, self.without_seed_s) if len(values) > 1]
        sizes = [len(values) for values in (self.without_images_g, self.without_seed_s) if len(values) > 1]
        total = sum(variances)
        weighted = sum(variance**2 / (size - 1) for variance, size in zip(variances, sizes, strict=True))
        return float(np.sqrt(total)), total**2 / weighted if weighted else np.inf

    def _with(self, other: "Replicates", operation: np.ufunc) -> "Replicates":
        return Replicates(
            float(operation(self.whole, other.whole)),
            operation(self.without_images_g, other.without_images_g),
            operation(self.without_seed_s, other.without_seed_s),
        )


def mean_over_pairs(values: dict[tuple[int, int], np.ndarray], n_seeds: int) -> Replicates:
    """Return the mean over pairs of networks.

    Args:
        values: by the two networks' seeds, (1 + G,): the pair's number over all images, then without each group.
        n_seeds: how many seeds there are.
    """
    table = np.stack(list(values.values()))
    seeds = range(n_seeds) if n_seeds >= FEWEST_SEEDS else ()
    without_seed = [np.mean([numbers[0] for pair, numbers in values.items() if seed not in pair]) for seed in seeds]
    whole, *without_images = table.mean(axis=0)
    return Replicates(float(whole), np.array(without_images), np.array(without_seed))


def _variance(replicates: np.ndarray) -> float:
    return (len(replicates) - 1) * float(replicates.var())
