"""What the pipeline says of stand-in generators whose truth is known."""

from typing import Any

from matplotlib.figure import Figure

from transfer_analysis.figures.style import INK, intervals, looks, new_figure, put_title, styled, wrapped
from transfer_analysis.written_numbers import signed

_ROW_INCHES = 0.5
_NAMES = {
    "held_out": "held-out real photographs",
    "labels_wrong_20": "a fifth of the labels wrong",
    "labels_wrong_40": "two fifths of the labels wrong",
    "labels_shuffled": "labels shuffled",
    "blurred_1": "blurred by one pixel",
    "blurred_2": "blurred by two pixels",
}


@styled
def draw_known_answers(known_answers: dict[str, Any]) -> Figure:
    """Draw the gap of every stand-in to real photographs in the same number, with its 95 % interval."""
    rows = known_answers["stand_ins"]
    look = looks(["synthetic"])["synthetic"]
    figure = new_figure(9.6, 2.3 + _ROW_INCHES * len(rows))
    axes = figure.add_subplot()
    axes.axvline(0, color=INK, lw=1.2)
    for height, row in enumerate(rows):
        gap = row["gap"]
        axes.plot([100 * end for end in gap["ci95"]], [height] * 2, color=look.colour, lw=2.4, solid_capstyle="butt")
        axes.plot(100 * gap["mean"], height, look.marker, color=look.colour, ms=9)
        axes.annotate(
            signed(100 * gap["mean"]),
            *((1, height), (8, 0), ("axes fraction", "data"), "offset points"),
            **{"va": "center", "annotation_clip": False},
        )
    axes.set_yticks(range(len(rows)), [stand_in_in_words(row["name"]) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "−"))
    axes.xaxis.grid(True)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("points of accuracy lost on real test photographs")
    put_title(
        figure,
        "What the pipeline says where the truth is known",
        wrapped(
            figure,
            f"Stand-ins for the generator, {known_answers['images_per_class']} images a class, against as many real "
            f"photographs; {intervals(known_answers)}.",
            "The first must hold zero; each spoilt series must lose more and more.",
        ),
    )
    return figure


def stand_in_in_words(name: str) -> str:
    """Return what a stand-in is made of."""
    return _NAMES.get(name, name.replace("_", " "))
