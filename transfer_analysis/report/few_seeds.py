"""A warning by a part's own number of seeds, which can be smaller than the study's."""

from markupsafe import Markup

from transfer_analysis.report.numbers import Numbers


def warn_of_few_seeds(numbers: Numbers, n_seeds: int, once: str, twice: str) -> list[Markup]:
    """Return the sentence for a part of one seed or of two; nothing for more.

    Args:
        numbers: writes those of the part.
        twice: has a place ({}) for the number.
    """
    if n_seeds > 2:
        return []
    return [Markup(once) if n_seeds == 1 else Markup(twice).format(numbers("count", "n_seeds"))]
