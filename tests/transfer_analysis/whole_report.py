"""A report with every part: the documented default study's parts, and made up beside them what that does not hold."""

from pathlib import Path
from typing import Any

import numpy as np

from photographs.stand_ins import SPOILT
from tests.transfer_analysis.invented_study import invented_cell, invented_summary
from transfer_analysis.hypotheses import judge_hypotheses
from transfer_analysis.known_answers import CHECKS, describe_stand_ins
from transfer_analysis.report.figures import FIGURES
from transfer_analysis.report.sources import PARTS, read_sources

_ROOT = Path(__file__).parents[2]
_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"></svg>'


def whole_sources() -> dict[str, Any]:
    """Return a summary with all parts that a report can have."""
    study = _ROOT / "docs" / "default_study"
    further = [path for path in sorted(study.glob("*.json")) if path.stem in PARTS]
    published = _ROOT / "transfer_analysis" / "published_results.json"
    sources = invented_summary() | read_sources(None, [*further, published])
    expected = {"lost": {"gap": "synthetic_to_real", "sign": "loss", "points": None, "region": [0.0, None]}}
    versions = [{"after_results": False, "config_sha256": sources["study"]["config_sha256"]}]
    sources["hypotheses"] = judge_hypotheses(expected, versions, sources["gaps"], sources["study"]["config_sha256"])
    sources["known_answers"] = _known_answers()
    assert set(PARTS) <= set(sources)
    return sources


def draw_blank_figures(folder: Path) -> None:
    """Put a picture of nothing into `folder` for every figure of the report."""
    for figure in FIGURES:
        (folder / f"{figure.name}.svg").write_text(_PICTURE)


def _known_answers() -> dict[str, Any]:
    real = {size: invented_cell("real", "real", accuracy) for size, accuracy in ((100, 0.5), (400, 0.7))}
    accuracies = np.linspace(0.7, 0.3, len(SPOILT))
    spoilt = {
        name: invented_cell("synthetic", "real", accuracy) for name, accuracy in zip(SPOILT, accuracies, strict=True)
    }
    checks = [{"check": name, "passed": True} for name in CHECKS]
    of_all = dict.fromkeys(real[400].classes, 0.9)
    alike = next(iter(of_all))
    return {
        "images_per_class": 400,
        "n_seeds": 3,
        "chance": 1 / 6,
        "stand_ins": describe_stand_ins(real, spoilt, 400),
        "checks": checks,
        "n_checks": len(checks),
        "n_passed": len(checks),
        "class_without_variety": alike,
        "coverage": {"held_out": of_all, "one_class_alike": {**of_all, alike: 0.2}},
    }
