"""Errors of one shape: application/problem+json (RFC 9457)."""

import json
import logging
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

PROBLEM = "application/problem+json"
log = logging.getLogger(__name__)


class ProblemError(Exception):
    """A request that cannot be served, and why.

    Args:
        status: the HTTP status, 400 or above.
        detail: what is wrong with this request and how to mend it.
        headers: such as Retry-After.
        **more: further members of the problem document.
    """

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None, **more):
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, headers or {}, more


def install_problems(app: Flask) -> None:
    """Answer every error of `app` as a problem document."""

    @app.errorhandler(ProblemError)
    def from_problem(problem: ProblemError) -> Response:
        return _document(problem.status, problem.detail, problem.headers, **problem.more)

    @app.errorhandler(RequestEntityTooLarge)
    def from_size(error: RequestEntityTooLarge) -> Response:
        # Werkzeug says the same of both.
        if (request.content_length or 0) > app.config["MAX_CONTENT_LENGTH"]:
            return _document(413, too_large(app.config["MAX_CONTENT_LENGTH"]), {})
        return _document(413, f"the form has more than {request.max_form_parts} parts", {})

    @app.errorhandler(HTTPException)
    def from_http(error: HTTPException) -> Response:
        kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
        return _document(error.code or 500, error.description or HTTPStatus(error.code or 500).phrase, kept)

    @app.errorhandler(Exception)
    def from_fault(error: Exception) -> Response:
        log.exception("%s %s failed", request.method, request.path)
        return _document(500, "The server failed at this request; its log says why.", {})


def problem_text(status: int, detail: str, **more) -> str:
    """Return a problem document."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return json.dumps(body, ensure_ascii=False)


def too_large(most_bytes: int) -> str:
    """Return what is said of a request with a longer body."""
    return f"the request is larger than {most_bytes / 1_000_000:g} MB"


def _document(status: int, detail: str, headers: dict[str, str], **more) -> Response:
    return Response(problem_text(status, detail, **more), status, headers, content_type=PROBLEM)
