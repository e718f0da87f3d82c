"""Sentences about learning curves: a power law is told where the sizes determine one, and else that they do not."""

from typing import Any

from markupsafe import Markup

from transfer_analysis.mixtures.exchange_rate import measurable
from transfer_analysis.report.answer import images
from transfer_analysis.report.numbers import Numbers


def write_learning_curves(sources: dict[str, Any]) -> list[Markup]:
    """Return a paragraph for each learning curve; none where real photographs taught nothing in any number."""
    if "mixtures" not in sources or not measurable(sources["mixtures"]["points"], sources["mixtures"]["chance"]):
        return []
    return [_write_curve(sources, kind) for kind in sources["mixtures"]["learning_curves"]]


def _write_curve(sources: dict[str, Any], kind: str) -> Markup:
    curve, n = sources["mixtures"]["learning_curves"][kind], Numbers(sources, ("mixtures", "learning_curves", kind))
    parts = {"images": images(kind), "sizes": n("count", "n_sizes")}
    if curve["fit"] is None:
        return Markup("The learning curve of {images} has too few sizes to fit a power law ({sizes}).").format(**parts)
    if not curve["fit"]["determined"]:
        return Markup(
            "The {sizes} sizes of the learning curve of {images} do not determine a power law: neither its exponent "
            "nor where it would level off."
        ).format(**parts)
    fit = n.under("fit")
    return Markup(
        "The learning curve of {images}, a power law fitted to {sizes} sizes, has exponent {exponent} "
        "({low} to {high}) and would level off at {asymptote} ({range}): a description of these sizes, not a forecast."
    ).format(
        **parts,
        exponent=fit("bounded_decimal", "exponent"),
        low=fit("bounded_decimal", "exponent", "ci95", 0),
        high=fit("bounded_decimal", "exponent", "ci95", 1),
        asymptote=fit("percent", "asymptote", "value"),
        range=fit("percent_range", "asymptote", "ci95"),
    )
