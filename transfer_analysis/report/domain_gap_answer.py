"""Sentences about what tells generated images from photographs: what is claimed changes with what was found."""

from typing import Any

from markupsafe import Markup

from transfer_analysis.domain_gap.reading import grain_was_seen_to_differ, told_apart
from transfer_analysis.domain_gap.separability import FEATURES, LOW_LEVEL
from transfer_analysis.report.numbers import Numbers, literal
from transfer_analysis.several_tests import SIGNIFICANCE

VIEWS_IN_WORDS = {
    FEATURES: "features of a network trained on photographs",
    LOW_LEVEL: "all low-level numbers together",
    "spectrum": "power spectrum",
    "colour": "colour statistics",
    "jpeg": "behaviour under JPEG compression",
}
_PAIRS = ("domain_gap", "separability", "pairs")


def write_domain_gap_answer(sources: dict[str, Any]) -> list[Markup]:
    """Return what was found, in paragraphs; none if the study did not ask."""
    if "domain_gap" not in sources:
        return []
    return [
        _write_probes(sources),
        _write_kernel(sources),
        _write_removal(sources),
    ]


def _write_probes(sources: dict[str, Any]) -> Markup:
    pairs = sources["domain_gap"]["separability"]["pairs"]
    lines = [
        "A linear probe on the features of the networks trained on photographs "
        + ("tells" if told_apart(pairs["generated"][FEATURES]) else "was not shown to tell")
        + " test images of the two kinds apart: it is right for {features} of them ({level} interval "
        "{features_range}), both kinds counted alike; guessing is right for one half.",
        "Numbers that hold no subject (power spectrum, colour statistics and behaviour under JPEG compression "
        "together) are right for {low} ({low_range}). " + _compare(sources["domain_gap"]["separability"]),
    ]
    if any(not entry["accuracy"]["ci95"][0] <= 0.5 <= entry["accuracy"]["ci95"][1] for entry in pairs["null"].values()):
        lines.append(
            "Read this with some care: in at least one of the checks, two halves of the photographs themselves were "
            "told apart somewhat more or less often than guessing would, as happens by chance now and then."
        )
    n = Numbers(sources)
    return Markup(" ".join(lines)).format(
        **_accuracy(n, "features", "generated", FEATURES),
        **_accuracy(n, "low", "generated", LOW_LEVEL),
        level=literal("95 %"),
        more=n("points_size", "domain_gap", "separability", "features_less_low_level", "mean"),
        more_range=n("points_range", "domain_gap", "separability", "features_less_low_level", "ci95"),
    )


def _compare(separability: dict[str, Any]) -> str:
    pairs, (low, high) = separability["pairs"]["generated"], separability["features_less_low_level"]["ci95"]
    if not told_apart(pairs[LOW_LEVEL]):
        return (
            "That was not shown to be better than guessing, so these numbers were not shown to give the generated "
            "images away."
        )
    if high < 0:
        return (
            "They tell more than the features do (features less low level {more_range} points): generated images can "
            "be told without a look at what they show."
        )
    if low > 0:
        return (
            "The features tell more than they do (by {more} points, {more_range}): not all that the networks see of "
            "the difference is in these numbers."
        )
    return "No difference between the two was detected ({more_range} points)."


def _write_kernel(sources: dict[str, Any]) -> Markup:
    separability, n = sources["domain_gap"]["separability"], Numbers(sources)
    pairs, grain_differs = separability["pairs"], grain_was_seen_to_differ(separability)
    told, still = (told_apart(pairs[pair][FEATURES]) for pair in ("generated", "beyond_kernel"))
    told_grain = told_apart(pairs["generated"]["spectrum"])
    text = (
        "To see what the grain alone does, photographs were passed through a kernel that is to give them the generated "
        "images’ mean power at every spatial frequency. "
        + (
            (
                "It made the grain alike, not equal: the power spectrum still tells"
                if told_grain
                else "The power spectrum tells"
            )
            if grain_differs
            else "The power spectrum was then not shown to tell"
        )
        + " generated images from them ({grain}, {grain_range}). The features "
        + ("tell" if told_apart(pairs["kernel"][FEATURES]) else "were not shown to tell")
        + " such photographs from untouched ones ({kernel}, {kernel_range}), and "
        + (("still tell" if told else "tell") if still else "were not shown to tell")
        + " generated images from them ({beyond}, {beyond_range}). "
    )
    if still and not told:
        text += "As they were not shown to tell untouched ones from them, this may be what the kernel itself did."
    elif still:
        text += "So the features hold a difference between the kinds that such a kernel does not account for"
        text += "; what it left of the grain may be part of it." if grain_differs else "."
    elif told:
        text += "With the grain made " + ("alike" if grain_differs else "equal")
        text += ", no difference between the kinds was shown to be left in the features."
    else:
        text += "The features were not shown to hold a difference between the kinds in the first place."
    return Markup(text).format(
        **_accuracy(n, "grain", "beyond_kernel", "spectrum"),
        **_accuracy(n, "kernel", "kernel", FEATURES),
        **_accuracy(n, "beyond", "beyond_kernel", FEATURES),
    )


