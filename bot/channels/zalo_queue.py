"""Answers the events in the inbox: each citizen's one after another, several citizens at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from bot.channels.zalo_client import CallFailed, NotConnected, Sender, Unavailable
from bot.channels.zalo_reply import Message
from bot.stores.zalo import EVENT_LEASE, Event, Inbox, TakenEvent

logger = logging.getLogger(__name__)

#: Citizens answered at once; most of that is waiting for Zalo.
MOST_AT_ONCE = 16
#: Turns at once. Rasa works in the event loop, and webhooks must be acknowledged between turns.
MOST_TURNS = 3
#: Half an hour in all.
MOST_ATTEMPTS = 8
#: Before the second attempt, and twice as long before each further one.
FIRST_PAUSE = timedelta(seconds=15)
#: Before trying again without a token that Zalo takes.
UNCONNECTED_PAUSE = timedelta(seconds=60)
#: Seconds between looks for events that nobody works at, and between tidying up.
LOOK_EVERY = 10.0
TIDY_EVERY = 600.0
#: Seconds that answers under way have when the server stops.
GRACE = 5.0

Result = TypeVar("Result")
Reply = Callable[[Event], Awaitable[list[Message]]]


class Queue:
    """Works off an inbox.

    The inbox alone says what is to be done: a process that dies loses nothing, and several may share it.

    Args:
        inbox: The events.
        reply: Makes the reply to one event.
        sender: Sends it.
        tidy: Further upkeep, now and then.
    """

    def __init__(self, inbox: Inbox, reply: Reply, sender: Sender, tidy: Callable[[], Awaitable[None]]) -> None:
        self._inbox = inbox
        self._reply = reply
        self._sender = sender
        self._tidy = tidy
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._turns = asyncio.Semaphore(MOST_TURNS)
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._upkeep: list[asyncio.Task[None]] = []
        # SQLite lets writers that meet sleep, so ours queue up instead of meeting.
        self._thread = ThreadPoolExecutor(1, "zalo-queue")

    def start(self) -> None:
        """Take up what is pending, and go on looking for it."""
        self._upkeep = [
            asyncio.create_task(_every(LOOK_EVERY, self._look)),
            asyncio.create_task(_every(TIDY_EVERY, self._tidy_up)),
        ]

    async def stop(self) -> None:
        """Let answers under way end; what does not is taken up again later."""
        for task in self._upkeep:
            task.cancel()
        workers = list(self._workers.values())
        if workers:
            _, late = await asyncio.wait(workers, timeout=GRACE)
            for task in late:
                task.cancel()
        self._thread.shutdown(wait=False)

    def wake(self, user_id: str) -> None:
        """There is an event of this user."""
        self._woken.add(user_id)
        if user_id not in self._workers:
            self._workers[user_id] = asyncio.create_task(self._work_for(user_id))

    async def _look(self) -> None:
        for user_id in await self._in_thread(self._inbox.waiting_users):
            self.wake(user_id)

    async def _tidy_up(self) -> None:
        given_up = await self._in_thread(self._inbox.tidy)
        if given_up:
            logger.error("zalo.events_given_up count=%d", given_up)
        await self._tidy()

    async def _work_for(self, user_id: str) -> None:
        try:
            while user_id in self._woken:
                self._woken.discard(user_id)
                await self._answer_all(user_id)
        except Exception as error:
            # Only the kind: a database error quotes the values. The next look takes the user up again.
            logger.error("zalo.work_failed error=%s", type(error).__name__)
        finally:
            self._woken.discard(user_id)
            del self._workers[user_id]

    async def _answer_all(self, user_id: str) -> None:
        while (seconds := await self._in_thread(self._inbox.due_in, user_id)) is not None:
            if seconds > 0:
                await asyncio.sleep(seconds)
                continue
            async with self._places:
                taken = await self._in_thread(self._inbox.take, user_id)
                if taken is not None:
                    await self._work_at(taken)

    async def _work_at(self, taken: TakenEvent) -> None:
        msg_id = taken.event.msg_id
        if taken.attempt > MOST_ATTEMPTS:  # It may be what ends the process each time.
            await self._give_up(msg_id, "attempts")
            return
        with self._held(msg_id):
            try:
                await self._answer(taken)
            except NotConnected as problem:
                logger.error("zalo.not_connected %s", problem)
                await self._in_thread(self._inbox.postpone, msg_id, UNCONNECTED_PAUSE, counted=False)
            except CallFailed as failure:
                if not isinstance(failure, Unavailable) or taken.attempt == MOST_ATTEMPTS:
                    await self._give_up(msg_id, failure.result)
                    return
                logger.warning("zalo.send_postponed attempt=%d result=%s", taken.attempt, failure.result)
                await self._in_thread(self._inbox.postpone, msg_id, FIRST_PAUSE * 2 ** (taken.attempt - 1))

    async def _answer(self, taken: TakenEvent) -> None:
        event = taken.event
        unsent = taken.unsent
        if unsent is None:
            async with self._turns:
                unsent = tuple(await self._reply(event))
            await self._in_thread(self._inbox.keep_reply, event.msg_id, unsent)
        for place, message in enumerate(unsent, start=1):
            await self._sender.send(event.user_id, message)
            if place < len(unsent):
                await self._in_thread(self._inbox.keep_reply, event.msg_id, unsent[place:])
        await self._in_thread(self._inbox.done, event.msg_id)

    async def _give_up(self, msg_id: str, result: str) -> None:
        logger.error("zalo.event_failed result=%s", result)
        await self._in_thread(self._inbox.fail, msg_id)

    async def _in_thread(self, call: Callable[..., Result], *args: Any, **options: Any) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(call, *args, **options))

    @contextmanager
    def _held(self, msg_id: str) -> Iterator[None]:
        """Keep hold of an event as long as it is worked at."""

        async def extend() -> None:
            await self._in_thread(self._inbox.extend, msg_id)

        holding = asyncio.create_task(_every(EVENT_LEASE.total_seconds() / 3, extend, at_once=False))
        try:
            yield
        finally:
            holding.cancel()


async def _every(seconds: float, job: Callable[[], Awaitable[None]], at_once: bool = True) -> None:
    """Do a job now and again; a failure is logged and does not end it."""
    if not at_once:
        await asyncio.sleep(seconds)
    while True:
        try:
            await job()
        except NotConnected as problem:
            logger.error("zalo.not_connected %s", problem)
        except Exception as error:
            logger.error("zalo.upkeep_failed error=%s", type(error).__name__)
        await asyncio.sleep(seconds)
