"""What is said of differences that were not shown: whether an interval misleads, and what a study could have found."""

from typing import Any

from transfer_analysis.several_tests import SIGNIFICANCE


def seems_shown(tested: dict[str, Any]) -> bool:
    """Return whether a difference was not told from zero, though its own interval leaves zero out."""
    return tested["p_value_holm"] >= SIGNIFICANCE and tested["ci95"][0] * tested["ci95"][1] > 0


def caveat(tested: dict[str, Any]) -> str:
    """Return a sentence for a difference that only `seems_shown`, and none for others."""
    if not seems_shown(tested):
        return ""
    return "This interval leaves out zero, but that does not outlive the correction for several tests. "


def is_beyond_all(tested: dict[str, Any]) -> bool:
    """Return whether the least difference that would have been found is more than there can be: all of the accuracy."""
    return tested["minimum_detectable_effect"] >= 1
