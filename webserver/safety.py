"""What holds for every request and answer: own names, same origin, a limit by client, headers that forbid the rest."""

import math
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from flask import Flask, Response, request

from webserver.problems import ProblemError
from webserver.settings import PlaygroundConfig
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
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
_READING = ("GET", "HEAD", "OPTIONS")
# Probes and metrics must answer however busy a client was.
_UNLIMITED = ("/healthz", "/readyz", "/metrics")


_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def names_of(settings: PlaygroundConfig) -> frozenset[str] | None:
    """Return the names that the server answers to, in lower case; None for any.

    A page that points its own name at this machine (DNS rebinding) is of one origin with it, by its own name alone.
    """
    if settings.trusted_hosts:
        return frozenset(name.strip().lower() for name in settings.trusted_hosts.split(","))
    # A proxy may hand on any name that it answers to itself.
    return _LOOPBACK if settings.host in _LOOPBACK and not settings.trusted_proxies else None


def install_safety(app: Flask, requests: TokenBuckets, names: frozenset[str] | None) -> None:
    """Refuse foreign names and origins and clients that ask too much; put the safety headers on every answer."""

    @app.before_request
    def refuse_foreign_names() -> None:
        name = _hostname(request.headers.get("Host"))
        if names is not None and name is not None and name not in names and request.path not in _UNLIMITED:
            raise ProblemError(421, f"this server does not go by the name {name}; playground.trusted_hosts sets it")

    @app.before_request
    def refuse_foreign_origins() -> None:
        if request.method in _READING:
            return
        # What the browser itself says goes above names, which a proxy may change.
        if (site := request.headers.get("Sec-Fetch-Site")) is not None:
            if site not in ("same-origin", "none"):
                raise ProblemError(403, "requests from other sites' pages are refused")
            return
        origin = request.headers.get("Origin")
        if origin is not None and _host_of(origin) != request.host:
            raise ProblemError(
                403, f"requests from the page {origin} are refused; this server answers its own pages alone"
            )

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
    wait = math.ceil(buckets.seconds_to_wait(_client(request.remote_addr or "unknown")))
    if wait:
        raise ProblemError(429, f"too many requests; try again in {wait} s", {"Retry-After": str(wait)})


def _client(address: str) -> str:
    """Return what stands for one client: an IPv4 address, or the /64 that an IPv6 host may take addresses from."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _hostname(host: str | None) -> str | None:
    """Return the name in a Host header, without its port and an IPv6 address' brackets; None without the header."""
    try:
        return host if host is None else urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
