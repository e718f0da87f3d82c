"""How much each client may ask for: a token bucket a client, and a bounded number of buckets."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

_CLIENTS = 4096


class TokenBuckets:
    """Lets each client spend `per_minute` tokens a minute, as many at once after a minute's rest.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic):
        self._capacity, self._clock = float(per_minute), clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def seconds_to_wait(self, client: str) -> float:
        """Take a token and return 0, or return in how many seconds there will be one."""
        with self._lock:
            now = self._clock()
            tokens, then = self._buckets.pop(client, (self._capacity, now))
            tokens = min(self._capacity, tokens + (now - then) * self._capacity / 60)
            taken = tokens >= 1
            self._buckets[client] = (tokens - taken, now)
            if len(self._buckets) > _CLIENTS:
                self._buckets.popitem(last=False)
            return 0.0 if taken else (1 - tokens) * 60 / self._capacity
