"""Hypotheses written down before the study ran, each held, refuted or left undecided by its gap's interval."""

from typing import Any


def judge_hypotheses(
    hypotheses: dict[str, Any], versions: list[dict[str, Any]], gaps: dict[str, Any], config_sha256: str
) -> dict[str, Any]:
    """Return the report's part `hypotheses`.

    A hypothesis is a region of gaps. It is held if the gap's 95 % interval lies within the region, refuted if the
    interval lies outside, and undecided if it does both or if the gap was not measured.

    Args:
        hypotheses: {NAME: {"gap", "sign", "points", "region": [low, high]}}; a region's None end has no limit.
        versions: on record of them, the last of these: {"config_sha256", "after_results"}.
        gaps: the summary's.
        config_sha256: of the study that is being judged.

    Returns:
        {"judged": {NAME: {..., "verdict", "measured"}}, "after_results", "n_versions", "config_changed"}.
    """
    last = versions[-1]
    return {
        "judged": {
            name: {
                **hypothesis,
                "verdict": _verdict(hypothesis["region"], gaps.get(hypothesis["gap"])),
                "measured": hypothesis["gap"] in gaps,
            }
            for name, hypothesis in hypotheses.items()
        },
        "after_results": last["after_results"],
        "n_versions": len(versions),
        "config_changed": last["config_sha256"] != config_sha256,
    }


def _verdict(region: list[float | None], gap: dict[str, Any] | None) -> str:
    if gap is None:
        return "undecided"
    low, high = gap["ci95"]
    least = -float("inf") if region[0] is None else region[0]
    greatest = float("inf") if region[1] is None else region[1]
    if least <= low and high <= greatest:
        return "held"
    if high < least or low > greatest:
        return "refuted"
    return "undecided"
