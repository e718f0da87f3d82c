"""Sentences about how good generated images are, and whether any are copies: what is claimed follows the numbers."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from transfer_analysis.generator_quality.comparison import side_of_null
from transfer_analysis.generator_quality.near_copies import copying_verdict
from transfer_analysis.report.numbers import Numbers, literal

_SIDES = {"below": "below", "above": "above", "like": "not told apart from"}


def write_quality_answer(sources: dict[str, Any]) -> list[Markup]:
    """Return what was found, in paragraphs; none if the study did not ask."""
    if "generator_quality" not in sources:
        return []
    quality, n = sources["generator_quality"], Numbers(sources).under("generator_quality")
    statistics = [_recognition(quality, n), _plausibility(quality, n), _variety(quality, n), _distance(quality, n)]
    copies = [_copies(quality, n, searched) for searched in quality["near_copies"]]
    return [Markup(" ").join(statistics), Markup(" ").join([*copies, *_what_was_learned_from(quality)])]


def quality_in_words(quality: dict[str, Any]) -> str:
    """Return the same as plain text, for where no page is: paragraphs with an empty line between."""
    return "\n\n".join(paragraph.striptags() for paragraph in write_quality_answer({"generator_quality": quality}))


def _recognition(quality: dict[str, Any], n: Numbers) -> Markup:
    overall, per_class = quality["recognised"]["overall"], quality["recognised"]["per_class"]
    low, high = overall["difference"]["ci95"]
    text = (
        ("A classifier" if len(quality["method"]["classifiers"]) == 1 else "The {number} classifiers")
        + " trained on real photographs assigned {generated} of the generated images to the class that they were asked "
        "for, and {real} of held-out real photographs to theirs"
        + ("; no difference was detected" if low <= 0 <= high else "; the difference is {difference} points ({range})")
        + (", largest for {worst}." if high < 0 else ".")
    )
    share = n.under("recognised", "overall")
    return Markup(text).format(
        number=n("length", "method", "classifiers"),
        generated=share("percent", "generated", "mean"),
        real=share("percent", "real", "mean"),
        difference=share("points", "difference", "mean"),
        range=share("points_range", "difference", "ci95"),
        worst=_word(min(quality["classes"], key=lambda name: per_class[name]["difference"]["mean"])),
    )


def _plausibility(quality: dict[str, Any], n: Numbers) -> Markup:
    density = {
        "below": "more thinly than real photographs do, as images do that lie off the places where photographs lie",
        "above": "more densely than real photographs do, as images do that crowd round the prototypes of their classes",
        "like": "about as densely as real photographs do",
    }[side_of_null(quality["overall"]["density"])]
    whose = "its" if len(quality["method"]["classifiers"]) == 1 else "the first one’s"
    return Markup(
        f"In {whose} features, with {{images}} images a class on each side, precision is {{precision}}; the generated "
        f"images fill the places of real photographs {density} ({{density}})."
    ).format(
        images=n("count", "method", "images_per_class_and_half"),
        precision=_beside_null(quality["overall"], n.under("overall"), "precision"),
        density=_density(n),
    )


def _variety(quality: dict[str, Any], n: Numbers) -> Markup:
    """Say where coverage is low, and that sorts are missing only where nothing else makes it so.

    Coverage falls as well where images lie off the photographs, and so does precision then; recall does not.
    """
    overall, per_class, classes = quality["overall"], quality["per_class"], quality["classes"]
    text = Markup("Recall is {}, coverage {}").format(
        *(_beside_null(overall, n.under("overall"), statistic) for statistic in ("recall", "coverage"))
    )
    sides = {name: {key: side_of_null(entry) for key, entry in per_class[name].items()} for name in classes}
    uncovered = [name for name in classes if sides[name]["coverage"] == "below"]
    if not uncovered:
        return text + Markup("; in no class was coverage shown to be below that of real photographs.")
    worst = min(uncovered, key=lambda name: per_class[name]["coverage"]["difference"]["mean"])
    text += Markup("; coverage is below that of real photographs in {}{} (coverage {}). ").format(
        _in_classes(uncovered, classes),
        Markup(", most in {}").format(_word(worst)) if len(uncovered) > 1 else "",
        _beside_null(per_class[worst], n.under("per_class", worst), "coverage"),
    )
    lacking = [name for name in uncovered if sides[name]["recall"] == "below" and sides[name]["precision"] != "below"]
    if not lacking:
        return text + Markup("Sorts of photographs may be missing, or the images lie off them: coverage shows either.")
    text += Markup("Recall is below as well{}, and precision is not: sorts of photographs are missing").format(
        Markup("") if lacking == uncovered else Markup(" in {}").format(_in_classes(lacking, classes))
    )
    return text + ("." if lacking == uncovered else "; in the others that may be so, or the images lie off them.")


def _distance(quality: dict[str, Any], n: Numbers) -> Markup:
    verdict = {
        "above": "farther apart than",
        "below": "nearer to each other than",
        "like": "not shown to be farther apart than",
    }[side_of_null(quality["overall"]["frechet_distance"])]
    frechet = n.under("overall", "frechet_distance")
    return Markup(
        "The Fréchet distance is {}, where two halves of the real photographs have {}: generated and real photographs "
        f"are {verdict} real photographs among themselves."
    ).format(frechet("decimal", "value"), frechet("decimal", "null"))


def _copies(quality: dict[str, Any], n: Numbers, searched: str) -> Markup:
    by_space, here = quality["near_copies"][searched], n.under("near_copies", searched)
    verdicts = {space: copying_verdict(entry) for space, entry in by_space.items()}
    shares = Markup(" and ").join(
        Markup(f"{{}} in {space} (real photographs {{}})").format(
            here("percent", space, "generated_share"), here("percent", space, "real_share")
        )
        for space in by_space
    )
    sentences = [
        Markup(f"Images as near to {searched} photographs as the nearest held-out ones are: {{}}.").format(shares)
    ]
    usual = [space for space, verdict in verdicts.items() if verdict == "not shown"]
    if usual:
        where = " and ".join(usual)
        sentences.append(Markup(f"In {where} that was not shown to be more than among real photographs."))
    sentences += [
        _beyond_photographs(quality, n, searched, space) for space in by_space if verdicts[space] != "not shown"
    ]
    if searched == "training" and [space for space in by_space if verdicts[space] == "copies"] == ["features"]:
        sentences.append(
            Markup(
                "The network whose features these are learned from training photographs as well and places them in its "
                "own way, so without pixels to the same effect this is weak evidence."
            )
        )
    return Markup(" ").join(sentences)


def _beyond_photographs(quality: dict[str, Any], n: Numbers, searched: str, space: str) -> Markup:
    """Say what more nearness than among real photographs comes from, as far as the control tells."""
    near, control = quality["near_copies"], n.under("near_copies", searched, space, "control")
    unseen = near[searched][space]["control"]["unseen"]
    more = f"nearest to a {searched} photograph ({{searched}})"
    less = f"to one of as many {unseen} photographs ({{unseen}})"
    if copying_verdict(near[searched][space]) == "copies":
        verdict = f", and more of them are {more} than {less}: copies; look at the closest pairs."
    else:
        verdict = f"; but not more of them were shown to be {more} than {less}"
        if unseen in near and copying_verdict(near[unseen][space]) == "copies":
            verdict += ", which were copied as well: the comparison does not tell."
        else:
            crowding = side_of_null(quality["overall"]["density"]) == "above"
            reason = "as crowding makes them" if crowding else "for a reason that density does not show"
            verdict += f": close to photographs of both sets alike, {reason} ({{density}}), not shown to be copies."
    return Markup(f"In {space} that is more than among real photographs" + verdict).format(
        searched=control("percent", "searched_share"), unseen=control("percent", "unseen_share"), density=_density(n)
    )


def _what_was_learned_from(quality: dict[str, Any]) -> list[Markup]:
    if quality["generator"]["is_embedded"]:
        return []
    return [
        Markup(
            "What this generator learned from is not known here: training photographs are those of this data set’s "
            "train split, and a generator that learned from both splits would be near to both alike."
        )
    ]


def _in_classes(names: Sequence[str], classes: Sequence[str]) -> Markup:
    """Return "all classes", or their names."""
    if len(names) == len(classes):
        return Markup("all classes")
    words = [_word(name) for name in names]
    return Markup(" and ").join([Markup(", ").join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _beside_null(entries: dict[str, Any], n: Numbers, statistic: str) -> Markup:
    here = n.under(statistic)
    return Markup(f"{{}} ({{}}), {_SIDES[side_of_null(entries[statistic])]} real photographs’ {{}}").format(
        here("decimal", "value"), here("decimal_range", "ci95"), here("decimal", "null")
    )


def _density(n: Numbers) -> Markup:
    here = n.under("overall", "density")
    return Markup("density {}, real photographs {}").format(here("decimal", "value"), here("decimal", "null"))


def _word(name: str) -> Markup:
    return literal(name.replace("_", " "))
