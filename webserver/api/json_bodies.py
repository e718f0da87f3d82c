"""JSON requests: a body becomes a shape of `schemas`, or a problem that names what is wrong with it."""

from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from webserver.problems import ProblemError

Shape = TypeVar("Shape", bound=BaseModel)

# Whatever can be asked fits into far less; what is wrong with a body is listed item by item, which takes a thousand
# times the memory of a small item.
_MOST_BYTES = 64_000


def read_body(shape: type[Shape]) -> Shape:
    """Return the request's body.

    Raises:
        ProblemError: 413 if it is too long, 415 if it is not said to be JSON, 422 if it is none or does not fit.
    """
    if not request.is_json:
        raise ProblemError(415, "send application/json")
    body = request.get_data()
    if len(body) > _MOST_BYTES:
        raise ProblemError(413, f"the JSON is larger than {_MOST_BYTES // 1000} kB")
    try:
        # By pydantic's own parser: Python's is ended by brackets that stand a few thousand deep.
        return shape.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the request"
        raise ProblemError(422, f"{key}: {first['msg'].removeprefix('Value error, ')}") from error
