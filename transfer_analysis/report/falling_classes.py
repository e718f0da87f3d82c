"""Which classes fall furthest when networks learn from other images, and what they are then taken for."""

from typing import Any

from markupsafe import Markup

from transfer_analysis.report.numbers import Numbers, literal


def write_falling_classes(summary: dict[str, Any], key: str) -> Markup:
    """Name the classes of the gap `key` that fall further than the others do, or say that none was shown to.

    Ends with the largest confusion that the other training was shown to bring in, if any, or says that none can be.
    """
    gap = summary["gaps"][key]
    alarming = sorted(gap["alarming_classes"], key=lambda name: -gap["per_class"][name]["mean"])
    if alarming:
        text = Markup(" Not all classes fall alike: ") + Markup("; ").join(
            _one_class(summary, key, name) for name in alarming
        )
        text += Markup(" (corrected for the number of classes).")
    else:
        text = Markup(" No class was shown to fall further than {}; the largest gap is that of {}.").format(
            "the others" if len(gap["per_class"]) > 2 else "the other", _class_gap(summary, key, gap["furthest_class"])
        )
    return text + _write_confusion(summary, key)


def _one_class(summary: dict[str, Any], key: str, name: str) -> Markup:
    beyond = ("gaps", key, "per_class", name, "excess")
    n = Numbers(summary)
    others = "the other classes" if len(summary["gaps"][key]["per_class"]) > 2 else "the other class"
    return Markup("{}, {} points beyond {} ({})").format(
        _class_gap(summary, key, name), n("points_size", *beyond, "mean"), others, n("points_range", *beyond, "ci95")
    )


def _class_gap(summary: dict[str, Any], key: str, name: str) -> Markup:
    place, n = ("gaps", key, "per_class", name), Numbers(summary)
    return Markup("{} with {} points (interval {})").format(
        _class_name(name), n("points", *place, "mean"), n("points_range", *place, "ci95")
    )


def _write_confusion(summary: dict[str, Any], key: str) -> Markup:
    confusion = summary["gaps"][key]["confusion_difference"]
    if confusion["differs"] is None:
        return Markup(" With fewer than three networks an arm it cannot be told which confusions grow.")
    found = confusion["confusions"]
    if not found:
        return Markup("")
    place, n = ("gaps", key, "confusion_difference", "confusions", 0), Numbers(summary)
    return Markup(
        " Of the confusions that were shown to grow (at a false discovery rate of {}), the largest is {} taken for {}: "
        "{} points more often ({})."
    ).format(
        literal("5 %"),
        _class_name(found[0]["true"]),
        _class_name(found[0]["answer"]),
        n("points_size", *place, "mean"),
        n("points_range", *place, "ci95"),
    )


def _class_name(name: str) -> Markup:
    return literal(name.replace("_", " "))
