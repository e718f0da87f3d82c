"""What all networks make of photographs: classes, confidence, agreement, real or generated, strangeness, neighbours."""

from typing import Any

import numpy as np

from flax_cnn.ensemble import Answer
from webserver.classifier_registry import Arm, Served
from webserver.companion import softmax


def readings(served: Served, images_nhwc: np.ndarray) -> list[dict[str, Any]]:
    """Return one reading an image, as `schemas.Reading` describes, for uint8 images (N, 32, 32, 3)."""
    answers = served.ensemble(images_nhwc)
    by_arm = {name: _arm_readings(arm, answers[name]) for name, arm in served.arms.items()}
    return [_joined(served, {name: rows[row] for name, rows in by_arm.items()}) for row in range(len(images_nhwc))]


def _joined(served: Served, arms: dict[str, dict[str, Any]]) -> dict[str, Any]:
    votes: dict[str, list[str]] = {}
    for name, arm in arms.items():
        votes.setdefault(arm["class"], []).append(name)
    flags = [arm["none_of_these"] for arm in arms.values() if arm["none_of_these"] is not None]
    probe = _best_probe(served)
    return {
        "origin": served.origin,
        "arms": arms,
        "agreement": {"all_agree": len(votes) == 1, "votes": votes},
        "none_of_these": bool(flags) and sum(flags) * 2 > len(flags),
        "generated": None if probe is None else {"score": arms[probe]["generated_score"], "arm": probe},
    }


def _best_probe(served: Served) -> str | None:
    """Return the arm whose probe told validation photographs apart best."""
    probes = {name: arm.companion.probe_accuracy for name, arm in served.arms.items() if arm.companion is not None}
    return max(probes, key=probes.get) if probes else None


def _arm_readings(arm: Arm, answer: Answer) -> list[dict[str, Any]]:
    companion, classes = arm.companion, arm.classifier.classes
    probabilities = softmax(answer.logits_nk) if companion is None else companion.probabilities(answer.logits_nk)
    labels = probabilities.argmax(axis=1)
    rows = [
        {
            "class": classes[label],
            "confidence": _rounded(row[label]),
            "probabilities": {name: _rounded(value) for name, value in zip(classes, row, strict=True)},
            "calibrated": companion is not None,
            "none_of_these": None,
            "strangeness": None,
            "generated_score": None,
            "nearest": [],
        }
        for label, row in zip(labels, probabilities, strict=True)
    ]
    if companion is None:
        return rows
    near, distances = companion.neighbours(answer.features_nf)
    strange = companion.strangeness(probabilities.max(axis=1), distances.mean(axis=1))
    generated = companion.generated_score(answer.features_nf)
    for place, row in enumerate(rows):
        row |= {
            "none_of_these": bool(strange[place] > companion.strangeness_threshold),
            "strangeness": _rounded(strange[place]),
            "generated_score": _rounded(generated[place]),
            "nearest": [
                {
                    "kind": str(companion.nearest_kinds[found]),
                    "index": int(companion.nearest_indices[found]),
                    "class": str(companion.nearest_classes[found]),
                    "digest": f"{companion.nearest_digests[found]:016x}",
                    "distance": _rounded(distance),
                }
                for found, distance in zip(near[place], distances[place], strict=True)
            ],
        }
    return rows


def _rounded(value: float) -> float:
    return round(float(value), 4)


def classes_of(reading: dict[str, Any]) -> list[str]:
    """Return the classes that the reading's networks chose among, the same for all of them."""
    return list(next(iter(reading["arms"].values()))["probabilities"])


def without_neighbours(reading: dict[str, Any], kept: int) -> dict[str, Any]:
    """Return a copy with at most `kept` neighbours an arm."""
    arms = {name: {**arm, "nearest": arm["nearest"][:kept]} for name, arm in reading["arms"].items()}
    return {**reading, "arms": arms}
