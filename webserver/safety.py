"""What holds for every request and answer: same origin, a limit by client, headers that forbid what no page needs."""

import math
from urllib.parse import urlsplit

from flask import Flask, Response, request

from webserver.problems import ProblemError
from webserver.token_bucket import TokenBuckets

_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
# The study's report is one file with its style and pictures inside, and no script.
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
_READING = ("GET", "HEAD", "OPTIONS")
# Probes and metrics must answer however busy a client was.
_UNLIMITED = ("/healthz", "/readyz", "/metrics")


def install_safety(app: Flask, requests: TokenBuckets) -> None:
    """Refuse foreign origins and clients that ask too much; put the safety headers on every answer."""

    @app.before_request
    def refuse_foreign_origins() -> None:
        if request.method in _READING:
            return
        origin = request.headers.get("Origin")
        if origin is not None and _host_of(origin) != request.host:
            raise ProblemError(
                403, f"requests from the page {origin} are refused; this server answers its own pages alone"
            )
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise ProblemError(403, "requests from other sites' pages are refused")

    @app.before_request
    def limit_by_client() -> None:
        if request.path not in _UNLIMITED:
            refuse_if_spent(requests)

    @app.after_request
    def put_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def refuse_if_spent(buckets: TokenBuckets) -> None:
    """Raise 429 with Retry-After if the request's client has no token left in `buckets`."""
    wait = math.ceil(buckets.seconds_to_wait(request.remote_addr or "unknown"))
    if wait:
        raise ProblemError(429, f"too many requests; try again in {wait} s", {"Retry-After": str(wait)})


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
