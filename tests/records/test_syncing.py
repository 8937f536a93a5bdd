from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.engine import Engine

from bot.procedures.definitions import Definition, code_of
from bot.procedures.store import Store
from bot.records.importing import ImportReport
from bot.records.keeping import RecordKeeper, open_changes
from bot.records.portal_api import MOST_TRIES
from bot.records.syncing import MOST_FAILURES_IN_A_ROW, SyncStopped, sync
from tests.portal_stub import BREAK, CUT, FIREWALL, NO_DATA, Portal
from tests.records.made_up import DAY, PROVINCE, PROVINCES, described, details, entry
from tests.records.test_keeping import everything

LATER = DAY + timedelta(days=1)
CODES = [f"9.00000{number}" for number in range(1, 9)]


@pytest.fixture
def keeper(engine: Engine) -> RecordKeeper:
    return RecordKeeper(engine, PROVINCE, PROVINCES, lambda: DAY)


def quiet(_what: str, _done: int, _of: int) -> None:
    pass


def run(keeper: RecordKeeper, portal: Portal, on: date = DAY, rechecked: int = 0) -> ImportReport:
    return sync(keeper, portal.api(), on, PROVINCE, quiet, rechecked)


def stopped(keeper: RecordKeeper, portal: Portal, on: date = DAY) -> str:
    with pytest.raises(SyncStopped) as caught:
        run(keeper, portal, on)
    return str(caught.value)


def details_known(engine: Engine) -> dict[str, str]:
    return {head.code: head.details for head in Store(engine).heads(DAY)}


def test_only_what_is_new_changed_or_due_is_fetched(keeper: RecordKeeper, portal: Portal, engine: Engine) -> None:
    portal.publish(*CODES[:4])
    portal.entries[CODES[4]] = entry(CODES[4], type="STANDARD_INTERNAL")
    portal.entries[CODES[5]] = entry(CODES[5])  # of which the portal has no details
    told: list[tuple[str, int, int]] = []
    report = sync(keeper, portal.api(), DAY, PROVINCE, lambda *args: told.append(args))
    assert portal.asked() == [*CODES[:4], CODES[5]]
    assert report.counts == {("list", "new"): 6, ("api", "new"): 4, ("api", "absent"): 1}
    assert report.not_served == {"between offices, not for citizens": 1}
    assert told[0] == ("list pages", 6, 6)
    assert told[-1] == ("api", 5, 5)
    store = Store(engine)
    assert store.procedure(CODES[0], DAY) == described(details(CODES[0]))
    assert details_known(engine) == {**dict.fromkeys(CODES[:4], "complete"), CODES[5]: "listed"}

    # Nothing is new: nothing is asked for, not even what the portal has not.
    before = everything(engine)
    assert not run(keeper, portal).is_change
    assert portal.asked() == []
    assert everything(engine) == before

    # One is new, one changed in the list, one is due: looked at longest ago, by code where all are alike.
    portal.publish(CODES[6])
    portal.change(CODES[2], listed={"name": "Cấp thẻ ngan"}, name="Cấp thẻ ngan")
    portal.records[CODES[0]] = details(CODES[0], resultsDetails=[])
    report = run(keeper, portal, LATER, rechecked=1)
    assert portal.asked() == [CODES[6], CODES[2], CODES[0]]
    assert report.counts == {
        ("list", "new"): 1, ("list", "changed"): 1, ("list", "unchanged"): 5, ("api", "new"): 1, ("api", "changed"): 2
    }  # fmt: skip
    assert {store.procedure(code, DAY).checked_on for code in (CODES[6], CODES[2], CODES[0])} == {LATER}  # type: ignore[union-attr]
    run(keeper, portal, LATER, rechecked=2)
    assert portal.asked() == [CODES[1], CODES[3]]


def test_details_that_are_absent_are_asked_for_again_once_their_entry_changes(
    keeper: RecordKeeper, portal: Portal, engine: Engine
) -> None:
    portal.publish(*CODES[:3])
    del portal.records[CODES[1]]
    run(keeper, portal)
    portal.asked()
    portal.change(CODES[1], listed={"departmentPromulgate": "Bộ Vịt"})
    report = run(keeper, portal)
    assert portal.asked() == [CODES[1]]
    assert report.counts["api", "changed"] == 1
    assert details_known(engine)[CODES[1]] == "complete"


def test_the_firewall_stops_it_and_what_was_fetched_is_kept(
    keeper: RecordKeeper, portal: Portal, engine: Engine
) -> None:
    portal.publish(*CODES)
    portal.broken[CODES[3]] = FIREWALL
    message = stopped(keeper, portal)
    assert message == (
        "Stopped after 3 of 8 details: the portal's firewall answered with a page instead of data. "
        "What was fetched is kept; run it again later to go on."
    )
    assert CODES[4] not in portal.asked()
    assert details_known(engine) == {code: "complete" if code in CODES[:3] else "listed" for code in CODES}

    # It is blocked no more: the run goes on where it stopped.
    portal.broken.clear()
    report = run(keeper, portal)
    assert portal.asked() == CODES[3:]
    assert report.counts["api", "new"] == 5
    assert set(details_known(engine).values()) == {"complete"}
    before = everything(engine)
    run(keeper, portal)
    assert portal.asked() == []
    assert everything(engine) == before


