"""Where PDFs are made: beside the server's loop, few at a time, and not for longer than a citizen waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bot.channels.http import Problem
from bot.channels.limits import RateLimit

#: PDFs a minute for one address, which many citizens may share.
PDFS_PER_ADDRESS = 60
#: PDFs made at once.
AT_ONCE = 2
#: Seconds that one may take, waiting for its turn included.
LONGEST = 10.0


class Press:
    """Makes PDFs in threads of its own."""

    def __init__(self, longest: float = LONGEST) -> None:
        self._longest = longest
        self._limit = RateLimit(PDFS_PER_ADDRESS)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="press")

    async def close(self, _app: object, _loop: object) -> None:
        """Take no more work."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def make(self, address: str, typeset: Callable[[], bytes]) -> bytes:
        """Make one PDF.

        Raises:
            TooMuch: The address has asked for too many.
            Problem: It takes too long.
        """
        self._limit.spend(address)
        work = asyncio.get_running_loop().run_in_executor(self._threads, typeset)
        try:
            return await asyncio.wait_for(work, self._longest)
        except asyncio.TimeoutError:
            raise Problem("busy", round(self._longest)) from None
