"""Do networks of two arms look at the same places? Their heat maps' correlation, between its two controls."""

from typing import Any

from matplotlib.figure import Figure

from transfer_analysis.figures.style import FAINT_INK, INK, looks, new_figure, put_title, styled, words

_ROW_INCHES = 0.5
_CONTROL = FAINT_INK


@styled
def draw_map_agreement(trust: dict[str, Any]) -> Figure:
    """Draw, for every arm against the real one: within each arm, between the two, and of different photographs."""
    agreements = trust["maps"]["agreement"]
    style = looks(trust["robustness"])
    rows = []
    for arm, entry in agreements.items():
        rows += [(f"{name}, other seed", entry["within"][name], _CONTROL, "|") for name in entry["within"] or ()]
        rows.append((f"{words(arm)} and real", entry["between"], style[arm].colour, style[arm].marker))
        rows.append(("other photographs", entry["other_photograph"], _CONTROL, "|"))
        rows.append((None, None, None, None))
    rows = rows[:-1]
    has_ceiling = any(entry["within"] for entry in agreements.values())
    figure = new_figure(8.6, 2.5 + _ROW_INCHES * max(1, len(rows)))
    axes = figure.add_subplot()
    for height, (_, correlation, colour, marker) in enumerate(rows):
        if correlation is not None:
            axes.plot(correlation["ci95"], [height] * 2, color=colour, lw=2.2, solid_capstyle="butt")
            axes.plot(correlation["mean"], height, marker, color=colour, ms=9, mew=2)
    named = [height for height, (label, *_) in enumerate(rows) if label]
    axes.set_yticks(named, [rows[height][0] for height in named], color=INK)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.axvline(0, color=FAINT_INK, lw=1.2, zorder=0)
    axes.xaxis.grid(True)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("correlation of two networks’ heat maps")
    put_title(
        figure,
        "Do the networks look at the same places?",
        "Coloured: networks of two arms, the same photograph. Grey: "
        + ("two networks of one arm (the most to be\nexpected), and " if has_ceiling else "\n")
        + "different photographs (what agrees anyway). 95 % intervals over photographs.",
    )
    return figure
