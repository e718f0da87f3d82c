"""Sentences about what networks see and where the gap sits: what is claimed changes with what was found."""

from typing import Any

from markupsafe import Markup

from transfer_analysis.report.numbers import Numbers
from transfer_analysis.report.open_findings import caveat
from transfer_analysis.report.transplant_answer import write_transplants
from transfer_analysis.representations.jackknife import FEWEST_SEEDS
from transfer_analysis.several_tests import SIGNIFICANCE

_IMAGES = {"real": Markup("real photographs"), "synthetic": Markup("generated images")}


def write_representation_answer(sources: dict[str, Any]) -> list[Markup]:
    """Return what was found about representations, in paragraphs; none if the study did not look."""
    if "representations" not in sources:
        return []
    representations = sources["representations"]
    paragraphs = [write_similarity(sources, domain) for domain in representations["similarity"]]
    if 1 < representations["n_seeds"] < FEWEST_SEEDS:
        paragraphs.append(
            Markup(
                "With {} networks an arm, the intervals of these similarities hold the choice of test images but not "
                "the luck of training: they are too narrow."
            ).format(Numbers(sources)("count", "representations", "n_seeds"))
        )
    paragraphs.append(write_probe_parts(sources, "real"))
    return [*paragraphs, *write_transplants(sources)]


def write_similarity(sources: dict[str, Any], domain: str) -> Markup:
    """Say how alike the arms' last features are, between ceiling and floor."""
    representations = sources["representations"]
    block = representations["blocks"][-1]
    entry = representations["similarity"][domain][block]
    n = Numbers(sources, ("representations", "similarity", domain, block))
    parts = {
        "images": _IMAGES[domain],
        "across": n("decimal", "across", "mean"),
        "range": n("decimal_range", "across", "ci95"),
        "floor": n("decimal", "floor", "mean"),
    }
    if entry["ceiling"] is None:
        text = (
            "Shown {images}, real-trained and generated-trained networks have last features with a similarity (linear "
            "CKA) of {across}, trained and untrained ones of {floor}. With one network an arm it is not known how "
            "alike two networks of the same training are, so the first number has nothing to be held against."
        )
        return Markup(text).format(**parts)
    opening = (
        "Shown {images}, real-trained and generated-trained networks have last features with a similarity (linear CKA) "
        "of {across} ({range}); two networks of the same training have {ceiling}, a trained and an untrained one "
        "{floor}. "
    )
    parts["ceiling"] = n("decimal", "ceiling", "mean")
    if entry["shortfall"] is None:
        finding = (
            "With two networks an arm it cannot be told whether the kind of training images makes them less alike than "
            "another seed does."
            if representations["n_seeds"] < FEWEST_SEEDS
            else "Another seed changes nothing there, so there is no luck of training to hold that against."
        )
        return Markup(opening + finding).format(**parts)
    parts |= {
        "size": n("decimal", "shortfall", "mean"),
        "between": n("decimal_range", "shortfall", "ci95"),
        "p": n("p_value", "shortfall", "p_value_holm"),
    }
    shortfall = entry["shortfall"]
    if shortfall["p_value_holm"] >= SIGNIFICANCE:
        finding = (
            "That the kind of training images makes them less alike than another seed does was not shown (shortfall "
            "{between}, adjusted p {p}). "
        ) + caveat(shortfall)
    elif shortfall["mean"] > 0:
        finding = (
            "The kind of training images makes them less alike than another seed does, by {size} ({between}, adjusted "
            "p {p})."
        )
        position = entry["position"]
        if position and 0 <= position["mean"] <= 1:
            finding += " They lie {position} of the way from the floor to the ceiling."
            parts["position"] = n("percent", "position", "mean")
    else:
        finding = (
            "They are even more alike than two networks of one arm are on average (shortfall {between}, adjusted p "
            "{p}): one of the arms varies more from seed to seed."
        )
    return Markup(opening + finding.rstrip()).format(**parts)


def write_probe_parts(sources: dict[str, Any], tested: str) -> Markup:
    """Say how much of the gap lies in the last features, and how much in what is read out of them."""
    probes = sources["representations"]["probes"]
    block, away = sources["representations"]["blocks"][-1], "synthetic" if tested == "real" else "real"
    accuracy = Numbers(sources, ("representations", "probes", "accuracy"))
    n = Numbers(sources, ("representations", "probes", "parts", tested))
    parts = {
        "tested": _IMAGES[tested],
        "away": _IMAGES[away],
        "home": accuracy("percent", tested, block, tested, tested, "mean"),
        "refitted": accuracy("percent", away, block, tested, tested, "mean"),
        "carried": accuracy("percent", away, block, away, tested, "mean"),
    }
    for name in ("whole", "features", "reading"):
        parts[f"{name}_size"] = n("points_size", name, "mean")
        parts[f"{name}_range"] = n("points_range", name, "ci95")
        parts[f"{name}_p"] = n("p_value", name, "p_value_holm")
    opening = (
        "A linear probe that was fitted on the last features of {tested} recognises {home} of other {tested} in "
        "networks trained on {tested}, and {refitted} in networks trained on {away}; fitted on the latter networks’ "
        "features of {away}, it recognises {carried}. "
    )
    found = probes["parts"][tested]
    if found["whole"]["p_value_holm"] >= SIGNIFICANCE or found["whole"]["mean"] <= 0:
        rest = (
            "Between the first and the last no loss was shown ({whole_range} points, adjusted p {whole_p}), so there "
            "is none to divide."
        )
        return Markup(opening + rest).format(**parts)
    rest = "Of the {whole_size} points ({whole_range}) between the first and the last, "
    rest += _part(found["features"], "features", "the features themselves lack {}")
    rest += ", and " + _part(found["reading"], "reading", "what was learned about the features accounts for {}") + "."
    return Markup(opening + rest).format(**parts)


def _part(difference: dict[str, Any], name: str, words: str) -> str:
    if difference["p_value_holm"] >= SIGNIFICANCE:
        return words.format(f"no part that was shown ({{{name}_range}}, adjusted p {{{name}_p}})")
    sign = "" if difference["mean"] > 0 else "less than nothing: "
    return words.format(f"{sign}{{{name}_size}} ({{{name}_range}})")
