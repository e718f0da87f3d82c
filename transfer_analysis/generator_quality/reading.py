"""quality.json in words: one paragraph that follows the numbers."""

from typing import Any

SIGNIFICANCE = 0.05


def write_reading(quality: dict[str, Any]) -> str:
    """Return what the numbers say, as plain text; numbers are those of `quality`, rounded."""
    return " ".join(
        [_recognition(quality), _plausibility(quality), _variety(quality), _distance(quality), _copies(quality)]
    )


def side_of_null(entry: dict[str, Any]) -> str:
    """Return where a statistic lies beside real photographs': "below", "above", or "like" if it cannot be told."""
    low, high = entry["difference"]["ci95"]
    return "below" if high < 0 else "above" if low > 0 else "like"


def _recognition(quality: dict[str, Any]) -> str:
    share = quality["recognised"]["overall"]
    number = len(quality["method"]["classifiers"])
    who = "A classifier" if number == 1 else f"The {number} classifiers"
    low, high = share["difference"]["ci95"]
    finding = {
        True: "; no difference was detected",
        False: f"; the difference is {_points(share['difference']['mean'])} points ({_points(low)} to {_points(high)})",
    }[low <= 0 <= high]
    worst = min(quality["classes"], key=lambda name: quality["recognised"]["per_class"][name]["difference"]["mean"])
    return (
        f"{who} trained on real photographs assigned {_percent(share['generated']['mean'])} of the generated images to "
        f"the class that they were asked for, and {_percent(share['real']['mean'])} of held-out real photographs to "
        f"theirs{finding}" + (f", largest for {_word(worst)}." if high < 0 else ".")
    )


def _plausibility(quality: dict[str, Any]) -> str:
    overall = quality["overall"]
    density = {
        "below": "more thinly than real photographs do, as images do that lie off the places where photographs lie",
        "above": "more densely than real photographs do, as images do that crowd round the prototypes of their classes",
        "like": "about as densely as real photographs do",
    }[side_of_null(overall["density"])]
    return (
        f"In {'its' if len(quality['method']['classifiers']) == 1 else 'the first one’s'} features, with "
        f"{quality['method']['images_per_class_and_half']} images a class on each side, precision is "
        f"{_beside_null(overall['precision'])}; the generated images fill the places of real photographs {density} "
        f"(density {overall['density']['value']:.2f}, real photographs {overall['density']['null']:.2f})."
    )


def _variety(quality: dict[str, Any]) -> str:
    overall, per_class = quality["overall"], quality["per_class"]
    text = f"Recall is {_beside_null(overall['recall'])}, coverage {_beside_null(overall['coverage'])}"
    missing = [name for name in quality["classes"] if side_of_null(per_class[name]["coverage"]) == "below"]
    if not missing:
        return f"{text}; in no class was coverage shown to be below that of real photographs."
    worst = min(missing, key=lambda name: per_class[name]["coverage"]["difference"]["mean"])
    return (
        f"{text}; variety is missing in {len(missing)} of {len(quality['classes'])} classes, most in {_word(worst)} "
        f"(coverage {_beside_null(per_class[worst]['coverage'])})."
    )


def _distance(quality: dict[str, Any]) -> str:
    frechet = quality["overall"]["frechet_distance"]
    verdict = {
        "above": "farther apart than",
        "below": "nearer to each other than",
        "like": "not shown to be farther apart than",
    }[side_of_null(frechet)]
    return (
        f"The Fréchet distance is {frechet['value']:.1f}, where two halves of the real photographs have "
        f"{frechet['null']:.1f}: generated and real photographs are {verdict} real photographs among themselves."
    )


def _copies(quality: dict[str, Any]) -> str:
    return " ".join(_copies_of(searched, copies) for searched, copies in quality["near_copies"].items())


def _copies_of(searched: str, copies: dict[str, Any]) -> str:
    beyond = [space for space, entry in copies.items() if entry["p_value_holm"] < SIGNIFICANCE]
    shares = " and ".join(
        f"{_percent(entry['generated_share'])} in {space} (real photographs {_percent(entry['real_share'])})"
        for space, entry in copies.items()
    )
    verdict = (
        f"that is more than among real photographs, in {' and in '.join(beyond)}: look at the closest pairs"
        if beyond
        else "not shown to be more than among real photographs"
    )
    return f"Near-copies of {searched} photographs: {shares}; {verdict}."


def _beside_null(entry: dict[str, Any]) -> str:
    low, high = entry["ci95"]
    beside = {"below": "below", "above": "above", "like": "not told apart from"}[side_of_null(entry)]
    return f"{entry['value']:.2f} ({low:.2f}–{high:.2f}), {beside} real photographs' {entry['null']:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")


def _word(name: str) -> str:
    return name.replace("_", " ")
