"""What a study found, in the few numbers that the tour tells: read from its summary."""

import json
from pathlib import Path
from typing import Any

from photographs.atomic_files import CorruptFileError

_REAL = "real"


def transfer_facts(summary_file: Path) -> dict[str, Any]:
    """Return `study_schemas.Transfer` without its origin.

    Raises:
        FileNotFoundError: there is no such file.
        CorruptFileError: it is not the summary of a study.
    """
    try:
        summary = json.loads(summary_file.read_text(encoding="utf-8"))
        study = summary["study"]
        return {
            "train_images_per_class": int(study["train_images_per_class"]),
            "trainings": int(study["n_seeds"]),
            "arms": {
                arm: {
                    "synthetic_share": float(study["arms"][arm]["synthetic_share"]),
                    "accuracy": {domain: _measured(found["accuracy"]) for domain, found in domains.items()},
                }
                for arm, domains in summary["transfer"].items()
            },
            "gaps_on_real": {
                gap["arm"]: _measured(gap)
                for gap in summary["gaps"].values()
                if (gap["home"], gap["domain"]) == (_REAL, _REAL)
            },
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptFileError(summary_file, f"it is not the summary of a study ({error})") from error


def _measured(found: dict[str, Any]) -> dict[str, float]:
    low, high = found["ci95"]
    return {"mean": float(found["mean"]), "low": float(low), "high": float(high)}
