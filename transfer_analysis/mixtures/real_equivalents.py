"""How many real photographs alone would have reached an accuracy: the learning curve of real photographs, inverted."""

import numpy as np


def real_equivalents(
    accuracy_b: np.ndarray, curve_bm: np.ndarray, sizes_m: np.ndarray, chance: float, control: int | None = None
) -> np.ndarray:
    """Return float64 (B,): photographs a class, read off each draw's own curve, from 0 to the largest size.

    Between measured sizes the curve is straight in the logarithm of the size. Below the smallest it is straight from
    chance at no photographs, where true curves lie above the line: what is read off there is too high, so it serves as
    a bound alone. An accuracy above the largest size's gives that size, again a bound.

    A mixture is looked up by what it has over its control: where levelling moves the control, the mixture moves with
    it, so that more than the control's size comes out just where the generated images gained something.

    Args:
        accuracy_b: accuracies to look up, one a draw.
        curve_bm: accuracies of real photographs alone at the M sizes, in the same draws; dips are levelled.
        sizes_m: the sizes, ascending, M at least 1.
        chance: accuracy of guessing.
        control: position among the sizes of the real photographs that a mixture holds; None without any.
    """
    rising_bm = levelled(curve_bm)
    if control is not None:
        accuracy_b = _moved_with_control(accuracy_b, curve_bm[:, control], rising_bm[:, control])
    first_b = rising_bm[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        share_b = np.where(first_b > chance, (accuracy_b - chance) / (first_b - chance), 0.0)
    equivalent_b = sizes_m[0] * np.clip(share_b, 0.0, 1.0)
    for position in range(len(sizes_m) - 1):
        low_b, high_b = rising_bm[:, position], rising_bm[:, position + 1]
        along_b = np.clip((accuracy_b - low_b) / np.maximum(high_b - low_b, 1e-12), 0.0, 1.0)
        lower, upper = sizes_m[position], sizes_m[position + 1]
        # Exactly the size at both ends: a rounding error would turn an infinite or a bounded rate into a number.
        reached_b = np.where(along_b == 1.0, upper, lower * (upper / lower) ** along_b)
        # Strictly above: on a level stretch the smallest size reaches the accuracy, and no gain is not a larger one.
        equivalent_b = np.where(accuracy_b > low_b, reached_b, equivalent_b)
    return equivalent_b


def _moved_with_control(accuracy_b: np.ndarray, control_b: np.ndarray, levelled_b: np.ndarray) -> np.ndarray:
    """Return levelled control + (accuracy − control), to the last bit the accuracy where nothing was levelled."""
    return np.where(levelled_b == control_b, accuracy_b, levelled_b + (accuracy_b - control_b))


def levelled(curve_bm: np.ndarray) -> np.ndarray:
    """Return curves that never fall: half-way between the highest so far and the lowest still to come."""
    highest_so_far = np.maximum.accumulate(curve_bm, axis=1)
    lowest_to_come = np.minimum.accumulate(curve_bm[:, ::-1], axis=1)[:, ::-1]
    return (highest_so_far + lowest_to_come) / 2
