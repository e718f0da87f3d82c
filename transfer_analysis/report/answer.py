"""Sentences that follow the numbers: what is claimed changes with what was found, and how sure it is."""

from typing import Any, Literal

from markupsafe import Markup

from transfer_analysis.report.falling_classes import write_falling_classes
from transfer_analysis.report.numbers import FORMATS, Numbers, literal
from transfer_analysis.report.open_findings import is_beyond_all, seems_shown
from transfer_analysis.report.prototype_evidence import easier_than_photographs, write_prototype_evidence
from transfer_analysis.several_tests import SIGNIFICANCE

Verdict = Literal["below", "above", "undetected"]

_IMAGES = {
    "real": Markup("real photographs"),
    "synthetic": Markup("generated images"),
    "mixture": Markup("a mixture of both"),
}


def images(name: str) -> Markup:
    """Return an arm's or a domain's images in words."""
    return _IMAGES.get(name) or Markup("the images of “{}”").format(literal(name.replace("_", " ")))


def verdict(gap: dict[str, Any]) -> Verdict:
    """Say on which side of its home an arm lies, after Holm's correction over all gaps."""
    if gap["p_value_holm"] >= SIGNIFICANCE:
        return "undetected"
    return "below" if gap["mean"] > 0 else "above"


def write_headline(summary: dict[str, Any]) -> Markup:
    """Answer the study's question in one sentence."""
    n, gap = Numbers(summary), summary["gaps"].get("synthetic_to_real")
    if gap is None:
        return Markup("This study did not measure how training on generated images carries over to real photographs.")
    if not _better_than_chance(summary, "real", "real"):
        return Markup(
            "This study cannot tell: even the networks trained on real photographs were not shown to recognise "
            "real photographs better than chance."
        )
    if not _better_than_chance(summary, "synthetic", "real"):
        return Markup("Nothing was shown to carry over from generated images to real photographs.")
    parts = {
        "size": n("points_size", "gaps", "synthetic_to_real", "mean"),
        "size_range": n("points_size_range", "gaps", "synthetic_to_real", "ci95"),
        "range": n("points_range", "gaps", "synthetic_to_real", "ci95"),
        "interval": _interval_words(summary),
        "sample": _write_lead(summary, "synthetic_to_real", "led"),
        "detectable": _write_detectable(summary, "synthetic_to_real"),
    }
    headline = {
        "below": Markup(
            "On real photographs, training on generated images instead of real ones costs {size} points of accuracy "
            "({interval} {size_range})."
        ),
        "above": Markup(
            "On real photographs, training on generated images instead of real ones gains {size} points of accuracy "
            "({interval} {size_range})."
        ),
        "undetected": Markup(
            "On real photographs, no difference was detected between training on generated images and on real ones: "
            "{sample} in this sample ({interval} {range}). {detectable}"
        ),
    }[verdict(gap)].format(**parts)
    return headline + _write_caveat(summary, gap)


def write_answer(summary: dict[str, Any]) -> list[Markup]:
    """Return the answer's paragraphs: what weakens all of it, there, back, the mixture, and what else to beware of."""
    crossings = [("synthetic", "real"), ("real", "synthetic"), ("mixture", "real")]
    paragraphs = [compare(summary, arm, domain) for arm, domain in crossings if f"{arm}_to_{domain}" in summary["gaps"]]
    if not paragraphs:
        paragraphs.append(Markup("No arm of this study was tested on a domain on which another arm is at home."))
    warnings = Markup(" ").join([*_warn_of_prototypes(summary), *write_prototype_evidence(summary)])
    return [*_warn_of_few_seeds(summary), *paragraphs, *([warnings] if warnings else [])]


def compare(summary: dict[str, Any], arm: str, domain: str) -> Markup:
    """Compare an arm on a domain with the arm at home there, in words that suit the numbers."""
    n, key = Numbers(summary), f"{arm}_to_{domain}"
    parts = {
        "arm": images(arm),
        "domain": images(domain),
        "accuracy": n("percent", "transfer", arm, domain, "accuracy", "mean"),
        "interval": n("percent_range", "transfer", arm, domain, "accuracy", "ci95"),
        "home": n("percent", "transfer", domain, domain, "accuracy", "mean"),
        "home_interval": n("percent_range", "transfer", domain, domain, "accuracy", "ci95"),
        "size": n("points_size", "gaps", key, "mean"),
        "sample": _write_lead(summary, key, "lead"),
        "size_range": n("points_size_range", "gaps", key, "ci95"),
        "range": n("points_range", "gaps", key, "ci95"),
        "p": n("p_value", "gaps", key, "p_value_holm"),
        "detectable": _write_detectable(summary, key),
        "chance": n("percent", "study", "chance"),
        "interval_words": _interval_words(summary),
    }
    opening = Markup(
        "Networks trained on {arm} recognise {accuracy} of {domain} ({interval_words} {interval}); "
        "those trained on {domain} recognise {home} ({home_interval}). "
    )
    return Markup("").join(
        [opening.format(**parts), *(line.format(**parts) for line in _findings(summary, arm, domain))]
    )


