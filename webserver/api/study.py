"""The study behind the playground: its confusion matrices, the test photographs in each cell, single photographs."""

import numpy as np
from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from photographs.atomic_files import CorruptFileError
from photographs.verified_arrays import read_arrays
from webserver.classifier_registry import usual_order
from webserver.playground import playground
from webserver.png import png
from webserver.problems import ProblemError
from webserver.study_files import KINDS
from webserver.study_photographs import SPLITS
from webserver.transfer_facts import transfer_facts

blueprint = Blueprint("study", __name__)

_DOMAINS = ("real", "synthetic")
_MOST_SHOWN = 60


@blueprint.get("/study/confusion")
def confusion() -> ResponseReturnValue:
    """Answer with the study's confusion matrices by arm and test domain, of the first training of each arm.

    Arms of other classes than the first's are left out: a study that is run anew replaces them one by one.
    """
    matrices: dict[str, dict[str, list[list[int]]]] = {}
    classes: tuple[str, ...] = ()
    for arm in sorted(_arms(), key=usual_order):
        for domain in _DOMAINS:
            if (found := _predictions(arm, domain)) is None or (classes and classes != found[-1]):
                continue
            labels, predicted, _, classes = found
            counts = np.zeros((len(classes), len(classes)), int)
            np.add.at(counts, (labels, predicted), 1)
            matrices.setdefault(arm, {})[domain] = counts.tolist()
    return jsonify({"origin": playground().study.origin, "classes": list(classes), "matrices": matrices})


@blueprint.get("/study/cell")
def cell() -> ResponseReturnValue:
    """Answer with the test photographs of one cell. Query: `arm`, `domain`, `true`, `predicted`."""
    arm, domain = request.args.get("arm", ""), request.args.get("domain", "")
    if domain not in _DOMAINS or arm not in _arms() or (found := _predictions(arm, domain)) is None:
        raise ProblemError(404, "there are no predictions of that arm and domain; /api/v1/study/confusion lists them")
    labels, predicted, indices, classes = found
    true, said = request.args.get("true", ""), request.args.get("predicted", "")
    if true not in classes or said not in classes:
        raise ProblemError(404, f"true and predicted are classes: {', '.join(classes)}")
    rows = np.flatnonzero((labels == classes.index(true)) & (predicted == classes.index(said)))
    photographs = playground().photographs
    images = [
        url_for("study.photograph", kind=domain, split="test", class_name=true, index=index)
        for index in map(int, indices[rows[:_MOST_SHOWN]])
        if photographs.image(domain, "test", true, index) is not None
    ]
    return jsonify({"count": len(rows), "images": images})


@blueprint.get("/photographs/<kind>/<split>/<class_name>/<int:index>.png")
def photograph(kind: str, split: str, class_name: str, index: int) -> ResponseReturnValue:
    """Answer with one of the study's photographs, where they are on this machine."""
    image = None
    if kind in KINDS and split in SPLITS:
        image = playground().photographs.image(kind, split, class_name, index)
    if image is None:
        raise ProblemError(404, "there is no such photograph on this machine")
    # Another study may take its place: asked for again, the browser keeps what is still the same.
    response = Response(png(image), content_type="image/png", headers={"Cache-Control": "no-cache"})
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/study/transfer")
def transfer() -> ResponseReturnValue:
    """Answer with how well each arm did on each domain, over all trainings, and the gaps on real photographs."""
    study = playground().study
    try:
        return jsonify({"origin": study.origin, **transfer_facts(study.folder / "report" / "summary.json")})
    except (OSError, CorruptFileError) as error:
        raise ProblemError(404, "no study has been reported here yet: make run") from error


def _arms() -> set[str]:
    folder = playground().study.folder / "predictions"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _predictions(arm: str, domain: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]] | None:
    """Return labels, predicted labels, indices (N,) and the classes, or None where there is no such file."""
    try:
        arrays = read_arrays(
            playground().study.predictions(arm, domain),
            "predictions",
            ("logits", "labels", "indices", "classes"),
        )
    except (OSError, CorruptFileError):
        return None
    classes = tuple(str(name) for name in arrays["classes"])
    return arrays["labels"], arrays["logits"].argmax(axis=1), arrays["indices"], classes