def _write_removal(sources: dict[str, Any]) -> Markup:
    removal, n = sources["domain_gap"]["removal"], Numbers(sources).under("domain_gap", "removal")
    if removal["gaps"] is None:
        return Markup(
            "Not in every network’s features was a direction found that tells the kinds apart, so none was taken out."
        )
    last = len(removal["steps"]) - 1
    accuracy = ("class_accuracy", "real", "real", "mean")
    taken, control = "the {count} directions that tell", "as many random directions"
    if removal["steps"][last]["directions"] == 1:
        taken, control = "the direction that tells", "a random direction"
    text = Markup(
        "Taking "
        + taken
        + " the kinds best out of the features brings the probe from {before} to {after}. Class probes fitted to "
        "photographs then recognise {classes_after} of the test photographs instead of {classes_before} (with "
        + control
        + " gone: {classes_random})."
    ).format(
        count=n("count", "steps", last, "directions"),
        before=n("percent", "steps", 0, "telling", "domain", "accuracy", "mean"),
        after=n("percent", "steps", last, "telling", "domain", "accuracy", "mean"),
        classes_before=n("percent", "steps", 0, "telling", *accuracy),
        classes_after=n("percent", "steps", last, "telling", *accuracy),
        classes_random=n("percent", "steps", last, "random", *accuracy),
    )
    return Markup(" ").join([text, *(_write_gap(removal, n, last, tested) for tested in ("real", "generated"))])


def _write_gap(removal: dict[str, Any], n: Numbers, last: int, tested: str) -> Markup:
    gaps, before = removal["gaps"][tested], removal["steps"][0]["telling"]["gap"][tested]
    changes = [gaps[name] for name in ("before_less_after", "random_less_telling")]
    changed = all(change["p_value_holm"] < SIGNIFICANCE for change in changes)
    opening = {
        "real": "On photographs, class probes fitted to generated images",
        "generated": "On generated images, class probes fitted to photographs",
    }[tested]
    if before["ci95"][0] <= 0:
        return Markup(
            opening + " were not shown to lag behind those at home even before ({range} points), so no gap was shown "
            "that could close."
        ).format(range=n("points_range", "steps", 0, "telling", "gap", tested, "ci95"))
    ending = Markup("")
    if changed and all(change["mean"] > 0 for change in changes):
        verdict = "the gap closes by {change} points ({range}), more than with random directions"
        ending = _write_closing(removal, n, last, tested)
    elif changed and all(change["mean"] < 0 for change in changes):
        verdict = "the gap widens by {change} points ({range}), so that they carry it was not shown."
    else:
        verdict = (
            "no change beyond that of random directions was shown (gap before less gap after: {range} points). What "
            "tells the kinds apart was not shown to be what costs accuracy here."
        )
    text = Markup(opening + " lag behind those at home by {before} points before (after: {after}): " + verdict).format(
        before=n("points_size", "steps", 0, "telling", "gap", tested, "mean"),
        after=n("points", "steps", last, "telling", "gap", tested, "mean"),
        change=n("points_size", "gaps", tested, "before_less_after", "mean"),
        range=n("points_range", "gaps", tested, "before_less_after", "ci95"),
    )
    return text + ending


def _write_closing(removal: dict[str, Any], n: Numbers, last: int, tested: str) -> Markup:
    """Say what follows from a gap that closes: nothing if the probes at home may just have forgotten the classes."""
    balance = removal["gaps"][tested]["gain_less_loss"]
    shown = balance["p_value_holm"] < SIGNIFICANCE
    if shown and balance["mean"] > 0:
        text = (
            ", and more because these probes gain than because those at home lose (gain less loss: {balance} points): "
            "they carry some of it."
        )
    else:
        text = (
            ". But those at home then recognise {home} (with as many random directions gone: {home_random}), and these "
            "were not shown to gain more than those lose (gain less loss: {balance} points): recognition as such "
            + ("has" if shown else "may have")
            + " fallen, so nothing follows."
        )
    at_home = ("class_accuracy", tested, tested, "mean")
    return Markup(text).format(
        balance=n("points_range", "gaps", tested, "gain_less_loss", "ci95"),
        home=n("percent", "steps", last, "telling", *at_home),
        home_random=n("percent", "steps", last, "random", *at_home),
    )


def _accuracy(n: Numbers, name: str, pair: str, view: str) -> dict[str, Markup]:
    place = (*_PAIRS, pair, view, "accuracy")
    return {name: n("percent", *place, "mean"), f"{name}_range": n("percent_range", *place, "ci95")}
