"""Zalo's servers: sending messages, and the tokens that this needs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from bot.metrics import CALLS
from bot.settings import Settings
from bot.stores.zalo import REFRESH_LEASE, Grant, TokenPair, TokenStore

logger = logging.getLogger(__name__)

#: Seconds that one call may take, and how often it is tried.
TIME_LIMIT = 10.0
MOST_TRIES = 3
#: Longest and first pause between tries, in seconds; the pauses are drawn at random below them.
LONGEST_PAUSE, FIRST_PAUSE = 4.0, 0.5

#: Zalo's numbers for "not now": busy, unknown fault, could not be sent.
_PASSING = frozenset({-32, -100, -200})
_TOKEN_INVALID = frozenset({-216, -124})
REFRESH_TOKEN_USED = -14020

#: An access token with less left is refreshed ahead of its end.
AHEAD = timedelta(hours=2)
#: An access token with less left may expire on the way.
_ON_THE_WAY = timedelta(minutes=1)
#: Seconds after a failed refresh in which the same refresh token is not tried again.
REFRESH_PAUSE = 60.0
_POLL = 0.2


def missing_settings(settings: Settings) -> list[str]:
    """The settings that the channel cannot do without and that are empty."""
    needed = ("zalo_app_id", "zalo_app_secret", "zalo_oa_secret")
    return [name.upper() for name in needed if not getattr(settings, name)]


class CallFailed(Exception):
    """A call to Zalo did not do what it should; ``result`` says why, without personal data."""

    def __init__(self, call: str, result: str) -> None:
        super().__init__(f"Zalo, {call}: {result}")
        self.result = result


class Unavailable(CallFailed):
    """Zalo could not be reached, or cannot now; a later try may do."""


class Refused(CallFailed):
    """Zalo will not, however often it is asked."""


class TokenInvalid(CallFailed):
    """Zalo does not take the access token (any more)."""


class NotConnected(Exception):
    """There is no access token that Zalo takes; the message says what staff must do."""


class ZaloApi:
    """Zalo's HTTP interface; it holds connections until it is closed."""

    def __init__(self, settings: Settings, time_limit: float = TIME_LIMIT, first_pause: float = FIRST_PAUSE) -> None:
        self._settings = settings
        self._time_limit = aiohttp.ClientTimeout(total=time_limit)
        self._first_pause = first_pause
        self._session: aiohttp.ClientSession | None = None

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def send(self, access_token: str, user_id: str, message: Mapping[str, Any]) -> None:
        """Send one message to a citizen who wrote to the account.

        Raises:
            CallFailed: It was not sent; Unavailable, Refused or TokenInvalid say more.
        """
        url = f"{self._settings.zalo_api_url}/v3.0/oa/message/cs"
        body = {"recipient": {"user_id": user_id}, "message": message}
        await self._call("send", "POST", url, headers={"access_token": access_token}, json=body)

    async def account_name(self, access_token: str) -> str:
        """The name of the Official Account.

        Raises:
            CallFailed: Zalo did not say.
        """
        url = f"{self._settings.zalo_api_url}/v2.0/oa/getoa"
        answer = await self._call("account", "GET", url, headers={"access_token": access_token})
        return str((answer.get("data") or {}).get("name", ""))

    async def exchange(self, refresh_token: str) -> Grant:
        """New tokens for a refresh token, which is used up by this.

        Raises:
            CallFailed: There are none; Refused with ``REFRESH_TOKEN_USED`` if the token was used before.
        """
        url = f"{self._settings.zalo_oauth_url}/v4/oa/access_token"
        form = {
            "app_id": self._settings.zalo_app_id,
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
        }
        answer = await self._call(
            "refresh", "POST", url, headers={"secret_key": self._settings.zalo_app_secret}, data=form
        )
        try:
            lifetime = timedelta(seconds=int(answer["expires_in"]))
            return Grant(str(answer["access_token"]), str(answer["refresh_token"]), lifetime)
        except (KeyError, ValueError, TypeError) as error:
            raise Refused("refresh", "no_tokens") from error

    async def _call(self, call: str, method: str, url: str, **request: Any) -> dict[str, Any]:
        """Zalo's answer, after bounded tries."""
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(Unavailable),
            stop=stop_after_attempt(MOST_TRIES),
            wait=wait_random_exponential(multiplier=self._first_pause, max=LONGEST_PAUSE),
            reraise=True,
        ):
            with attempt:
                return await self._counted(call, method, url, **request)
        raise AssertionError("tenacity returns or raises")

    async def _counted(self, call: str, method: str, url: str, **request: Any) -> dict[str, Any]:
        try:
            answer = await self._once(call, method, url, **request)
        except CallFailed as failure:
            CALLS.labels("zalo", call, failure.result).inc()
            raise
        CALLS.labels("zalo", call, "ok").inc()
        return answer

    async def _once(self, call: str, method: str, url: str, **request: Any) -> dict[str, Any]:
        self._session = self._session or aiohttp.ClientSession(timeout=self._time_limit)
        try:
            async with self._session.request(method, url, **request) as response:
                status = response.status
                # Only a whole answer counts, and a firewall's page is none.
                answer = await response.json(content_type=None) if status == 200 else None
        except asyncio.TimeoutError as error:
            raise Unavailable(call, "timeout") from error
        except aiohttp.ClientError as error:
            raise Unavailable(call, "network") from error
        except ValueError as error:
            raise Unavailable(call, "not_json") from error
        return _judged(call, status, answer)


