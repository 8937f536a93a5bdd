"""Keeping the records up to date with the portal: the whole list, then the details that are new or may have changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.records.importing import ImportReport, Progress, count_not_served, import_list, import_record
from bot.records.keeping import RecordKeeper
from bot.records.portal_api import PortalApi, PortalBlocks, PortalTrouble
from bot.records.scope import scope_of

#: So many details that are known are looked at again in a run, those looked at longest ago first:
#: the list does not say which of them changed.
RECHECKED = 500
#: So many failures one after the other mean that the portal is down.
MOST_FAILURES_IN_A_ROW = 5


class SyncStopped(Exception):
    """A sync that could not go on; what it fetched is kept, and the next run goes on from there."""


def sync(
    keeper: RecordKeeper, api: PortalApi, today: date, province: str, progress: Progress, rechecked: int = RECHECKED
) -> ImportReport:
    """Bring the kept records up to date.

    Args:
        keeper: Where records are kept.
        api: The portal.
        today: The day of this run.
        province: The province served.
        progress: Told what is done, how many of how many.
        rechecked: How many known details are looked at again.

    Raises:
        SyncStopped: The portal does not answer, or refuses.
    """
    report = ImportReport()
    _sync_list(keeper, api, today, report, progress)
    wanted = _wanted(keeper, province, rechecked)
    failures = 0
    for number, (code, formality_id) in enumerate(wanted.items(), start=1):
        progress("api", number, len(wanted))
        try:
            _sync_details(keeper, api, code, formality_id, today, report)
            failures = 0
        except PortalBlocks as error:
            raise SyncStopped(_stopped(str(error), number - 1, len(wanted))) from error
        except PortalTrouble as error:
            report.skipped.append((code, str(error)))
            failures += 1
            if failures >= MOST_FAILURES_IN_A_ROW:
                raise SyncStopped(_stopped(str(error), number - failures, len(wanted))) from error
    count_not_served(keeper, report, province)
    return report


def _sync_list(keeper: RecordKeeper, api: PortalApi, today: date, report: ImportReport, progress: Progress) -> None:
    entries: list[tuple[str, Mapping[str, Any]]] = []
    total = 0
    try:
        for items, total in api.list_pages():
            entries += [(f"list, entry {len(entries) + number}", item) for number, item in enumerate(items, start=1)]
            progress("list pages", len(entries), max(total, len(entries)))
    except PortalTrouble as error:
        raise SyncStopped(f"The list could not be read: {error}. Nothing was changed; try again later.") from error
    import_list(keeper, entries, today, report, progress, is_whole=len(entries) >= total)


def _wanted(keeper: RecordKeeper, province: str, rechecked: int) -> dict[str, str]:
    """The details to fetch, as code → id: never asked for, changed in the list, and some to look at again."""
    served = {
        code: entry
        for code, entry in keeper.listed().items()
        if scope_of(entry.kind, entry.publisher, province) is not None
    }
    asked, stale = keeper.fetched("api"), keeper.stale()
    new = [code for code in sorted(served) if code not in asked]
    changed = [code for code in sorted(served) if code in asked and code in stale]
    known = sorted((day, code) for code, (day, has_record) in asked.items() if has_record and code in served)
    again = [code for _, code in known[:rechecked]]
    return {code: served[code].formality_id for code in dict.fromkeys([*new, *changed, *again])}


def _sync_details(
    keeper: RecordKeeper, api: PortalApi, code: str, formality_id: str, today: date, report: ImportReport
) -> None:
    data = api.details(formality_id)
    if data is None:
        keeper.note_absent(code, today)
        report.counts["api", "absent"] += 1
    else:
        import_record(keeper, "api", code, data, today, report)


def _stopped(reason: str, done: int, wanted: int) -> str:
    return f"Stopped after {done} of {wanted} details: {reason}. What was fetched is kept; run it again later to go on."
