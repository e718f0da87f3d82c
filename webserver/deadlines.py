"""Waitress' server, in which nobody keeps others out by being slow, or fills its memory with what is never whole.

Waitress closes who is silent, and a byte now and then is no silence. Here a request has a time to come whole in; and
where connections or memory run short, who has been longest without a whole request gives way to the others.
"""

import time

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

from webserver.early_problems import ProblemTask

# Below the usual limit of 1,024 open files.
_CONNECTIONS = 900
_HEAD_BYTES = 32_768
# What chunks and a form's borders may add to a request's own bytes.
_BORDER_BYTES = 100_000
_BODIES_IN_MEMORY = 32
_LOOK_SECONDS = 0.2
# Between two counts of what waits for a thread.
_COUNT_SECONDS = 0.02


class _Channel(HTTPChannel):
    """A connection that knows since when it has owed a whole request."""

    error_task_class = ProblemTask
    _begun = 0.0

    def received(self, data: bytes) -> bool:
        before = self.request
        went_on = super().received(data)
        if self.request is not before:
            self._begun = time.time()
        return went_on

    def readable(self) -> bool:
        # Closed earlier in the same round of waitress' loop, it is asked once more.
        return self.connected and not self.server.is_full and super().readable()

    @property
    def owes_request(self) -> bool:
        """Whether the server waits for the client, not the client for the server."""
        return not self.requests

    @property
    def waiting_since(self) -> float:
        """When the unfinished request began, or the last thing that came or went."""
        return self.last_activity if self.request is None else self._begun

    @property
    def bytes_waiting(self) -> int:
        """Bytes of whole requests, which wait for a thread or are answered by one."""
        return sum(request.body_bytes_received for request in self.requests)

    @property
    def bytes_in_memory(self) -> int:
        """Bytes of bodies, whole or not, and of answers that were not fetched, the larger of which lie in a file."""
        unfinished = self.request
        answers = min(self.total_outbufs_len, self.adj.outbuf_overflow)
        return answers + self.bytes_waiting + (0 if unfinished is None else unfinished.body_bytes_received)

    def is_overdue(self, now: float) -> bool:
        """Whether it was silent too long, fetched nothing of its answer, or is too slow in asking."""
        # Who adds to an answer or sends it holds the lock, and lets go when it is sent or the client takes no more.
        if not self.outbuf_lock.acquire(blocking=False):
            return False
        try:
            silent = now - self.last_activity > self.server.silent_seconds
            if self.total_outbufs_len:
                return silent
        finally:
            self.outbuf_lock.release()
        if not self.owes_request:
            return False
        if silent or self.request is None:
            return silent
        patience = self.server.body_seconds if self.request.headers_finished else self.server.silent_seconds
        return now - self._begun > patience


class DeadlineServer(TcpWSGIServer):
    """The server of `app` at `host` and `port`.

    Args:
        threads: requests answered at once.
        largest_request: bytes of a request's body. All connections together hold 32 times as many: while whole
            requests do, nothing more is read; else unfinished ones give way.
        body_seconds: time in which a request must have come whole.
        silent_seconds: time in which its head must have come; and after which who says nothing, or fetches nothing of
            an answer, is disconnected.
        connections: most connections at once.
    """

    channel_class = _Channel

    def __init__(
        self,
        app,
        *,
        host: str,
        port: int,
        threads: int,
        largest_request: int,
        body_seconds: float,
        silent_seconds: float = 20,
        connections: int = _CONNECTIONS,
    ):
        self.largest_request, self.body_seconds, self.silent_seconds = largest_request, body_seconds, silent_seconds
        self.is_full, self._next_count = False, 0.0
        super().__init__(
            app,
            host=host,
            port=port,
            threads=threads,
            ident="",
            max_request_header_size=_HEAD_BYTES,
            max_request_body_size=largest_request + _BORDER_BYTES,
            # Bodies stay in memory, never in temporary files.
            inbuf_overflow=largest_request + 2 * _BORDER_BYTES,
            connection_limit=connections,
            asyncore_use_poll=True,
            # The app is told how many proxies to believe, and believes none if not.
            clear_untrusted_proxy_headers=False,
        )

    # Connections are closed in the two functions below alone: waitress' loop calls them before it asks the connections
    # what they wait for, and a number that is free by then cannot be taken for a newer connection's.

    def readable(self) -> bool:
        """Return whether a connection is accepted; where there are too many, one gives way."""
        if (now := time.monotonic()) >= self._next_count:
            waiting = sum(channel.bytes_waiting for channel in list(self.active_channels.values()))
            self.is_full, self._next_count = waiting >= self._most_bytes, now + _COUNT_SECONDS
        if len(self._map) >= self.adj.connection_limit:
            for channel in self._longest_owing()[:1]:
                channel.handle_close()
        return super().readable()

    def maintenance(self, now: float) -> None:
        """Close who is overdue, and who must give way for lack of memory."""
        self.next_channel_cleanup = now + _LOOK_SECONDS
        for channel in list(self.active_channels.values()):
            if channel.is_overdue(now):
                channel.handle_close()
        surplus = sum(channel.bytes_in_memory for channel in self.active_channels.values())
        surplus -= self._most_bytes
        for channel in self._longest_owing():
            if surplus <= 0:
                break
            if held := channel.bytes_in_memory:
                surplus -= held
                channel.handle_close()

    @property
    def _most_bytes(self) -> int:
        return _BODIES_IN_MEMORY * self.largest_request

    def _longest_owing(self) -> list[_Channel]:
        owing = [channel for channel in self.active_channels.values() if channel.owes_request]
        return sorted(owing, key=lambda channel: channel.waiting_since)
