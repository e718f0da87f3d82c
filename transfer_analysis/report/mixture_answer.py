"""Sentences about mixtures and the exchange rate: what is claimed changes with what was found, and how sure it is."""

from typing import Any

from markupsafe import Markup

from transfer_analysis.mixtures.exchange_rate import may_be, measurable
from transfer_analysis.report.few_seeds import warn_of_few_seeds
from transfer_analysis.report.numbers import Numbers, literal
from transfer_analysis.report.open_findings import is_beyond_all, seems_shown
from transfer_analysis.several_tests import SIGNIFICANCE

_NO_RATE = (
    "Networks trained on real photographs were not shown to do better than chance in any number, so there is nothing "
    "to measure generated images in: this study says nothing of what they are worth."
)

_NOT_OUTLIVED = (
    "Where no change was shown although its interval leaves out zero, that does not outlive the correction for several "
    "tests; intervals of k are not corrected."
)

_NOTHING_LEFT_OPEN = " The interval is open: that generated images are worth nothing is not ruled out."


def write_mixture_answer(sources: dict[str, Any]) -> list[Markup]:
    """Return what was found about mixtures, in paragraphs; none if the study has none."""
    if "mixtures" not in sources:
        return []
    points = list(enumerate(sources["mixtures"]["points"]))
    if not measurable(sources["mixtures"]["points"], sources["mixtures"]["chance"]):
        return [Markup(_NO_RATE)]
    largest = max(
        (point for point in points if point[1]["exchange_rate"] and not point[1]["real"]),
        key=lambda point: point[1]["synthetic"],
        default=None,
    )
    paragraphs = [] if largest is None else [_write_rate(sources, largest[0])]
    gains = [_write_gain(sources, position) for position, point in points if point["gain"]]
    if gains:
        opening = Markup("Each mixture is measured against the same real photographs alone, on real test photographs. ")
        if any(seems_shown(point["gain"]) for _, point in points if point["gain"]):
            gains.append(Markup(_NOT_OUTLIVED))
        paragraphs.append(opening + Markup(" ").join(gains))
    return [*paragraphs, *(_warn_of_few_trainings(sources) if paragraphs else [])]


def _warn_of_few_trainings(sources: dict[str, Any]) -> list[Markup]:
    return warn_of_few_seeds(
        Numbers(sources).under("mixtures"),
        sources["mixtures"]["n_seeds"],
        once="Each mixture was trained once: its intervals do not hold the luck of training and are too narrow.",
        twice="Each mixture was trained only {} times, too few to know the luck of training well: where it is large, "
        "these intervals are too narrow.",
    )


def _write_rate(sources: dict[str, Any], position: int) -> Markup:
    """Say what generated images alone are worth."""
    rate, place, n = _rate_at(sources, position)
    parts = {
        "synthetic": n("count", "mixtures", "points", position, "synthetic"),
        "k": n("rate", *place, "k"),
        "range": n("rate_range", *place, "ci95"),
        "level": literal("95 %"),
        "equivalent": n("number", *place, "equivalent_real"),
        "high": n("rate", *place, "ci95", 1),
        "networks": Markup("In this sample, networks") if _is_of_the_sample(rate) else Markup("Networks"),
    }
    relation = rate["k"]["relation"]
    if relation == "infinite" and rate["ci95"][0]["relation"] == "infinite":
        text = "Networks trained on {synthetic} generated images a class learned nothing that carries over: k is {k}."
    elif relation == "infinite":
        text = (
            "Networks trained on {synthetic} generated images a class did no better than chance on real photographs, "
            "so k, the number of generated images that one real photograph is worth, is infinite in this sample; the "
            "{level} interval is {range}."
        )
    elif relation == "more":
        text = (
            "{networks} trained on {synthetic} generated images a class stay below the smallest real training set that "
            "was measured: one real photograph is worth {k} generated images, a bound ({level} interval {range})."
        ) + _not_ruled_out(rate)
    elif relation == "less":
        text = (
            "{networks} trained on {synthetic} generated images a class do at least as well as the largest real "
            "training set that was measured: one real photograph is worth {k} generated images, a bound "
            "({level} interval {range})."
        )
        if rate["ci95"][1]["relation"] == "infinite":
            text += _NOTHING_LEFT_OPEN
        elif _is_of_the_sample(rate):
            text += " The interval does not rule out {high} either."
    else:
        text = (
            "Networks trained on {synthetic} generated images a class recognise real photographs as well as networks "
            "trained on about {equivalent} real ones: one real photograph is worth about {k} generated images "
            "({level} interval {range})."
        ) + _not_ruled_out(rate)
    return Markup(text).format(**parts)


def _not_ruled_out(rate: dict[str, Any]) -> str:
    """Say that the interval leaves either end of the question open, where it does."""
    as_good, nothing = may_be(rate["ci95"], 1.0), rate["ci95"][1]["relation"] == "infinite"
    if as_good and nothing:
        return (
            " The interval rules out neither that generated images are as good as real ones nor that they are worth "
            "nothing."
        )
    if as_good:
        return " The interval does not rule out that generated images are as good as real ones."
    return _NOTHING_LEFT_OPEN if nothing else ""


def _is_of_the_sample(rate: dict[str, Any]) -> bool:
    """Return whether k is infinite or a bound in the sample, and its interval is not so throughout."""
    relation = rate["k"]["relation"]
    return relation != "equal" and any(end["relation"] != relation for end in rate["ci95"])


def _write_gain(sources: dict[str, Any], position: int) -> Markup:
    """Say what a mixture's generated images add, and at what rate."""
    point, n = sources["mixtures"]["points"][position], Numbers(sources)
    here = ("mixtures", "points", position)
    gain = point["gain"]
    parts = {
        "opening": Markup("Adding {} generated images of each class to {} real ones").format(
            n("count", *here, "synthetic"), n("count", *here, "real")
        ),
        "size": n("points_size", *here, "gain", "mean"),
        "range": n("points_range", *here, "gain", "ci95"),
        "p": n("p_value", *here, "gain", "p_value_holm"),
        "detectable": n("points_size", *here, "gain", "minimum_detectable_effect"),
    }
    if gain["p_value_holm"] >= SIGNIFICANCE:
        findable = "{detectable} could have been found"
        if is_beyond_all(gain):
            findable = "with so few trainings not even the largest possible change would have been found reliably"
        text = "{opening} was not shown to change accuracy ({range} points, adjusted p {p}; " + findable + ")"
    elif gain["mean"] > 0:
        text = "{opening} gains {size} points ({range}, adjusted p {p})"
    else:
        text = "{opening} costs {size} points ({range}, adjusted p {p})"
    if point["exchange_rate"] is None:
        return Markup(f"{text}.").format(**parts)
    rate, place, _ = _rate_at(sources, position)
    rates = {"k": n("rate", *place, "k"), "k_range": n("rate_range", *place, "ci95")}
    text += "; k is {k} in this sample ({k_range})." if _is_of_the_sample(rate) else "; k is {k} ({k_range})."
    return Markup(text).format(**parts, **rates)


def _rate_at(sources: dict[str, Any], position: int) -> tuple[dict[str, Any], tuple, Numbers]:
    place = ("mixtures", "points", position, "exchange_rate")
    return sources["mixtures"]["points"][position]["exchange_rate"], place, Numbers(sources)
