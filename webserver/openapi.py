"""The API described: an OpenAPI 3.1 document, written from the shapes in `schemas`. A test holds it to the routes."""

import functools
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from webserver import schemas
from webserver.companion import MOST_NEIGHBOURS
from webserver.study_schemas import Cell, Confusion, Guesses, Quiz, QuizResult, Transfer
from webserver.uploads import MEDIA_TYPES

_SHAPES: tuple[type[BaseModel], ...] = (
    schemas.Classified,
    schemas.Explained,
    schemas.GenerateRequest,
    schemas.JobState,
    schemas.Models,
    schemas.Health,
    schemas.Readiness,
    schemas.ProblemDocument,
    Confusion,
    Cell,
    Transfer,
    Quiz,
    Guesses,
    QuizResult,
)
_REFERENCE = "#/components/schemas/{model}"
_BINARY = {"type": "string", "format": "binary"}


@functools.cache
def document() -> dict[str, Any]:
    """Return the document."""
    components: dict[str, Any] = {}
    for shape in _SHAPES:
        mode = "validation" if shape in (schemas.GenerateRequest, Guesses) else "serialization"
        schema = shape.model_json_schema(ref_template=_REFERENCE, mode=mode)
        components |= schema.pop("$defs", {})
        components[shape.__name__] = schema
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Fauxtograph playground",
            "version": "1",
            "description": "Photographs from words, and what networks trained on real, generated and mixed photographs "
            "make of them. Errors are problem documents (RFC 9457).",
        },
        "paths": {
            path: {method: _refusing(method, operation) for method, operation in operations.items()}
            for path, operations in _paths().items()
        },
        "components": {"schemas": components},
    }


def _paths() -> dict[str, Any]:
    job, quiz = _parameter("job_id", "path"), _parameter("quiz_id", "path")
    place = _parameter("place", "path", {"type": "integer", "minimum": 0})
    text = {"type": "string"}
    return {
        "/api/v1/models": {"get": _operation("What is served", {200: "Models"}, (503,))},
        "/api/v1/classify": {
            "post": _operation(
                "What the networks make of one photograph or several",
                {200: "Classified"},
                (400, 413, 415, 422, 503),
                parameters=[
                    _parameter("nearest", "query", {"type": "integer", "minimum": 0, "maximum": MOST_NEIGHBOURS}),
                    _parameter("pixels", "query", {"type": "integer", "minimum": 0, "maximum": 1}),
                ],
                body=_uploads(),
            )
        },
        "/api/v1/explain": {
            "post": _operation(
                "Where in a photograph a network sees a class (Grad-CAM)",
                {200: "Explained"},
                (400, 404, 413, 415, 422, 503),
                parameters=[_parameter("arm", "query", text, required=True), _parameter("class", "query", text)],
                body=_uploads(),
            )
        },
        "/api/v1/generate": {
            "post": _operation(
                "Queue pictures to be drawn",
                {202: "JobState"},
                (400, 403, 413, 415, 422, 503),
                body=_json_body("GenerateRequest"),
            )
        },
        "/api/v1/jobs/{job_id}": {
            "get": _operation("A job's state", {200: "JobState"}, (404,), parameters=[job]),
            "delete": _operation("Cancel a job", {200: "JobState", 202: "JobState"}, (404,), parameters=[job]),
        },
        "/api/v1/jobs/{job_id}/events": {
            "get": _operation(
                "A job's state at every change, as server-sent events, each a JobState",
                {200: ("text/event-stream", text)},
                (404, 503),
                parameters=[job],
            )
        },
        "/api/v1/jobs/{job_id}/pictures/{place}.png": {
            "get": _operation("A finished picture", {200: ("image/png", _BINARY)}, (404,), parameters=[job, place])
        },
        "/api/v1/study/confusion": {"get": _operation("The study's confusion matrices", {200: "Confusion"}, ())},
        "/api/v1/study/transfer": {
            "get": _operation("How well each arm did on each domain, and the gaps", {200: "Transfer"}, (404,))
        },
        "/api/v1/study/cell": {
            "get": _operation(
                "The test photographs in one cell of a confusion matrix",
                {200: "Cell"},
                (404,),
                parameters=[
                    _parameter(name, "query", text, required=True) for name in ("arm", "domain", "true", "predicted")
                ],
            )
        },
        "/api/v1/photographs/{kind}/{split}/{class_name}/{index}.png": {
            "get": _operation(
                "One of the study's photographs",
                {200: ("image/png", _BINARY), 304: None},
                (404,),
                parameters=[
                    *(_parameter(name, "path") for name in ("kind", "split", "class_name")),
                    _parameter("index", "path", {"type": "integer", "minimum": 0}),
                ],
            )
        },
        "/api/v1/quiz": {"post": _operation("Begin a quiz: real or generated?", {201: "Quiz"}, (404,))},
        "/api/v1/quiz/{quiz_id}": {
            "post": _operation(
                "Score a quiz",
                {200: "QuizResult"},
                (400, 404, 413, 415, 422, 503),
                parameters=[quiz],
                body=_json_body("Guesses"),
            )
        },
        "/api/v1/quiz/{quiz_id}/{place}.png": {
            "get": _operation(
                "One photograph of a quiz", {200: ("image/png", _BINARY)}, (404,), parameters=[quiz, place]
            )
        },
        "/api/v1/health": {"get": _operation("The process answers", {200: "Health"}, ())},
        "/api/v1/ready": {"get": _operation("Photographs can be classified", {200: "Readiness", 503: "Readiness"}, ())},
        "/api/v1/metrics": {"get": _operation("Prometheus metrics", {200: ("text/plain", text)}, ())},
        "/api/v1/openapi.json": {
            "get": _operation("This document", {200: ("application/json", {"type": "object"})}, ())
        },
    }


