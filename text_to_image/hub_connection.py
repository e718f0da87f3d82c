"""A patient connection to the Hugging Face hub: what the network drops is taken up where it broke off.

The hub's own client resumes a file where the server closed the connection, a few times in quick succession; a reset
connection, a hub that is busy (429, 5xx) or an outage of some seconds make it give up and throw the half file away.
This client, put in its place, waits those out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
from huggingface_hub import set_client_factory
from huggingface_hub.constants import HF_HUB_DOWNLOAD_TIMEOUT
from huggingface_hub.utils import get_session
from huggingface_hub.utils import logging as hub_logging
from tenacity import RetryCallState, Retrying, retry_if_exception_type, retry_if_result, stop_after_attempt
from tenacity.wait import wait_exponential
from tqdm import tqdm

_BUSY = (408, 429, 500, 502, 503, 504)
_LOST = (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError)
# A hub that takes the connection and then says nothing is as far away as one that takes none.
_UNREACHABLE = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ReadTimeout)
_WAITS = ("connect", "read", "write", "pool")
_TRIES = 6
# 1, 2, 4, 8, 16 seconds: half a minute in all for one request.
_GROWING_PAUSE = wait_exponential(multiplier=1, max=16)
_LONGEST_PAUSE_ASKED_FOR = 300


@dataclass
class Connection:
    """What came of the requests: whether one of them could not reach the hub at all."""

    is_out_of_reach: bool = False


@contextmanager
def patient_hub(reconnect: bool) -> Iterator[Connection]:
    """Within, every request that `huggingface_hub` makes from this process is patient; yields what comes of them.

    Args:
        reconnect: whether to wait, too, for a hub that cannot be reached at all. Right in the middle of a
            download; at its beginning it would keep those waiting who have everything in the cache.
    """
    usual = get_session()
    hooks, verbosity = usual.event_hooks, hub_logging.get_verbosity()
    lost = (*_LOST, *_UNREACHABLE) if reconnect else _LOST
    connection = Connection()
    options = {"event_hooks": hooks, "follow_redirects": True, "timeout": None}
    set_client_factory(lambda: _PatientClient(lost, connection, **options))
    # Its warnings name whole addresses, with the signatures that let anyone fetch the file; ours take their place.
    hub_logging.set_verbosity_error()
    try:
        yield connection
    finally:
        set_client_factory(lambda: httpx2.Client(**options))
        hub_logging.set_verbosity(verbosity)


class _PatientClient(httpx2.Client):
    """Sends each request (all of them only read) until it is answered; the last answer or error stands."""

    def __init__(self, lost: tuple[type[Exception], ...], connection: Connection, **options):
        super().__init__(**options)
        self._connection = connection
        self._patiently = Retrying(
            retry=retry_if_exception_type(lost) | retry_if_result(lambda response: response.status_code in _BUSY),
            wait=_pause,
            stop=stop_after_attempt(_TRIES),
            before_sleep=_say_and_let_go,
            retry_error_callback=lambda state: state.outcome.result(),
        )

    def send(self, request: httpx2.Request, **options) -> httpx2.Response:
        # Some of the hub's own calls set no limit, and would wait for a silent server for ever.
        limits = request.extensions.get("timeout") or {}
        request.extensions["timeout"] = {part: limits.get(part) or HF_HUB_DOWNLOAD_TIMEOUT for part in _WAITS}
        try:
            response = self._patiently.copy()(super().send, request, **options)
        except _UNREACHABLE:
            self._connection.is_out_of_reach = True
            raise
        if options.get("stream"):
            response.stream = _ResumableStream(response.stream)
        return response


class _ResumableStream(httpx2.SyncByteStream):
    """A body whose reset connection looks to the hub's client like a closed one, after which it asks for the rest."""

    def __init__(self, stream: httpx2.SyncByteStream):
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except httpx2.ReadError as error:
            raise httpx2.RemoteProtocolError(f"connection reset ({error})") from error

    def close(self) -> None:
        self._stream.close()


def _pause(state: RetryCallState) -> float:
    """Return the seconds to wait: what the hub asks for, else the growing pause."""
    asked = "" if state.outcome.failed else state.outcome.result().headers.get("Retry-After", "")
    return min(int(asked), _LONGEST_PAUSE_ASKED_FOR) if asked.isdigit() else _GROWING_PAUSE(state)


def _say_and_let_go(state: RetryCallState) -> None:
    if state.outcome.failed:
        reason = "no connection" if isinstance(state.outcome.exception(), _UNREACHABLE) else "connection lost"
    else:
        response = state.outcome.result()
        response.close()
        reason = f"status {response.status_code}"
    seconds = state.next_action.sleep
    tqdm.write(f"hub: {reason}; trying again in {seconds:.0f} s (try {state.attempt_number + 1} of {_TRIES})")