def _findings(summary: dict[str, Any], arm: str, domain: str) -> list[Markup]:
    gap = summary["gaps"][f"{arm}_to_{domain}"]
    home_learned = _better_than_chance(summary, domain, domain)
    away_learned = _better_than_chance(summary, arm, domain)
    if not home_learned and not away_learned:
        return [
            Markup("Neither is shown to do better than chance ({chance}), so the comparison says nothing of transfer.")
        ]
    findings = {
        "below": [
            Markup(
                "The former are {size} points lower (interval {size_range}, adjusted p {p}), "
                "a statistically significant difference."
            )
        ],
        "above": [
            Markup(
                "The former are {size} points higher (interval {size_range}, adjusted p {p}), "
                "a statistically significant difference."
            )
        ],
        "undetected": [Markup("No difference was detected ({sample}, interval {range}, adjusted p {p}). {detectable}")],
    }[verdict(gap)]
    findings.append(_write_caveat(summary, gap))
    if not away_learned:
        findings.append(_say_what_chance_gives(summary, arm, domain))
    if not home_learned:
        findings.append(
            Markup(
                " The latter, though at home, are not shown to do better than chance ({chance}): read this with care."
            )
        )
    if arm != "mixture" and verdict(gap) == "below" and away_learned:
        findings.append(write_falling_classes(summary, f"{arm}_to_{domain}"))
    return findings


def _write_lead(summary: dict[str, Any], key: str, lead: str) -> Markup:
    """Say with this verb who was ahead in the sample, or that nobody was by as much as is written.

    Who learned from other images is named first in a comparison, who is at home last.
    """
    mean = summary["gaps"][key]["mean"]
    if not float(FORMATS["points_size"](mean)):
        return Markup("both did equally well")
    leader = "the former" if mean < 0 else "the latter"
    return Markup("{} {} by {} points").format(leader, lead, Numbers(summary)("points_size", "gaps", key, "mean"))


def _write_caveat(summary: dict[str, Any], gap: dict[str, Any]) -> Markup:
    """Say so where the interval leaves out zero though no difference was detected; nothing elsewhere."""
    if not seems_shown(gap):
        return Markup("")
    return Markup(" The interval leaves out zero, but that does not outlive the correction for {} gaps.").format(
        Numbers(summary)("length", "gaps")
    )


def _interval_words(summary: dict[str, Any]) -> Markup:
    """Name the interval; of a single network it does not hold the luck of training, and says so wherever it stands."""
    over = Markup("") if summary["study"]["n_seeds"] > 1 else Markup(", over test images alone,")
    return Markup("{} interval{}").format(literal("95 %"), over)


def _write_detectable(summary: dict[str, Any], key: str) -> Markup:
    """Say how large a gap could have been found, after the correction for the number of gaps."""
    if is_beyond_all(summary["gaps"][key]):
        return Markup("With so few trainings not even the largest possible difference would have been found reliably.")
    return Markup(
        "A true difference of {} points would have been found with {} probability; a smaller one may well have gone "
        "unseen."
    ).format(Numbers(summary)("points_size", "gaps", key, "minimum_detectable_effect"), literal("80 %"))


def _say_what_chance_gives(summary: dict[str, Any], arm: str, domain: str) -> Markup:
    if summary["transfer"][arm][domain]["accuracy"]["ci95"][1] < summary["study"]["chance"]:
        return Markup(" Networks trained on {arm} do worse there than chance ({chance}).")
    return Markup(" Networks trained on {arm} are not shown to do better there than chance ({chance}).")


def _warn_of_prototypes(summary: dict[str, Any]) -> list[Markup]:
    if not easier_than_photographs(summary):
        return []
    own = summary["real_arm_synthetic_minus_real"]
    n, place = Numbers(summary), "real_arm_synthetic_minus_real"
    return [
        Markup(
            "Beware: the networks trained on real photographs recognise generated images {} real ones "
            "(difference {} points, interval {}). This is no proof of realism: images near the prototype of their "
            "class are easy to recognise whatever else they lack."
        ).format(
            Markup("more often than") if own["ci95"][0] > 0 else Markup("in this sample at least as often as"),
            n("points", place, "mean"),
            n("points_range", place, "ci95"),
        )
    ]


def _warn_of_few_seeds(summary: dict[str, Any]) -> list[Markup]:
    count, n = len(summary["study"]["seeds"]), Numbers(summary)
    if count == 1:
        return [
            Markup(
                "Only {} network was trained for each arm. The intervals therefore hold the choice of test images but "
                "not the luck of training, which can be the larger of the two: read every difference as provisional."
            ).format(n("count", "study", "n_seeds"))
        ]
    if count == 2:
        return [
            Markup(
                "Only {} networks were trained for each arm, too few to know the luck of training well: "
                "where it is large, the intervals are too narrow."
            ).format(n("count", "study", "n_seeds"))
        ]
    return []


def _better_than_chance(summary: dict[str, Any], arm: str, domain: str) -> bool:
    return summary["transfer"][arm][domain]["accuracy"]["ci95"][0] > summary["study"]["chance"]
