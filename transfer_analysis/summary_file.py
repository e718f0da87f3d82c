"""A finished summary.json, for those who draw and write from it: read without what computed it, which starts slowly."""

from pathlib import Path
from typing import Any

from photographs.atomic_files import CorruptFileError, read_json


def read_summary(path: Path) -> dict[str, Any]:
    """Read a summary.json.

    Raises:
        CorruptFileError: it is not JSON or lacks the main keys.
    """
    summary = read_json(path)
    if not {"study", "transfer", "gaps", "provenance"} <= summary.keys():
        raise CorruptFileError(path, "not a summary: it lacks study, transfer, gaps or provenance")
    return summary
