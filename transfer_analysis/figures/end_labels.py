"""Names at the right of the lines they belong to, moved apart where lines end close to each other."""

from matplotlib.axes import Axes

_LABEL_INCHES = 0.21


def label_ends(axes: Axes, ends: dict[str, tuple[float, float]], colours: dict[str, str], axes_inches: float) -> None:
    """Write each name beside the end (x, y) of its line, at the right of `axes`, whose limits must be set already.

    Args:
        axes: about `axes_inches` high.
        ends: by name, in the data's units.
        colours: by name.
        axes_inches: what the distance of two lines of text is reckoned from.
    """
    bottom, top = axes.get_ylim()
    distance = _LABEL_INCHES / axes_inches * (top - bottom)
    heights = spread({name: y for name, (_, y) in ends.items()}, distance, top)
    for name, end in ends.items():
        axes.annotate(
            name,
            end,
            (1.03, heights[name]),
            "data",
            ("axes fraction", "data"),
            color=colours[name],
            weight="bold",
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colours[name], "lw": 0.8, "shrinkB": 4},
        )


def spread(heights: dict[str, float], distance: float, top: float) -> dict[str, float]:
    """Move labels apart, keeping their order, until neighbours are `distance` apart and none lies above `top`."""
    ordered = sorted(heights, key=heights.__getitem__)
    placed: list[float] = []
    for name in ordered:
        placed.append(max(heights[name], placed[-1] + distance) if placed else heights[name])
    limit = top
    for position in reversed(range(len(placed))):
        placed[position] = min(placed[position], limit)
        limit = placed[position] - distance
    return dict(zip(ordered, placed, strict=True))
