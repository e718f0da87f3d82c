"""Sentences about layer transplants: at which block real-trained and generated-trained networks part."""

from typing import Any

from markupsafe import Markup

from transfer_analysis.report.few_seeds import warn_of_few_seeds
from transfer_analysis.report.numbers import Numbers
from transfer_analysis.report.open_findings import caveat, is_beyond_all
from transfer_analysis.representations.transplants import is_shown
from transfer_analysis.several_tests import SIGNIFICANCE


def write_transplants(sources: dict[str, Any]) -> list[Markup]:
    """Return one paragraph; none if nothing was transplanted."""
    transplant = sources["representations"]["transplant"]
    if transplant is None:
        return []
    depths = transplant["depths"]
    last = depths[-1]["depth"]
    sentences = [_opening(sources), _where(sources, transplant)]
    if transplant["first_gap"] is not None and is_shown(depths[transplant["largest_share"]]["share"]):
        sentences.append(
            _at(sources, transplant["largest_share"], "The largest share is that of {block}: {share} ({share_range}).")
        )
    if transplant["first_gap"] is not None and not is_shown(depths[last]["gap"]):
        sentences.append(_at(sources, last, "With all blocks frozen, however, no loss was shown ({gap_range})."))
    elif transplant["first_gap"] not in (None, last) and _stays(transplant):
        sentences.append(_at(sources, last, "With all blocks frozen, the loss is {gap} ({gap_range})."))
    for entry in depths[1:]:
        if entry["gap"]["mean"] < 0 and entry["gap"]["p_value_holm"] < SIGNIFICANCE:
            text = "With blocks up to {block} frozen, the generated-trained ones are the better by {gap} ({gap_range})."
            sentences.append(_at(sources, entry["depth"], text))
    sentences.append(_against_fresh(sources, last, depths[last]["gain"]["synthetic"]))
    return [Markup(" ").join([*sentences, *_warn_of_few_networks(sources)])]


def _warn_of_few_networks(sources: dict[str, Any]) -> list[Markup]:
    return warn_of_few_seeds(
        Numbers(sources).under("representations", "transplant"),
        sources["representations"]["transplant"]["n_seeds"],
        once="There is one network of each kind, so the luck of training is not in these intervals.",
        twice="There are only {} networks of each kind, too few to know the luck of training well: where it is large, "
        "these intervals are too narrow.",
    )


def _opening(sources: dict[str, Any]) -> Markup:
    return Markup(
        "Where the gap sits was asked by transplanting layers: the lower blocks of a trained network were frozen, and "
        "all above them learned anew from {} real photographs of each class. Losses are points of accuracy on real "
        "test photographs against the same over blocks of a real-trained network."
    ).format(Numbers(sources)("count", "representations", "transplant", "images_per_class"))


def _where(sources: dict[str, Any], transplant: dict[str, Any]) -> Markup:
    first = transplant["first_gap"]
    if first is None:
        widest = max(transplant["depths"][1:], key=lambda entry: entry["gap"]["minimum_detectable_effect"])["depth"]
        return _at(
            sources,
            widest,
            "At no depth was a loss shown over blocks of generated-trained networks; "
            + (
                "with so few trainings not even the largest possible one would have been found at every depth."
                if is_beyond_all(transplant["depths"][widest]["gap"])
                else "one of {detectable} points would have been found at any depth with good probability."
            ),
        )
    if not _stays(transplant):
        lossy = [entry["depth"] for entry in transplant["depths"][first:] if is_shown(entry["gap"])]
        listed = Markup(", ").join(_at(sources, depth, "{block} ({gap}, {gap_range})") for depth in lossy)
        return Markup(
            "Generated-trained blocks were shown to cost something when frozen up to {}; at no other depth."
        ).format(listed)
    if first == 1:
        return _at(
            sources, 1, "Generated-trained blocks cost something from the first one on: {block}, {gap} ({gap_range})."
        )
    before = _at(sources, first - 1, "Up to {block}, generated-trained blocks were not shown to cost anything;")
    return before + " " + _at(sources, first, "from {block} on they do: {gap} ({gap_range}).")


def _stays(transplant: dict[str, Any]) -> bool:
    """Return whether a loss is shown at every depth from the first one that shows it."""
    return all(is_shown(entry["gap"]) for entry in transplant["depths"][transplant["first_gap"] :])


def _against_fresh(sources: dict[str, Any], depth: int, gain: dict[str, Any]) -> Markup:
    if gain["p_value_holm"] >= SIGNIFICANCE:
        text = (
            "Against learning every block from those few photographs, freezing all generated-trained blocks was not "
            "shown to make a difference ({gain_range}, adjusted p {gain_p}). "
        ) + caveat(gain)
    elif gain["mean"] > 0:
        text = (
            "Against learning every block from those few photographs, freezing all generated-trained blocks gains "
            "{gain} ({gain_range})."
        )
    else:
        text = (
            "Against learning every block from those few photographs, freezing all generated-trained blocks costs "
            "{gain} ({gain_range})."
        )
    return _at(sources, depth, text.rstrip())


def _at(sources: dict[str, Any], depth: int, text: str) -> Markup:
    """Fill in what was found at one depth."""
    n = Numbers(sources, ("representations", "transplant", "depths", depth))
    return Markup(text).format(
        block=n("text", "last_frozen"),
        gap=n("points_size", "gap", "mean"),
        gap_range=n("points_range", "gap", "ci95"),
        detectable=n("points_size", "gap", "minimum_detectable_effect"),
        share=n("points_size", "share", "mean"),
        share_range=n("points_range", "share", "ci95"),
        gain=n("points_size", "gain", "synthetic", "mean"),
        gain_range=n("points_range", "gain", "synthetic", "ci95"),
        gain_p=n("p_value", "gain", "synthetic", "p_value_holm"),
    )
