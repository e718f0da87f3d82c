"""Sentences about trust: what is claimed changes with what was found, and how sure it is."""

from typing import Any

from markupsafe import Markup

from transfer_analysis.report.answer import images
from transfer_analysis.report.few_seeds import warn_of_few_seeds
from transfer_analysis.report.numbers import Numbers, literal
from transfer_analysis.report.open_findings import caveat, is_beyond_all
from transfer_analysis.several_tests import SIGNIFICANCE

_ARMS = ("real", "synthetic")


def write_trust_answer(sources: dict[str, Any]) -> list[Markup]:
    """Return what was found about trust, a paragraph a question; none if the study did not ask."""
    if "trust" not in sources:
        return []
    paragraphs = [
        Markup("").join(_write_confidence(sources, arm) for arm in _ARMS),
        Markup("").join(_write_selection(sources, arm) for arm in _ARMS),
        _write_robustness(sources),
        _write_maps(sources),
    ]
    return [*paragraphs, *_warn_of_few_networks(sources)]


def _warn_of_few_networks(sources: dict[str, Any]) -> list[Markup]:
    return warn_of_few_seeds(
        Numbers(sources).under("trust"),
        sources["trust"]["n_seeds"],
        once="One network of each arm was looked at: no interval of this section holds the luck of training.",
        twice="Only {} networks of each arm were looked at, too few to know the luck of training well: where it is "
        "large, the intervals of this section are too narrow.",
    )


def _verdict(tested: dict[str, Any]) -> str:
    """Say on which side of zero a difference lies, after correction; "undetected" if that is open."""
    if tested["p_value_holm"] >= SIGNIFICANCE:
        return "undetected"
    return "above" if tested["mean"] > 0 else "below"


def _write_confidence(sources: dict[str, Any], arm: str) -> Markup:
    """Say how confident an arm is about real photographs, and what the temperature of its own kind makes of it."""
    place = ("trust", "calibration", arm, "real")
    cell, n = sources["trust"]["calibration"][arm]["real"], Numbers(sources).under(*place)
    parts = {
        "arm": images(arm),
        "accuracy": n("percent", "accuracy"),
        "confidence": n("percent", "confidence"),
        "temperature": Numbers(sources)("decimal", "trust", "temperature", arm, "own", "mean"),
        "size": n("points_size", "overconfidence", "mean"),
        "range": n("points_range", "overconfidence", "ci95"),
        "level": literal("95 %"),
        "raw": n("percent", "ece", "raw", "mean"),
        "own": n("percent", "ece", "own", "mean"),
        "change": n("points_range", "ece_change", "ci95"),
        "perfect": n("percent", "ece", "own", "if_calibrated"),
    }
    confidence = {
        "above": "that is {size} points too confident ({level} interval of confidence less accuracy: {range}). ",
        "below": "that is {size} points less confident than they may be ({level} interval of confidence less accuracy: "
        "{range}). ",
        "undetected": "no bias of their confidence was detected ({level} interval of confidence less accuracy: "
        "{range} points). ",
    }[_verdict(cell["overconfidence"])]
    temperature = {
        "above": "makes it worse here: the calibration error grows from {raw} to {own} (change {change} points). ",
        "below": "helps here: the calibration error falls from {raw} to {own} (change {change} points; perfect "
        "calibration would show {perfect} on so many images). ",
        "undetected": "was not shown to change the calibration error ({raw} before, {own} after; change {change} "
        "points). ",
    }[_verdict(cell["ece_change"])]
    opening = "Networks trained on {arm} are right about {accuracy} of real photographs, at a mean confidence of "
    confidence += caveat(cell["overconfidence"])
    temperature += caveat(cell["ece_change"])
    suited = "The temperature ({temperature}) that suits validation images of the kind they learned from "
    return Markup(opening + "{confidence}: " + confidence + suited + temperature).format(**parts)


def _write_selection(sources: dict[str, Any], arm: str) -> Markup:
    """Say what an arm gains by answering only the half of the real photographs that it is most confident about."""
    entry, n = sources["trust"]["selective"][arm], Numbers(sources).under("trust", "selective", arm)
    parts = {
        "arm": images(arm),
        "half": n("percent", "half", "accuracy"),
        "range": n("percent_range", "half", "ci95"),
        "accuracy": n("percent", "accuracy"),
        "gain": n("points_range", "half_gain", "ci95"),
    }
    ending = {
        "above": "{half} of them ({range}), against {accuracy} of all: their confidence tells right answers from wrong "
        "ones (gain {gain} points). ",
        "below": "{half} of them ({range}), against {accuracy} of all: what they are most confident about they get "
        "wrong more often (gain {gain} points). ",
        "undetected": "{half} of them ({range}), against {accuracy} of all: their confidence was not shown to tell "
        "right answers from wrong ones (gain {gain} points). ",
    }[_verdict(entry["half_gain"])]
    if entry["accuracy"] in (0.0, 1.0):
        ending = "{half} of them ({range}), as of all: " + (
            "every answer is right, so there is nothing to tell apart. "
            if entry["accuracy"]
            else "every answer is wrong, so there is nothing to tell apart. "
        )
    opening = "Asked only about the half of the real photographs that they are most confident about, networks trained "
    ending += caveat(entry["half_gain"])
    return Markup(opening + "on {arm} are right about " + ending).format(**parts)


