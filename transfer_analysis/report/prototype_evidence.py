"""Whether generated images are easy because they lie near the prototypes of their classes, with the evidence."""

from typing import Any

from markupsafe import Markup

from transfer_analysis.report.numbers import Numbers, literal


def easier_than_photographs(sources: dict[str, Any]) -> bool:
    """Return whether real-trained networks recognised generated images more often than photographs in this sample."""
    own = sources["real_arm_synthetic_minus_real"]
    return own is not None and own["mean"] > 0


def write_prototype_evidence(sources: dict[str, Any]) -> list[Markup]:
    """Return what the distances say, one sentence; none if generated images are not easier, or were not measured."""
    if "domain_gap" not in sources or not easier_than_photographs(sources):
        return []
    n, prototypes = Numbers(sources), sources["domain_gap"]["prototypes"]
    place = ("domain_gap", "prototypes", "to_mean")
    low, high = prototypes["to_mean"]["difference"]["ci95"]
    finding = {
        "nearer": "nearer, so that nearness to the prototype may be why",
        "farther": "farther, so nearness to the prototype does not explain it",
        "open": "which leaves open whether they are nearer; nearness to the prototype was not shown to explain it",
    }["nearer" if high < 0 else "farther" if low > 0 else "open"]
    return [
        Markup(
            "In these networks’ features generated test images lie {ratio} times as far from the mean of their class’s "
            "photographs as real test photographs do ({level} interval of the difference {low} to {high}): "
            + finding
            + "."
        ).format(
            ratio=n("decimal", *place, "generated", "mean"),
            level=literal("95 %"),
            low=n("decimal", *place, "difference", "ci95", 0),
            high=n("decimal", *place, "difference", "ci95", 1),
        )
    ]