def test_what_changed_before_it_stopped_is_fetched_by_the_next_run(keeper: RecordKeeper, portal: Portal) -> None:
    portal.publish(*CODES[:3])
    run(keeper, portal)
    for code in CODES[:2]:
        portal.change(code, listed={"name": "Cấp thẻ ngan"}, name="Cấp thẻ ngan")
    portal.broken[CODES[1]] = FIREWALL
    stopped(keeper, portal, LATER)
    portal.asked()
    portal.broken.clear()
    report = run(keeper, portal, LATER)
    assert portal.asked() == [CODES[1]]
    assert report.counts["api", "changed"] == 1


def test_details_that_cannot_be_had_are_skipped_until_too_many_fail(
    keeper: RecordKeeper, portal: Portal, engine: Engine
) -> None:
    portal.publish(*CODES)
    # As many as stop it in a row, but others in between.
    broken = [CODES[number] for number in (0, 1, 3, 4, 6)]
    portal.broken = dict(zip(broken, (503, CUT, BREAK, NO_DATA, 500), strict=True))
    report = run(keeper, portal)
    assert [where for where, _ in report.skipped] == broken
    assert report.counts["api", "new"] == len(CODES) - len(broken) == 3
    portal.asked()
    # Next time they are asked for again; now nothing answers any more.
    codes = [f"9.00001{number}" for number in range(3)]
    portal.publish(*codes)
    assert len(broken) == MOST_FAILURES_IN_A_ROW
    assert stopped(keeper, portal).startswith("Stopped after 0 of 8 details: ")
    assert set(portal.asked()) == set(broken)
    assert details_known(engine)[CODES[2]] == "complete"
    portal.broken.clear()
    run(keeper, portal)
    assert set(details_known(engine).values()) == {"complete"}


def test_a_record_that_cannot_be_read_is_skipped_and_the_rest_goes_on(
    keeper: RecordKeeper, portal: Portal, engine: Engine
) -> None:
    portal.publish(*CODES[:3])
    portal.records[CODES[0]] = details(CODES[0], executionCases=None)
    report = run(keeper, portal)
    assert [where for where, _ in report.skipped] == [CODES[0]]
    assert details_known(engine) == {CODES[0]: "listed", CODES[1]: "complete", CODES[2]: "complete"}


def test_without_the_whole_list_nothing_is_changed(
    keeper: RecordKeeper, portal: Portal, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.records.portal_api.PAGE_SIZE", 2)
    portal.publish(*CODES[:3])
    run(keeper, portal)
    before = everything(engine)
    portal.publish(CODES[3])
    for fault in (503, FIREWALL, CUT, 404):
        portal.list_faults = [None, *[fault] * MOST_TRIES]  # its second page
        message = stopped(keeper, portal)
        assert message.startswith("The list could not be read: ")
        assert message.endswith(". Nothing was changed; try again later.")
        assert everything(engine) == before
        portal.list_faults.clear()
    run(keeper, portal)
    assert sorted(details_known(engine)) == CODES[:4]


def test_what_left_the_list_is_withdrawn_but_not_by_a_list_that_is_cut_off(
    keeper: RecordKeeper, portal: Portal, engine: Engine
) -> None:
    portal.publish(*CODES)
    run(keeper, portal)
    # Cut off, as its own total says, or by far too short whatever it says.
    for portal.ends_after, portal.total in ((7, None), (5, 5)):
        report = run(keeper, portal, LATER)
        assert report.withdrawn == []
        assert report.skipped[-1][1].endswith("taken for cut off, nothing withdrawn")
        assert sorted(details_known(engine)) == CODES
    portal.ends_after = portal.total = None
    portal.withdraw(CODES[7])
    portal.asked()
    report = run(keeper, portal, LATER, rechecked=100)
    assert report.withdrawn == [CODES[7]]
    assert sorted(portal.asked()) == CODES[:7]
    assert sorted(details_known(engine)) == CODES[:7]
    # It is published anew, with other details: what was known of it is not taken for granted.
    portal.publish(CODES[7], resultsDetails=[])
    run(keeper, portal, LATER)
    assert portal.asked() == [CODES[7]]
    again = Store(engine).procedure(CODES[7], DAY)
    assert again is not None
    assert again.results == ()


def test_a_change_under_a_curated_definition_is_reported_and_not_served(
    keeper: RecordKeeper, portal: Portal, engine: Engine, curated: list[Definition]
) -> None:
    definition = next(file for file in curated if file.data["details"] == "complete")
    code, store = code_of(definition), Store(engine)
    store.load([definition], [])
    portal.publish(code, *CODES)
    assert run(keeper, portal).changed_under == {}
    before = store.procedure(code, DAY)
    assert before is not None
    seen_on = date.fromisoformat(definition.data["checked_on"]) + timedelta(days=9)
    portal.records[code] = details(code, executionMethods=[], resultsDetails=[{"name": "Thẻ ngan"}])
    report = run(keeper, portal, seen_on, rechecked=100)
    assert report.changed_under == {code: ("deadlines and fees", "results")}
    assert store.procedure(code, DAY) == before
    with engine.connect() as connection:
        assert open_changes(connection) == [(code, "deadlines and fees", seen_on), (code, "results", seen_on)]
    assert run(keeper, portal, seen_on, rechecked=100).changed_under == {}
    portal.withdraw(code)
    assert run(keeper, portal, seen_on).changed_under == {code: ("list",)}
    assert store.procedure(code, DAY) is not None
