from __future__ import annotations

import asyncio
import threading

import pytest

from bot.channels.http import Problem
from bot.channels.press import AT_ONCE, Press


def test_what_takes_too_long_is_given_up_with_words() -> None:
    async def use() -> bytes:
        press, stuck = Press(longest=0.2), threading.Event()
        try:
            with pytest.raises(Problem, match="busy") as refused:
                await press.make("198.51.100.1", lambda: b"%d" % stuck.wait(20))
            assert refused.value.retry_after is not None
            return await press.make("198.51.100.1", lambda: b"the next one")
        finally:
            stuck.set()
            await press.close(None, None)

    assert asyncio.run(use()) == b"the next one"


def test_only_so_many_are_made_at_once() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def typeset() -> bytes:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.05)
        with lock:
            running -= 1
        return b""

    async def use() -> None:
        press = Press()
        await asyncio.gather(*(press.make("198.51.100.1", typeset) for _ in range(8)))
        await press.close(None, None)

    asyncio.run(use())
    assert most == AT_ONCE
