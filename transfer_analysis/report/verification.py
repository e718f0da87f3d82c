"""Reads the finished page again: is every number and every table in it that of its sources?"""

import re
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

from transfer_analysis.report.numbers import FORMATS, LITERALS, resolve
from transfer_analysis.report.tables import csv_uri, report_tables

_UNSEEN = {"style", "script"}
_SPOKEN_ATTRIBUTES = ("alt", "aria-label", "title")
_DIGITS = re.compile(r"\d[\d.,]*")


def find_problems(page: str, summary: dict[str, Any]) -> list[str]:
    """Return what is wrong with the numbers of `page`, in reading order; nothing if all is well.

    - An element with `data-source` (JSON Pointer) and `data-format` must hold exactly that value in that format.
    - An element with `data-literal` must hold one of the listed literals or a name that occurs in the summary.
    - No other text that a reader sees or hears may hold a digit.
    - A link that downloads a table must hold exactly the table that the sources give.
    """
    document = html5lib.parse(page, treebuilder="etree", namespaceHTMLElements=False)
    problems: list[str] = []
    _check(document, summary, LITERALS | _names(summary), problems)
    tables = report_tables(summary)
    for link in document.iter("a"):
        if "download" in link.attrib:
            problems.extend(_check_table(link, tables))
    return problems


def _check(element: Element, summary: dict[str, Any], literals: frozenset[str], problems: list[str]) -> None:
    if not isinstance(element.tag, str) or element.tag in _UNSEEN:
        return
    for attribute in _SPOKEN_ATTRIBUTES:
        _check_free_text(element.get(attribute), f"{element.tag} {attribute}", problems)
    if "data-source" in element.attrib:
        problems.extend(_check_number(element, summary))
    elif "data-literal" in element.attrib:
        text = "".join(element.itertext())
        if text not in literals:
            problems.append(f'"{text}" is marked as a literal but is not a listed one')
    else:
        _check_free_text(element.text, element.tag, problems)
        for child in element:
            _check(child, summary, literals, problems)
            _check_free_text(child.tail, element.tag, problems)


def _check_number(element: Element, summary: dict[str, Any]) -> list[str]:
    pointer, kind, text = element.get("data-source"), element.get("data-format"), "".join(element.itertext())
    if kind not in FORMATS:
        return [f'{pointer}: unknown format "{kind}"']
    try:
        expected = FORMATS[kind](resolve(summary, pointer))
    except (LookupError, TypeError, ValueError):
        return [f"{pointer}: the summary has no such value of format {kind}"]
    return [] if text == expected else [f'{pointer}: the page says "{text}", the summary "{expected}"']


def _check_table(link: Element, tables: dict[str, str]) -> list[str]:
    name = link.get("download", "").removesuffix(".csv")
    table = tables.get(name)
    if table is None:
        return [f"{name}.csv: the sources give no such table"]
    return [] if link.get("href") == csv_uri(table) else [f"{name}.csv: it is not the table that the sources give"]


def _check_free_text(text: str | None, where: str, problems: list[str]) -> None:
    for digits in _DIGITS.findall(text or ""):
        problems.append(f'<{where}>: "{digits}" has no source')


def _names(value: Any) -> frozenset[str]:
    """Return all keys and all class names of the summary, also as they are written (spaces for underscores)."""
    names: set[str] = set()
    if isinstance(value, dict):
        for key, item in value.items():
            names |= {key, key.replace("_", " ")} | _names(item)
    elif isinstance(value, list):
        names = names.union(*(_names(item) for item in value))
    return frozenset(names)
