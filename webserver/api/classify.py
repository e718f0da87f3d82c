"""Photographs in, what the networks make of them out."""

from typing import Any

import numpy as np
from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from flax_cnn.saliency import grad_cam
from photographs.digests import short_digest
from webserver.companion import MOST_NEIGHBOURS
from webserver.playground import Playground, playground
from webserver.png import data_address, png
from webserver.problems import ProblemError
from webserver.reading import classes_of, readings, without_neighbours
from webserver.uploads import Photograph, read_uploads

blueprint = Blueprint("classify", __name__)


@blueprint.post("/classify")
def classify() -> ResponseReturnValue:
    """Answer with a reading of each photograph of the request.

    Query: `nearest`, training photographs to name an arm (0 to 5, default 0); `pixels`, 1 for the 32×32 pixels.
    """
    services = playground()
    nearest = _whole("nearest", 0, MOST_NEIGHBOURS)
    pixels = _whole("pixels", 0, 1)
    photographs = _uploads(services, services.settings.max_batch)
    found = services.read([photograph.small_hwc for photograph in photographs])
    answers = [
        complete(services, reading, photograph, nearest, bool(pixels))
        for reading, photograph in zip(found, photographs, strict=True)
    ]
    return jsonify({"classes": classes_of(found[0]), "readings": answers})


@blueprint.post("/explain")
def explain() -> ResponseReturnValue:
    """Answer with Grad-CAM for one photograph. Query: `arm`, and `class` (default: the one that the arm says)."""
    services = playground()
    served = services.served()
    arm = request.args.get("arm", "")
    if arm not in served.arms:
        raise ProblemError(404, f"arm is {arm!r}; there are {', '.join(served.arms)}")
    (photograph,) = _uploads(services, 1)
    class_name = request.args.get("class")
    if class_name is None:
        # Of the very networks that are asked: others may be served by the time that a batch is answered.
        class_name = readings(served, photograph.small_hwc[np.newaxis])[0]["arms"][arm]["class"]
    if class_name not in served.classes:
        raise ProblemError(404, f"class is {class_name!r}; there are {', '.join(served.classes)}")
    heat = grad_cam(served.arms[arm].classifier, photograph.small_hwc, served.classes.index(class_name))
    rows = [[round(float(value), 3) for value in row] for row in heat]
    return jsonify({"arm": arm, "class": class_name, "heat": rows})


def complete(
    services: Playground, reading: dict[str, Any], photograph: Photograph, nearest: int, pixels: bool
) -> dict[str, Any]:
    """Return a reading as it is sent: with the photograph's size, its pixels and its neighbours' addresses."""
    reading = without_neighbours(reading, nearest)
    for arm in reading["arms"].values():
        arm["nearest"] = [{**found, "image": _address(services, found)} for found in arm["nearest"]]
    return {
        "width": photograph.width,
        "height": photograph.height,
        "pixels": data_address(png(photograph.small_hwc)) if pixels else None,
        **reading,
    }


def _address(services: Playground, neighbour: dict[str, Any]) -> str | None:
    kind, class_name, index = neighbour["kind"], neighbour["class"], neighbour["index"]
    image = services.photographs.image(kind, "train", class_name, index)
    # Another study than the classifiers' own may lie there: of other photographs, of other classes, or of fewer.
    if image is None or short_digest(image) != neighbour["digest"]:
        return None
    return url_for("study.photograph", kind=kind, split="train", class_name=class_name, index=index)


def _uploads(services: Playground, most: int) -> list[Photograph]:
    return read_uploads(request, most, services.settings.max_pixels)


def _whole(name: str, default: int, largest: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text[:4]) <= largest and len(text) <= 4):
        raise ProblemError(400, f"{name} is {text!r}; it takes a whole number from 0 to {largest}")
    return int(text)
