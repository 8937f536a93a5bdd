"""How much one citizen, one address and all together may ask of a channel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from throttled import MemoryStore, RateLimiterType, Throttled, rate_limiter

#: Keys remembered at once; the least recently used is forgotten first.
MOST_KEYS = 50_000


@dataclass(frozen=True)
class TooMuch(Exception):
    """A limit is reached; ``retry_after`` is in whole seconds."""

    reason: str
    retry_after: int


class RateLimit:
    """At most so many a minute for each key, in bursts up to that number."""

    def __init__(self, per_minute: int) -> None:
        self._throttled = Throttled(
            using=RateLimiterType.GCRA.value,
            quota=rate_limiter.per_min(per_minute, burst=per_minute),
            store=MemoryStore(options={"MAX_SIZE": MOST_KEYS}),
        )

    def spend(self, key: str) -> None:
        """Count one request.

        Raises:
            TooMuch: The key has spent what it may; the request is not counted.
        """
        result = self._throttled.limit(key)
        if result.limited:
            raise TooMuch("rate", max(1, round(result.state.retry_after + 0.5)))


class Concurrency:
    """At most so many at once, for each key and in all."""

    def __init__(self, each: int, together: int) -> None:
        self._each = each
        self._together = together
        self._running: dict[str, int] = {}

    @contextmanager
    def slot(self, key: str) -> Iterator[None]:
        """Hold a place while something runs.

        Raises:
            TooMuch: No place is free.
        """
        if self._running.get(key, 0) >= self._each or sum(self._running.values()) >= self._together:
            raise TooMuch("busy", 2)
        self._running[key] = self._running.get(key, 0) + 1
        try:
            yield
        finally:
            self._running[key] -= 1
            if not self._running[key]:
                del self._running[key]
