"""The page, the study's report in place, and the addresses that probes ask."""

from pathlib import Path

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from webserver.api import status
from webserver.playground import playground
from webserver.safety import REPORT_POLICY

blueprint = Blueprint("pages", __name__)

blueprint.add_url_rule("/healthz", "health", status.health)
blueprint.add_url_rule("/readyz", "ready", status.ready)
blueprint.add_url_rule("/metrics", "metrics", status.metrics)


@blueprint.get("/")
def page() -> ResponseReturnValue:
    """Answer with the one page; what it shows is in its address."""
    services = playground()
    return render_template("index.html", settings=services.settings)


@blueprint.get("/report")
def report() -> ResponseReturnValue:
    """Answer with the study's report, or a line on how to make it."""
    path = _report_file("html")
    page = path.read_bytes() if path.is_file() else render_template("no_report.html")
    return Response(page, content_type="text/html", headers=_FRAMED)


@blueprint.get("/report.pdf")
def report_pdf() -> ResponseReturnValue:
    """Answer with the report as PDF; 404, with a line on how to make it, before a study has."""
    path = _report_file("pdf")
    if path.is_file():
        return Response(path.read_bytes(), content_type="application/pdf")
    return Response(render_template("no_report.html"), 404, content_type="text/html", headers=_FRAMED)


def _report_file(ending: str) -> Path:
    return playground().study.folder / "report" / f"report.{ending}"


_FRAMED = {"Content-Security-Policy": REPORT_POLICY}
