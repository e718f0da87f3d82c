"""The finished page as Typst markup that calls the functions of `layout.typ`.

It is the page that is converted and not the sources, so whatever part the report takes on stands in print as well, and
what was verified on the page is what is printed. What only a screen needs (style, skip link) is left out.
"""

import itertools
import re
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

import html5lib

from transfer_analysis.report.print_version.tables import Rows, cell_rows, column_widths, heading_width

UNPRINTED = {"style", "script", "head"}
_STYLED = {"strong": "strong", "b": "strong", "em": "emph", "i": "emph", "cite": "emph", "sub": "sub", "sup": "super"}
# A table of no more rows stands on one sheet.
_UNBROKEN_ROWS = 12
_DATA = re.compile(r"data:image/svg\+xml;base64,(.*)", re.DOTALL)


@dataclass
class Markup:
    """What Typst sets: the main file's text, and the figures that it names, as SVG by file name."""

    text: str = ""
    figures: dict[str, bytes] = field(default_factory=dict)


def page_as_markup(page: str) -> Markup:
    """Return the finished page (HTML) as Typst markup and the figures that it embeds."""
    document = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    markup = Markup()
    title, made_by = document.find(".//h1"), document.find(".//header/div")
    opening = f"#title-block({_quoted(''.join(title.itertext()))})[{_blocks(made_by, markup)}]\n"
    markup.text = '#import "layout.typ": *\n#show: report\n' + opening + _blocks(document.find(".//main"), markup)
    return markup


def _blocks(parent: Element, markup: Markup) -> str:
    """Return the markup of what `parent` holds, block by block."""
    elements = [element for element in parent if isinstance(element.tag, str)]
    groups = itertools.groupby(elements, key=lambda element: element.get("class") == "download")
    return "".join(
        _data_files(group) if are_links else "".join(_block(element, markup) for element in group)
        for are_links, group in groups
    )


def _data_files(paragraphs: Iterable[Element]) -> str:
    """Return one line for the tables of consecutive links: paper has none, but the files lie beside the report."""
    names = (_quoted(paragraph.find("a").get("download")) for paragraph in paragraphs)
    return f"#data-files({', '.join(names)})\n"


def _block(element: Element, markup: Markup) -> str:
    kind = element.get("class", "")
    if element.tag in UNPRINTED:
        return ""
    if element.tag == "nav":
        return "#contents\n"
    if element.tag in ("h2", "h3", "h4"):
        return f"#heading(level: {int(element.tag[1]) - 1})[{_inline(element)}]\n"
    if element.tag == "p" and kind == "headline":
        return f"#finding[{_inline(element)}]\n"
    if element.tag == "p":
        return f"#par[{_inline(element)}]\n"
    if element.tag in ("ul", "ol"):
        return f"#{'list' if element.tag == 'ul' else 'enum'}({''.join(f'[{_inline(item)}], ' for item in element)})\n"
    if element.tag == "dl":
        return f"#particulars({''.join(f'[{_inline(item)}], ' for item in element)})\n"
    if element.tag == "table":
        return _table(element)
    if element.tag == "figure":
        return _figure(element, markup)
    if element.tag == "details":
        return f"#aside[{_inline(element.find('summary'))}][{_blocks(element, markup)}]\n"
    if element.tag == "summary":
        return ""
    return _blocks(element, markup)


def _inline(element: Element) -> str:
    """Return the markup of running text."""
    parts = [_string(element.text)]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in UNPRINTED:
            parts.append(_styled(child))
        parts.append(_string(child.tail))
    return "".join(parts)


def _styled(element: Element) -> str:
    inner = _inline(element)
    if element.tag in _STYLED:
        return f"#{_STYLED[element.tag]}[{inner}];"
    if element.tag == "code":
        return f"#code({_quoted(''.join(element.itertext()))});"
    if element.tag == "small":
        return f"#beneath[{inner}];"
    if element.tag == "br":
        return "#linebreak();"
    unbroken = element.get("data-format", "text") != "text" or "data-literal" in element.attrib
    return f"#box[{inner}];" if unbroken and len("".join(element.itertext())) < 30 else inner


def _table(table: Element) -> str:
    head, body = cell_rows(table.find("thead")), cell_rows(table.find("tbody"))
    arguments = [
        f"columns: ({', '.join(column_widths(head or body, body))},)",
        f"caption: [{_inline(table.find('caption'))}]",
        f"whole: {'true' if len(body) <= _UNBROKEN_ROWS else 'false'}",
        f"header: ({''.join(_heading(head, body, column) + ', ' for column in range(len(head[0]) if head else 0))})",
        *(f"[{_inline(cell)}]" for row in body for cell in row),
    ]
    return "#data-table(\n  " + ",\n  ".join(arguments) + ",\n)\n"


def _heading(head: Rows, body: Rows, column: int) -> str:
    width, words = heading_width(head, body, column), _inline(head[0][column])
    return f"[#box(width: {width})[{words}]]" if width else f"[{words}]"


def _figure(figure: Element, markup: Markup) -> str:
    image = figure.find(".//img")
    name = f"{image.get('data-figure')}.svg"
    markup.figures[name] = b64decode(_DATA.fullmatch(image.get("src")).group(1))
    heading, caption = figure.find(".//h3"), figure.find(".//figcaption")
    return f"#picture({_quoted(name)}, {_quoted(image.get('alt'))})[{_inline(heading)}][{_inline(caption)}]\n"


def _string(text: str | None) -> str:
    """Return text as an expression that prints it, whatever it holds; runs of white space count as one space."""
    text = re.sub(r"[ \t\r\n]+", " ", text or "")
    return f"#{_quoted(text)};" if text else ""


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
