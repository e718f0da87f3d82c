"""JSON requests: a body becomes a shape of `schemas`, or a problem that names what is wrong with it."""

from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from webserver.problems import ProblemError

Shape = TypeVar("Shape", bound=BaseModel)


def read_body(shape: type[Shape]) -> Shape:
    """Return the request's body.

    Raises:
        ProblemError: 415 if it is not said to be JSON, 422 if it is none or does not fit.
    """
    if not request.is_json:
        raise ProblemError(415, "send application/json")
    try:
        # By pydantic's own parser: Python's is ended by brackets that stand a few thousand deep.
        return shape.model_validate_json(request.get_data())
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the request"
        raise ProblemError(422, f"{key}: {first['msg']}") from error
