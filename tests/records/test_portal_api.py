from __future__ import annotations

import time

import pytest

from bot.records.portal_api import MOST_TRIES, PAGE_SIZE, USER_AGENT, PortalApi, PortalBlocks, PortalTrouble
from tests.portal_stub import BREAK, CUT, FIREWALL, GATEWAY, NO_DATA, NO_JSON, NO_RECORD, SHORTEST_AGENT, Fault, Portal

CODE = "9.000001"


def publish(portal: Portal, count: int) -> list[str]:
    codes = [f"9.{number:06}" for number in range(1, count + 1)]
    portal.publish(*codes)
    return codes


@pytest.mark.parametrize("count", [0, 1, PAGE_SIZE, 2 * PAGE_SIZE + 1])
def test_the_whole_list_is_read_page_by_page(portal: Portal, count: int) -> None:
    codes = publish(portal, count)
    pages = list(portal.api().list_pages())
    assert [item["code"] for items, _ in pages for item in items] == codes
    assert {total for _, total in pages} <= {count}
    assert all(len(items) <= PAGE_SIZE for items, _ in pages)


def test_details_are_those_of_the_id_and_none_where_the_portal_has_none(portal: Portal) -> None:
    publish(portal, 2)
    api = portal.api()
    assert api.details("id-9.000002") == portal.records["9.000002"]
    assert api.details("id-9.000009") is None
    assert portal.asked() == ["9.000002", "9.000009"]


@pytest.mark.parametrize("fault", [500, 503, 429, 200, GATEWAY, CUT, BREAK, NO_JSON, NO_DATA, NO_RECORD])
def test_what_fails_now_and_then_is_tried_again(portal: Portal, fault: Fault) -> None:
    publish(portal, 1)
    portal.details_faults = [fault] * (MOST_TRIES - 1)
    portal.list_faults = [fault]
    assert portal.api().details(f"id-{CODE}") == portal.records[CODE]
    assert portal.asked() == [CODE] * MOST_TRIES
    assert len(list(portal.api().list_pages())) == 1


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (503, "answered 503"),
        (GATEWAY, "answered 502"),
        (CUT, "answered with no readable JSON"),
        (BREAK, "cannot be reached"),
        (NO_DATA, "answered with no readable JSON"),
        (NO_RECORD, "answered with no record"),
    ],
)
def test_what_fails_every_time_is_said_after_a_few_tries(portal: Portal, fault: Fault, says: str) -> None:
    publish(portal, 1)
    portal.broken[CODE] = fault
    with pytest.raises(PortalTrouble, match=says):
        portal.api().details(f"id-{CODE}")
    assert portal.asked() == [CODE] * MOST_TRIES


def test_a_list_that_is_not_there_is_no_empty_list(portal: Portal) -> None:
    portal.list_faults = [404]
    with pytest.raises(PortalTrouble, match="without a list of items"):
        list(portal.api().list_pages())


def test_nobody_there_is_said(portal: Portal) -> None:
    with pytest.raises(PortalTrouble, match="cannot be reached"):
        PortalApi("http://127.0.0.1:9", pause=0.001, rate=1000).details("id")


def test_the_firewall_is_told_from_the_portal(portal: Portal) -> None:
    publish(portal, 1)
    portal.broken[CODE] = FIREWALL
    with pytest.raises(PortalBlocks, match="firewall"):
        portal.api().details(f"id-{CODE}")


def test_the_firewall_lets_our_user_agent_pass(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(portal, 1)
    assert portal.api().details(f"id-{CODE}") is not None
    assert portal.agents == {USER_AGENT}
    assert len(USER_AGENT) >= SHORTEST_AGENT
    monkeypatch.setattr("bot.records.portal_api.USER_AGENT", "motcua/1")
    with pytest.raises(PortalBlocks):
        portal.api().details(f"id-{CODE}")


def test_requests_keep_their_distance(portal: Portal) -> None:
    publish(portal, 1)
    api = portal.api(rate=50.0)
    started = time.monotonic()
    for _ in range(6):
        api.details(f"id-{CODE}")
    assert time.monotonic() - started >= 5 / 50


def test_a_list_that_goes_round_in_circles_ends(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(portal, 1)
    page = {"items": [portal.entries[CODE]], "lastId": "x", "total": 1}
    monkeypatch.setattr(portal, "list_page", lambda _body: page)
    assert len(list(portal.api().list_pages())) == 2
