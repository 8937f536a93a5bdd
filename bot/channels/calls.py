"""Calls to a messenger's servers: a few tries, counted, and logged without what was said or to whom."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.metrics import CALLS

logger = logging.getLogger(__name__)

MOST_TRIES = 3
#: Seconds between tries, at most; a platform that asks for a longer pause is not asked again.
LONGEST_PAUSE = 5.0
_backoff = wait_random_exponential(multiplier=0.3, max=LONGEST_PAUSE)


class CallFailed(Exception):
    """A call that did not work.

    Args:
        result: What went wrong, in one word or number, for logs and metrics.
        passing: Whether another try may work.
        pause: Seconds that the platform asks to wait before.
    """

    def __init__(self, result: str, passing: bool = False, pause: float = 0.0) -> None:
        super().__init__(result)
        self.result = result
        self.pause = pause
        self.is_worth_another_try = passing and pause <= LONGEST_PAUSE


async def call(channel: str, name: str, attempt: Callable[[], Awaitable[object]]) -> bool:
    """Make a call, with further tries while that may help; whether it worked.

    Args:
        channel: The name of the channel, for logs and metrics.
        name: What the call does, such as "send".
        attempt: One try, bounded in time; raises CallFailed.
    """

    async def counted() -> None:
        try:
            await attempt()
        except CallFailed as failure:
            CALLS.labels(channel, name, failure.result).inc()
            raise
        CALLS.labels(channel, name, "ok").inc()

    tries = AsyncRetrying(
        stop=stop_after_attempt(MOST_TRIES), wait=_pause, retry=retry_if_exception(_is_worth_another_try), reraise=True
    )
    try:
        await tries(counted)
    except CallFailed as failure:
        logger.warning("%s.call_failed call=%s result=%s", channel, name, failure.result)
        return False
    return True


def _is_worth_another_try(error: BaseException) -> bool:
    return isinstance(error, CallFailed) and error.is_worth_another_try


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    return max(_backoff(state), error.pause if isinstance(error, CallFailed) else 0.0)