def _judged(call: str, status: int, answer: Any) -> dict[str, Any]:
    """The answer if it is a good one: HTTP 200 and error 0."""
    if status == 401:
        raise TokenInvalid(call, "http_401")
    if status >= 500 or status == 429:
        raise Unavailable(call, f"http_{status}")
    if status != 200:
        raise Refused(call, f"http_{status}")
    if not isinstance(answer, dict):
        raise Unavailable(call, "not_json")
    error = answer.get("error", 0)
    if error == 0:
        return answer
    if error in _TOKEN_INVALID:
        raise TokenInvalid(call, str(error))
    raise (Unavailable if error in _PASSING else Refused)(call, str(error))


class AccessTokens:
    """Access tokens for sending; refreshed ahead of their end, by one process at a time."""

    def __init__(self, store: TokenStore, api: ZaloApi) -> None:
        self._store = store
        self._api = api
        self._refreshing: asyncio.Task[TokenPair] | None = None
        self._failed_token = ""
        self._failed_at = 0.0

    async def current(self) -> str:
        """An access token that is still good.

        Raises:
            NotConnected: There is none, and none is to be had now.
        """
        pair = await self._read()
        if pair.time_left > _ON_THE_WAY:
            return pair.access_token
        return (await self._refreshed(pair)).access_token

    async def after(self, invalid: str) -> str:
        """An access token in place of one that Zalo did not take.

        Raises:
            NotConnected: There is none, and none is to be had now.
        """
        pair = await self._read()
        return pair.access_token if pair.access_token != invalid else (await self._refreshed(pair)).access_token

    async def refresh_ahead(self) -> None:
        """Refresh an access token that ends soon; if that fails, it is used up to its end.

        Raises:
            NotConnected: There is no other.
        """
        pair = await self._read()
        if pair.time_left < AHEAD:
            await self._refreshed(pair)

    async def finish(self) -> None:
        """Wait for a refresh that is under way: what Zalo gives must be kept."""
        if self._refreshing is not None:
            await asyncio.wait([self._refreshing])

    async def _read(self) -> TokenPair:
        pair = await asyncio.to_thread(self._store.read)
        if pair is None:
            raise NotConnected("The account was never connected: run `motcua zalo connect`.")
        return pair

    async def _refreshed(self, stale: TokenPair) -> TokenPair:
        if self._refreshing is None or self._refreshing.done():
            self._refreshing = asyncio.create_task(self._refresh(stale))
        # A refresh once begun goes on whoever stops waiting for it.
        return await asyncio.shield(self._refreshing)

    async def _refresh(self, stale: TokenPair) -> TokenPair:
        if stale.refresh_token == self._failed_token and time.monotonic() - self._failed_at < REFRESH_PAUSE:
            raise NotConnected("The last refresh failed a moment ago.")
        deadline = time.monotonic() + REFRESH_LEASE.total_seconds()
        while time.monotonic() < deadline:
            claim = await asyncio.to_thread(self._store.claim)
            try:
                pair = await self._read()
                if pair.access_token != stale.access_token:
                    return pair  # Another process was quicker.
                if claim is not None:
                    return await self._exchange(pair)
            finally:
                if claim is not None:
                    await asyncio.to_thread(self._store.release, claim)
            await asyncio.sleep(_POLL)
        raise NotConnected("Another process has been refreshing the tokens for too long.")

    async def _exchange(self, pair: TokenPair) -> TokenPair:
        try:
            grant = await self._api.exchange(pair.refresh_token)
        except CallFailed as failure:
            self._failed_token, self._failed_at = pair.refresh_token, time.monotonic()
            advice = "" if isinstance(failure, Unavailable) else " Staff must run `motcua zalo connect`."
            logger.error("zalo.refresh_failed result=%s.%s", failure.result, advice)
            raise NotConnected(f"The tokens could not be refreshed ({failure.result}).{advice}") from failure
        return await asyncio.to_thread(self._store.save, pair.refresh_token, grant)


class Sender:
    """Sends messages with a token that Zalo takes."""

    def __init__(self, api: ZaloApi, tokens: AccessTokens) -> None:
        self._api = api
        self._tokens = tokens

    async def send(self, user_id: str, message: Mapping[str, Any]) -> None:
        """Send one message.

        Raises:
            NotConnected: There is no access token that Zalo takes.
            CallFailed: It was not sent; Unavailable if a later try may do.
        """
        token = await self._tokens.current()
        try:
            await self._api.send(token, user_id, message)
        except TokenInvalid:
            await self._send_afresh(await self._tokens.after(token), user_id, message)

    async def _send_afresh(self, token: str, user_id: str, message: Mapping[str, Any]) -> None:
        try:
            await self._api.send(token, user_id, message)
        except TokenInvalid as failure:
            raise NotConnected(f"Zalo does not take a fresh access token ({failure.result}).") from failure
