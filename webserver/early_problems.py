"""Errors that waitress finds before a request reaches the app, in the shape of the app's own."""

from waitress.task import ErrorTask

from webserver.problems import PROBLEM, problem_text, too_large
from webserver.safety import HEADERS


class ProblemTask(ErrorTask):
    """The answer to a request that cannot be read: a problem document (RFC 9457)."""

    def execute(self) -> None:
        """Send it, and close the connection."""
        code, server = self.request.error.code, self.channel.server
        details = {
            413: too_large(server.largest_request),
            431: f"the request's head is larger than {server.adj.max_request_header_size} bytes",
        }
        body = problem_text(code, details.get(code, self.request.error.body)).encode()
        self.status = f"{code} {self.request.error.reason}"
        self.response_headers += [("Content-Type", PROBLEM), *HEADERS.items()]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)
