"""How to cite the project: its `CITATION.cff` as BibTeX."""

from pathlib import Path

import yaml


def bibtex(citation_file: Path) -> str:
    """Return a BibTeX entry made from a `CITATION.cff` file.

    Raises:
        ValueError: the file lacks title, version or authors.
    """
    try:
        citation = yaml.safe_load(Path(citation_file).read_text(encoding="utf-8"))
        authors = " and ".join(f"{{{_author(author)}}}" for author in citation["authors"])
        title, version = citation["title"], citation["version"]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise ValueError(f"{citation_file}: no title, version and authors in it ({error}); restore the file") from error
    key = title.split(":")[0].lower()
    return f"@software{{{key},\n  title = {{{title}}},\n  author = {{{authors}}},\n  version = {{{version}}}\n}}"


def _author(author: dict[str, str]) -> str:
    return author.get("name") or f"{author['given-names']} {author['family-names']}"