def _write_robustness(sources: dict[str, Any]) -> Markup:
    """Compare what corruptions take from the networks trained on real and on generated images."""
    arms = sources["trust"]["robustness"]
    measurable = [arm for arm in _ARMS if arms[arm]["overall"]["loss"]]
    if not measurable:
        return Markup(
            "Of robustness nothing can be said: no networks, trained on real or on generated images, were shown to "
            "recognise the photographs more often than guessing would before they were spoilt."
        )
    opening = _write_spoiling(sources) + Markup(", and ").join(_write_loss(sources, arm) for arm in measurable)
    if len(measurable) == 1:
        (missing,) = set(_ARMS) - set(measurable)
        return opening + Markup(
            ". Networks trained on {arm} were not shown to recognise more than guessing would before, so what they "
            "lose cannot be measured, nor the two be compared."
        ).format(arm=images(missing))
    return opening + Markup(": ") + _write_difference_of_losses(sources)


def _write_spoiling(sources: dict[str, Any]) -> Markup:
    corruptions = sources["trust"]["robustness"]["real"]["corruptions"]
    if len(corruptions) == 1:
        (name,) = corruptions
        return Markup(
            "Of what networks recognise beyond guessing, spoiling real photographs in one way ({name}) takes "
        ).format(name=literal(name.replace("_", " ")))
    count = Numbers(sources)("length", "trust", "robustness", "real", "corruptions")
    return Markup(
        "Of what networks recognise beyond guessing, spoiling real photographs in common ways ({count} of them) takes "
    ).format(count=count)


def _write_loss(sources: dict[str, Any], arm: str) -> Markup:
    n = Numbers(sources).under("trust", "robustness", arm, "overall", "loss")
    return Markup("{loss} ({range}\u00a0%) from those trained on {arm}").format(
        loss=n("percent", "mean"), range=n("points_range", "ci95"), arm=images(arm)
    )


def _write_difference_of_losses(sources: dict[str, Any]) -> Markup:
    n = Numbers(sources).under("trust", "robustness")
    difference = sources["trust"]["robustness"]["synthetic"]["overall"]["difference"]
    parts = {
        "size": n("points_size", "synthetic", "overall", "difference", "mean"),
        "range": n("points_range", "synthetic", "overall", "difference", "ci95"),
        "p": n("p_value", "synthetic", "overall", "difference", "p_value_holm"),
        "detectable": n("points_size", "synthetic", "overall", "difference", "minimum_detectable_effect"),
        "power": literal("80 %"),
    }
    findable = "one of {detectable} points would have been found with {power} probability"
    if is_beyond_all(difference):
        findable = (
            "with so few trainings not even a loss of all that one kind of networks recognises would have been found"
        )
    finding = {
        "above": "training on generated images makes networks lose {size} points more (difference {range}, adjusted p "
        "{p}).",
        "below": "training on generated images makes networks lose {size} points less (difference {range}, adjusted p "
        "{p}).",
        "undetected": "no difference was detected ({range} points, adjusted p {p}; " + findable + ").",
    }[_verdict(difference)]
    return Markup(finding + " " + caveat(difference)).format(**parts)


def _write_maps(sources: dict[str, Any]) -> Markup:
    """Say whether the two arms' networks look at other places than two networks of one arm do."""
    entry = sources["trust"]["maps"]["agreement"]["synthetic"]
    n = Numbers(sources).under("trust", "maps", "agreement", "synthetic")
    if entry["between"] is None:
        return Markup("Too few photographs have a heat map from every network to compare where networks look.")
    parts = {
        "between": n("decimal", "between", "mean"),
        "other": n("decimal", "other_photograph", "mean"),
        "number": n("count", "n_photographs"),
    }
    opening = (
        "Heat maps of the same photograph (what speaks for its true class, {number} photographs) correlate at "
        "{between} between networks trained on real and on generated images; maps of different photographs at {other}. "
    )
    if entry["within"] is None:
        opening += "With one network of each arm there is no pair to compare that with, so nothing follows from it."
        return Markup(opening).format(**parts)
    parts |= {arm: n("decimal", "within", arm, "mean") for arm in _ARMS}
    opening += "Two networks trained on the same real photographs agree at {real}, on the same generated images at "
    opening += "{synthetic}. "
    if entry["difference"] is None:
        opening += "With two networks of each arm the luck of training is not known, so nothing follows from it."
        return Markup(opening).format(**parts)
    parts |= {
        "size": n("decimal", "difference", "mean"),
        "low": n("decimal", "difference", "ci95", 0),
        "high": n("decimal", "difference", "ci95", 1),
        "p": n("p_value", "difference", "p_value_holm"),
    }
    elsewhere = entry["between"]["mean"] < min(entry["within"][arm]["mean"] for arm in _ARMS)
    finding = {
        "above": "So the two arms look at other places than the luck of training explains (difference {size}, interval "
        "{low} to {high}, adjusted p {p})."
        if elsewhere
        else "That is less than two networks of one arm agree on average (difference {size}, interval {low} to {high}, "
        "adjusted p {p}); but those of one arm agree no better among themselves, so that the arms look at other places "
        "does not follow.",
        "below": "The two arms even agree better than networks of one arm do (difference {size}, interval {low} to "
        "{high}, adjusted p {p}).",
        "undetected": "That the two arms look at other places was not shown (difference {size}, interval {low} to "
        "{high}, adjusted p {p}).",
    }[_verdict(entry["difference"])]
    finding += " " + caveat(entry["difference"])
    return Markup(opening + finding).format(**parts)