def _operation(
    summary: str,
    answers: dict[int, str | tuple[str, dict] | None],
    problems: tuple[int, ...],
    parameters: list[dict] | None = None,
    body: dict | None = None,
) -> dict[str, Any]:
    responses: dict[str, Any] = {str(code): _refusal(code) for code in problems}
    for code, content in answers.items():
        if content is None:
            responses[str(code)] = {"description": HTTPStatus(code).phrase}
            continue
        kind, schema = (
            ("application/json", {"$ref": _REFERENCE.format(model=content)}) if isinstance(content, str) else content
        )
        responses[str(code)] = {"description": summary, "content": {kind: {"schema": schema}}}
        if code == HTTPStatus.ACCEPTED and body:
            responses[str(code)]["headers"] = {"Location": {"schema": {"type": "string"}}}
    operation: dict[str, Any] = {"summary": summary, "responses": responses}
    if parameters:
        operation["parameters"] = parameters
    if body:
        operation["requestBody"] = body
    return operation


def _refusing(method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """Return an operation with what can happen to any: a foreign name, too many, and to a change a foreign page."""
    anywhere = (421, 429) if method == "get" else (403, 421, 429)
    refusals = {str(code): _refusal(code) for code in anywhere}
    return {**operation, "responses": dict(sorted({**operation["responses"], **refusals}.items()))}


def _refusal(code: int) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": _REFERENCE.format(model="ProblemDocument")}}}
    refusal: dict[str, Any] = {"description": "Refused", "content": problem}
    if code in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        refusal["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return refusal


def _parameter(name: str, place: str, schema: dict | None = None, required: bool = False) -> dict[str, Any]:
    return {
        "name": name,
        "in": place,
        "required": required or place == "path",
        "schema": schema or {"type": "string", "minLength": 1},
    }


def _uploads() -> dict[str, Any]:
    form = {
        "type": "object",
        "properties": {"image": {"type": "array", "items": _BINARY, "minItems": 1}},
        "required": ["image"],
    }
    content = {kind: {"schema": _BINARY} for kind in MEDIA_TYPES}
    return {"required": True, "content": {**content, "multipart/form-data": {"schema": form}}}


def _json_body(shape: str) -> dict[str, Any]:
    return {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": _REFERENCE.format(model=shape)}}},
    }
