"""The figures' place in the report: what each says, in words without numbers.

`rules/report_captions/` holds the same captions for Snakemake's own report.
"""

import base64
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FigureText:
    """One figure's file name, heading, text for those who do not see it, and caption."""

    name: str
    heading: str
    alternative: str
    caption: str


FIGURES = (
    FigureText(
        "transfer_matrix",
        "Every training set on every test set",
        "Heat map of test accuracy, a row for each training set and a column for each test set. "
        "The table above holds the same numbers.",
        "Read down a column: the same test images, judged by networks that learned from different pictures. "
        "The framed cell of a column is the network at home; what the others lack against it is the gap.",
    ),
    FigureText(
        "gaps",
        "What is lost by training on other images",
        "Forest plot of the gaps with intervals and minimum detectable effects. The table holds the same numbers.",
        "Each row compares two trainings on the same test images. A line that crosses zero leaves open which is "
        "better; a gap inside the grey band is too small to be found reliably by a study of this size.",
    ),
    FigureText(
        "per_class_recall",
        "Which classes carry over",
        "Dot plot of the recall of each class with intervals, for real and for generated test images, by training set.",
        "For every class, the share of its images that is recognised. Where two trainings lie far apart, "
        "it matters for that class which images the network learned from.",
    ),
    FigureText(
        "confusion_matrices",
        "What each class is taken for",
        "Confusion matrices for every training set and test set; rows are true classes, columns the answers.",
        "A good matrix is dark on the diagonal alone. A dark column is an answer given too readily: "
        "off its home domain a network may call many things by one name.",
    ),
    FigureText(
        "training_curves",
        "Were the networks trained to the end?",
        "Line chart of validation accuracy by training step for every network.",
        "Curves that still rise at the end belong to networks that were stopped too early, "
        "and comparing those can turn the ranking of training sets around.",
    ),
    FigureText(
        "sample_sheets",
        "What the networks saw",
        "Real test photographs and generated test images of every class, side by side.",
        "The first test images of each class, not selected. Compare backgrounds, poses, framing and, along a row, "
        "how much the images of one class differ from each other.",
    ),
)


def data_uri(folder: Path, name: str) -> str | None:
    """Return the SVG figure `name` of `folder` as a data URI, or None if it was not drawn."""
    path = Path(folder) / f"{name}.svg"
    if not path.is_file():
        return None
    return "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
