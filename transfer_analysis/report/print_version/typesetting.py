"""Sets the page's markup: Typst from a wheel, with the fonts that it brings, to the same bytes on every machine."""

import tempfile
from pathlib import Path

import typst

from transfer_analysis.report.print_version.markup import page_as_markup

_LAYOUT = Path(__file__).with_name("layout.typ")


def typeset(page: str) -> bytes:
    """Return the finished page (HTML) as a PDF on A4 sheets.

    Nothing but the page decides the bytes: no date, no font of the machine, no path.

    Raises:
        RuntimeError: Typst refuses the markup; the message says where.
    """
    markup = page_as_markup(page)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / _LAYOUT.name).write_bytes(_LAYOUT.read_bytes())
        for file, picture in markup.figures.items():
            (folder / file).write_bytes(picture)
        main = folder / "report.typ"
        main.write_text(markup.text, encoding="utf-8")
        try:
            return typst.compile(str(main), root=name, ignore_system_fonts=True, format="pdf", timestamp=0)
        except typst.TypstError as error:
            raise RuntimeError(f"the report cannot be set: {error.message} {error.diagnostic}") from error
