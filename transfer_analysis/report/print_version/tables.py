"""How a table of the page fills the width of a sheet: which columns keep their lines whole, and which are broken."""

from xml.etree.ElementTree import Element

# Characters, at the size of a table: what one column may take, and all of them, without a line being broken.
_SHORT, _LINE = 18, 78
_NARROWEST = 11
_EMS_OF_BOLD = 0.6

Rows = list[list[Element]]


def cell_rows(part: Element | None) -> Rows:
    """Return the cells of a table's head or body, row by row."""
    return [] if part is None else [[cell for cell in row if cell.tag in ("th", "td")] for row in part.iter("tr")]


def column_widths(head: Rows, body: Rows) -> list[str]:
    """Return each column's width for Typst: `auto` where all lines are short, else a share that grows with the text."""
    longest = [max(needed) for needed in zip(_least_widths(head), _line_widths(body), strict=True)]
    if sum(longest) <= _LINE:
        return ["auto"] * len(longest)
    kept = sorted(length for length in longest if length <= _SHORT)
    while sum(kept) > 0.8 * _LINE:
        kept.pop()
    return ["auto" if kept and length <= kept[-1] else f"{max(1, length) ** 0.5:.2f}fr" for length in longest]


def heading_width(head: Rows, body: Rows, column: int) -> str | None:
    """Return the width that breaks a column's heading into lines no longer than what stands below, None if it is not.

    Without it a heading of several words would decide the column's width.
    """
    least = max(_NARROWEST, _least_widths(head)[column], _line_widths(body)[column])
    return f"{_EMS_OF_BOLD * least:.1f}em" if _line_widths(head)[column] > least else None


def _line_widths(rows: Rows) -> list[int]:
    """Return the characters of each column's longest line; what is `small` stands on a line of its own."""
    return [max(map(_line_width, column)) for column in zip(*rows, strict=True)]


def _line_width(cell: Element) -> int:
    small = "".join("".join(element.itertext()) for element in cell.iter("small"))
    return max(len(" ".join("".join(cell.itertext()).split())) - len(small), len(small))


def _least_widths(head: Rows) -> list[int]:
    """Return the characters of the longest word of each column's heading."""
    return [
        max((len(word) for cell in column for word in "".join(cell.itertext()).split()), default=0)
        for column in zip(*head, strict=True)
    ]
