"""This study among published ones: accuracy on real photographs after training on real and on generated ones."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from transfer_analysis.figures.style import FAINT_INK, GRID, INK, looks, new_figure, percent_axis, put_title, styled

_ROW_INCHES = 0.42


@styled
def draw_published_results(sources: dict[str, Any]) -> Figure:
    """Draw a row a study, ours in bold on top: real→real and synthetic→real, joined; ours alone has intervals."""
    published = sorted(sources["published_results"]["results"], key=lambda result: -result["synthetic_to_real"])
    transfer, classes = sources["transfer"], sources["study"]["classes"]
    own = {
        "label": f"this study ({len(classes)} classes)",
        **{
            key: transfer.get(arm, {}).get("real", {}).get("accuracy")
            for key, arm in (("real_to_real", "real"), ("synthetic_to_real", "synthetic"))
        },
    }
    figure = new_figure(9.6, 2.7 + _ROW_INCHES * (len(published) + 1))
    axes = figure.add_subplot()
    style = looks(["real", "synthetic"])
    for key, arm in (("real_to_real", "real"), ("synthetic_to_real", "synthetic")):
        if own[key]:
            axes.plot(own[key]["ci95"], [0, 0], color=style[arm].colour, lw=3, solid_capstyle="butt")
            axes.plot(own[key]["mean"], 0, style[arm].marker, color=style[arm].colour, ms=10)
    for height, result in enumerate(published, start=1):
        _draw_published(axes, result, height, style)
    axes.axhline(0.5, color=FAINT_INK, lw=1)
    names = [own["label"], *(result["label"] for result in published)]
    axes.set_yticks(range(len(names)), names, color=INK)
    axes.get_yticklabels()[0].set_weight("bold")
    axes.set_ylim(len(names) - 0.5, -0.5)
    percent_axis(axes.xaxis)
    axes.xaxis.grid(True)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("accuracy on real test photographs")
    handles = [
        axes.plot([], [], look.marker, color=look.colour, ms=8, label=f"trained on {words}")[0]
        for look, words in ((style["real"], "real photographs"), (style["synthetic"], "generated images"))
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=2, frameon=False)
    put_title(
        figure,
        "This study among published ones",
        "CIFAR-10 (all ten classes) in the others; generators, networks and numbers of images can differ, so only the\n"
        "distance between the two marks of a row can be compared, and that with care.",
    )
    return figure


def _draw_published(axes: Axes, result: dict[str, Any], height: int, style: dict[str, Any]) -> None:
    ends = [result[key] for key in ("real_to_real", "synthetic_to_real") if result[key] is not None]
    axes.plot(ends, [height] * len(ends), color=GRID, lw=2.5, zorder=0)
    for key, arm in (("real_to_real", "real"), ("synthetic_to_real", "synthetic")):
        if result[key] is not None:
            axes.plot(result[key], height, style[arm].marker, mfc="white", mec=style[arm].colour, mew=1.8, ms=8)
