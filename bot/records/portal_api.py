"""The portal's public API over HTTP: politely, with time limits and a few tries."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

LIST_PATH = "/api/v1/submitting/formality/list-all-public-formality-by-citizen"
DETAILS_PATH = "/api/v1/configuring/formality/get-formality-by-citizen"
#: What the portal gives at most in a page of its list.
PAGE_SIZE = 50
#: Requests a second.
POLITE_RATE = 3.0
#: Seconds to wait for a connection and for an answer.
TIMEOUT = (10.0, 30.0)
MOST_TRIES = 5
#: The portal's firewall takes a short user agent for a robot that hides.
USER_AGENT = "Mozilla/5.0 (compatible; Motcua one-stop desk assistant; keeps the public procedure catalogue up to date)"


class PortalTrouble(Exception):
    """The portal did not give what was asked for; the message says what happened. Another try may work."""


class PortalBlocks(PortalTrouble):
    """The portal's firewall answered in its stead: stop, and come back later."""


class PortalApi:
    """The portal's list and details.

    Args:
        base_url: Where the portal is, without a slash at the end.
        rate: Requests a second, at most.
        pause: The first pause between tries in seconds; it doubles each time.
    """

    def __init__(self, base_url: str, rate: float = POLITE_RATE, pause: float = 1.0) -> None:
        self._base_url = base_url
        self._interval = 1.0 / rate
        self._next = 0.0
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        self._tries = Retrying(
            stop=stop_after_attempt(MOST_TRIES),
            wait=wait_exponential(multiplier=pause, max=30 * pause),
            retry=retry_if_exception_type(PortalTrouble),
            reraise=True,
        )

    def list_pages(self) -> Iterator[tuple[list[Mapping[str, Any]], int]]:
        """The pages of the list, each with the number of entries in the whole.

        Raises:
            PortalTrouble: A page could not be had.
        """
        last_id, seen = "", set()
        while True:
            body = {"limit": PAGE_SIZE, "lastId": last_id, "q": "", "categoryId": "", "departmentCode": ""}
            data = self._tries(self._post, LIST_PATH, body)
            if data is None or not isinstance(data.get("items"), list):
                raise PortalTrouble(f"{LIST_PATH} answered without a list of items")
            if not data["items"]:
                return
            yield data["items"], int(data.get("total") or 0)
            last_id = str(data.get("lastId") or "")
            if not last_id or last_id in seen:
                return
            seen.add(last_id)

    def details(self, formality_id: str) -> Mapping[str, Any] | None:
        """The data of a procedure's record, or None if the portal has none.

        Raises:
            PortalTrouble: It could not be had.
        """
        result: Mapping[str, Any] | None = self._tries(self._post, DETAILS_PATH, {"id": formality_id})
        return result

    def _post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        self._wait_for_turn()
        try:
            answer = self._session.post(self._base_url + path, json=body, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise PortalTrouble(f"{path} cannot be reached ({type(error).__name__})") from error
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        is_page = "html" in answer.headers.get("Content-Type", "")
        if is_page and answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:  # above, it is a proxy's own error page
            raise PortalBlocks("the portal's firewall answered with a page instead of data")
        if answer.status_code != HTTPStatus.CREATED:
            raise PortalTrouble(f"{path} answered {answer.status_code}")
        try:
            data = answer.json()["data"]
        except (ValueError, KeyError, TypeError) as error:
            raise PortalTrouble(f"{path} answered with no readable JSON") from error
        if not isinstance(data, Mapping):
            raise PortalTrouble(f"{path} answered with no record")
        return data

    def _wait_for_turn(self) -> None:
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + self._interval
