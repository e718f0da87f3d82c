"""Reads the PDF again: does it say what the page says, word for word and number for number?

Text is compared without white space and hyphens, which typesetting changes. Every block of the page (paragraph,
heading, caption, cell) must follow the one before it in the PDF, and between two blocks there may be no digit but those
of printing itself: numbers of pages, figures and tables, the list of contents, headings of tables that go on.
"""

import io
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
from pypdf import PdfReader

from transfer_analysis.report.print_version.markup import UNPRINTED

_BLOCKS = {"p", "h1", "h2", "h3", "h4", "li", "dt", "dd", "caption", "th", "td", "figcaption", "summary", "nav"}
_NOT_COMPARED = {"brand", "download"}
_NUMBERS_OF_PRINTING = re.compile(r"(Figure|Table)\d+\.")
_CHANGED_BY_SETTING = re.compile(r"[\s\u00ad\u200b\u2010-]+")


def find_print_problems(pdf: bytes, page: str) -> list[str]:
    """Return the first place where the PDF is not the finished page (HTML), or nothing if there is none."""
    document = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    printed = "".join(_sheet_text(sheet.extract_text()) for sheet in PdfReader(io.BytesIO(pdf)).pages)
    cells = document.iterfind(".//thead//th")
    headings = sorted({_plain(_text(cell)) for cell in cells} - {""}, key=len, reverse=True)
    sections = "|".join(re.escape(_plain(_text(heading))) for heading in document.iter("h2"))
    contents = re.compile(rf"(?:(?:{sections})[.\u2026]*\d+)*")
    position = 0
    for block in _blocks(document.find("body")):
        if block.tag == "nav":
            position = contents.match(printed, position).end()
            continue
        text = _plain(_text(block))
        found = printed.find(text, position)
        if found < 0:
            return [f'the PDF lacks, in its place, what the page says: "{" ".join(_text(block).split())}"']
        between = _NUMBERS_OF_PRINTING.sub("", printed[position:found])
        for heading in headings if re.search(r"\d", between) else []:
            between = between.replace(heading, "")
        if re.search(r"\d", between):
            return [f'the PDF says "{between[:80]}" before "{text[:80]}", and the page does not']
        position = found + len(text)
    return []


def _sheet_text(text: str) -> str:
    """Return one sheet's text without its running head, the first line, and its page number, the last."""
    return _plain(re.sub(r"\AFauxtograph [^\n]*\n|\n\s*\d+\s*\Z", "", text))


def _plain(text: str) -> str:
    return _CHANGED_BY_SETTING.sub("", text)


def _blocks(element: Element) -> Iterator[Element]:
    """Yield the blocks that are printed, in reading order; a table's caption comes first, as on the page."""
    for child in element:
        if not isinstance(child.tag, str) or child.tag in UNPRINTED or child.get("class") in _NOT_COMPARED:
            continue
        if child.tag in _BLOCKS:
            yield child
        else:
            yield from _blocks(child)


def _text(element: Element) -> str:
    return "".join(element.itertext())
