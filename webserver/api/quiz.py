"""Can you tell? Real or generated photographs, guessed by a person and by the probe."""

import numpy as np
from flask import Blueprint, Response, jsonify, url_for
from flask.typing import ResponseReturnValue

from webserver.api.json_bodies import read_body
from webserver.playground import playground
from webserver.png import png
from webserver.problems import ProblemError
from webserver.quizzes import Quiz
from webserver.study_schemas import QUESTIONS, Guesses

blueprint = Blueprint("quiz", __name__)


@blueprint.post("/quiz")
def begin() -> ResponseReturnValue:
    """Begin a quiz of ten test photographs; 404 where the study's photographs are not on this machine."""
    services = playground()
    sets = [services.photographs.photo_set(kind, "test") for kind in ("real", "synthetic")]
    if None in sets:
        raise ProblemError(404, "the quiz needs the study's photographs, which are not here yet: make run")
    chance = np.random.default_rng()
    generated = (chance.permutation(QUESTIONS) % 2).astype(bool)
    chosen = [sets[int(flag)].select(chance.integers(len(sets[int(flag)]), size=1)) for flag in generated]
    images = np.concatenate([photos.images_nhwc for photos in chosen])
    names = [photos.classes[int(photos.labels[0])] for photos in chosen]
    quiz_id = services.quizzes.keep(Quiz(images, generated.tolist(), names))
    pictures = [url_for("quiz.picture", quiz_id=quiz_id, place=place) for place in range(QUESTIONS)]
    return jsonify({"id": quiz_id, "images": pictures}), 201


@blueprint.get("/quiz/<quiz_id>/<int:place>.png")
def picture(quiz_id: str, place: int) -> ResponseReturnValue:
    """Answer with one photograph of a quiz; its name and bytes do not say what it is."""
    quiz = playground().quizzes.find(quiz_id)
    if place >= QUESTIONS:
        raise ProblemError(404, f"a quiz has {QUESTIONS} photographs")
    return Response(png(quiz.images_nhwc[place]), content_type="image/png")


@blueprint.post("/quiz/<quiz_id>")
def answer(quiz_id: str) -> ResponseReturnValue:
    """Score a quiz by its `Guesses`, one a photograph, in order."""
    services = playground()
    quiz = services.quizzes.find(quiz_id)
    guesses = read_body(Guesses).generated
    found = [reading["generated"] for reading in services.read(list(quiz.images_nhwc))]
    scores = [None if generated is None else generated["score"] for generated in found]
    probe = [None if score is None else score > 0.5 for score in scores]
    return jsonify(
        {
            "truth": quiz.generated,
            "classes": quiz.classes,
            "probe_scores": scores,
            "your_score": sum(guess == truth for guess, truth in zip(guesses, quiz.generated, strict=True)),
            "probe_score": None
            if None in probe
            else sum(guess == truth for guess, truth in zip(probe, quiz.generated, strict=True)),
            "of": QUESTIONS,
        }
    )
