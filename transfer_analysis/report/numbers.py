"""How a number of the summary is written in the report, and marked with where it comes from.

Every number carries its place in summary.json as a JSON Pointer (RFC 6901) and its format's name, so that
`verification` can write it anew and compare. What holds digits but is no result (CIFAR-10, 95 %) is a listed literal.
"""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from transfer_analysis.written_numbers import signed

LITERALS = frozenset({"CIFAR-10", "95 %", "5 %", "80 %", "SHA-256"})


def _decimal(value: float) -> str:
    """Write with two digits; what rounds to zero has no sign."""
    text = f"{value:.2f}".replace("-", "−")
    return text if text.strip("−0.") else text.lstrip("−")


def _p_value(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _rate(end: dict[str, Any]) -> str:
    """Write one end of an exchange rate, with how it is to be read."""
    if end["value"] is None:
        return "∞"
    sign = {"equal": "", "more": "> ", "less": "< "}[end["relation"]]
    return f"{sign}{end['value']:.1f}" if end["value"] < 100 else f"{sign}{end['value']:,.0f}"


def _bounded_decimal(end: dict[str, Any]) -> str:
    return {"equal": "", "at_least": "≥ "}[end["relation"]] + _decimal(end["value"])


FORMATS: dict[str, Callable[[Any], str]] = {
    "percent": lambda value: f"{100 * value:.1f}\u00a0%",
    "percent_range": lambda ends: f"{100 * ends[0]:.1f}–{100 * ends[1]:.1f}\u00a0%",
    "points": lambda value: signed(100 * value),
    "points_size": lambda value: f"{abs(100 * value):.1f}",
    "points_range": lambda ends: f"{signed(100 * ends[0])} to {signed(100 * ends[1])}",
    "points_size_range": lambda ends: " to ".join(f"{abs(100 * end):.1f}" for end in sorted(ends, key=abs)),
    "detectable": lambda value: f"{100 * value:.1f}" if value < 1 else "none",
    "p_value": _p_value,
    "rate": _rate,
    "rate_range": lambda ends: " to ".join(dict.fromkeys(_rate(end) for end in ends)),
    "decimal": _decimal,
    "decimal_range": lambda ends: " to ".join(_decimal(end) for end in ends),
    "bounded_decimal": _bounded_decimal,
    "number": lambda value: f"{value:.0f}",
    "count": lambda value: f"{value:,}",
    "length": lambda collection: str(len(collection)),
    "text": _text,
}


def resolve(summary: Any, pointer: str) -> Any:
    """Return what a JSON Pointer points at.

    Raises:
        LookupError: nothing is there.
    """
    value = summary
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (ValueError, TypeError) as error:
            raise LookupError(pointer) from error
    return value


class Numbers:
    """Writes the numbers of one summary, marked."""

    def __init__(self, summary: dict[str, Any], place: tuple[str | int, ...] = ()):
        self._summary, self._place = summary, place

    def under(self, *place: str | int) -> "Numbers":
        """Return a writer for the values below `place`."""
        return Numbers(self._summary, (*self._place, *place))

    def __call__(self, kind: str, *place: str | int) -> Markup:
        """Return the value at `place` (keys from where this writer stands) in the format `kind`."""
        pointer = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in (*self._place, *place))
        text = FORMATS[kind](resolve(self._summary, pointer))
        return Markup('<span data-source="{}" data-format="{}">{}</span>').format(pointer, kind, text)


def literal(text: str) -> Markup:
    """Return a text that may hold digits: one of `LITERALS`, or a name (arm, class, key) of the summary."""
    return Markup("<span data-literal>{}</span>").format(text)
