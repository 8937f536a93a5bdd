"""Taking many records in: the list first, then details, each procedure in a transaction of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.procedures.model import Procedure
from bot.records.files import Found
from bot.records.keeping import READERS, Kept, RecordKeeper, TableVerdict
from bot.records.reading import UnreadableRecord
from bot.records.scope import scope_of, why_not

#: List entries are short: so many go into one transaction.
ENTRIES_AT_ONCE = 200
#: A list of fewer than this share of the procedures known is taken for cut off: nothing is withdrawn by it.
SHARE_OF_A_WHOLE_LIST = 0.8

Progress = Callable[[str, int, int], None]


@dataclass
class ImportReport:
    """What an import did.

    Attributes:
        counts: (source, new / changed / unchanged / absent) → how many records.
        skipped: Where, and why.
        changed_under: Curated procedures and the parts that the portal changed under them.
        not_served: Reason → how many kept records are not served here.
        withdrawn: Codes that the portal's list has no more.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    changed_under: dict[str, tuple[str, ...]] = field(default_factory=dict)
    not_served: Counter[str] = field(default_factory=Counter)
    withdrawn: list[str] = field(default_factory=list)

    def note(self, source: str, code: str, kept: Kept) -> None:
        """Count a record that was kept."""
        what = "new" if kept.is_new else "changed" if kept.is_changed else "unchanged"
        self.counts[source, what] += 1
        if kept.changed_under:
            self.changed_under[code] = kept.changed_under

    @property
    def is_change(self) -> bool:
        """Whether any record was new, changed or withdrawn."""
        return bool(self.withdrawn) or any(self.counts[key] for key in self.counts if key[1] != "unchanged")


def import_records(
    keeper: RecordKeeper, found: Sequence[Found], fetched_on: date, province: str, progress: Progress
) -> ImportReport:
    """Take in the records found in files.

    Args:
        keeper: Where they are kept.
        found: The records, in any order.
        fetched_on: The day on which they were fetched.
        province: The province served, for the report.
        progress: Told what is done, how many of how many.
    """
    report = ImportReport()
    by_source: dict[str, list[Found]] = {source: [] for source in ("list", "api", "page")}
    for item in found:
        by_source[item.source].append(item)
    if by_source["list"]:
        import_list(keeper, [(item.where, item.raw) for item in by_source["list"]], fetched_on, report, progress)
    for source in ("api", "page"):
        for number, item in enumerate(by_source[source], start=1):
            progress(source, number, len(by_source[source]))
            import_record(keeper, source, item.where, item.raw, fetched_on, report)
    count_not_served(keeper, report, province)
    return report


def import_record(
    keeper: RecordKeeper, source: str, where: str, raw: Mapping[str, Any], fetched_on: date, report: ImportReport
) -> None:
    """Take one record in; one that cannot be read is skipped with the reason."""
    try:
        code = READERS[source](raw).code
        report.note(source, code, keeper.keep(code, source, raw, fetched_on))
    except UnreadableRecord as error:
        report.skipped.append((where, str(error)))


def import_table(keeper: RecordKeeper, procedures: Sequence[Procedure], report: ImportReport) -> None:
    """Take a table of procedures in; what it says wins over the portal's records.

    A row that says what is served anyway changes nothing, and one that says what the portal's records say takes an
    earlier table's word back. Procedures with a definition file are changed there, not here.
    """
    for procedure in procedures:
        verdict = keeper.keep_table(procedure)
        if verdict is TableVerdict.HAS_A_DEFINITION:
            report.skipped.append((procedure.code, verdict.value))
        else:
            report.counts["table", verdict.value] += 1


def import_list(
    keeper: RecordKeeper,
    entries: Sequence[tuple[str, Mapping[str, Any]]],
    fetched_on: date,
    report: ImportReport,
    progress: Progress,
    is_whole: bool = True,
) -> None:
    """Take the portal's whole list in, and withdraw what it has no more; a list cut off withdraws nothing.

    Args:
        keeper: Where they are kept.
        entries: Where each stands, and its raw entry.
        fetched_on: The day on which they were fetched.
        report: Where to note what was done.
        progress: Told what is done, how many of how many.
        is_whole: Whether the list has as many entries as it says that there are.
    """
    readable: dict[str, Mapping[str, Any]] = {}
    unreadable: set[str] = set()
    for where, raw in entries:
        try:
            readable[READERS["list"](raw).code] = raw
        except UnreadableRecord as error:
            report.skipped.append((where, str(error)))
            unreadable.add(error.code)
    known = set(keeper.listed())
    codes = list(readable)
    for start in range(0, len(codes), ENTRIES_AT_ONCE):
        part = {code: readable[code] for code in codes[start : start + ENTRIES_AT_ONCE]}
        _keep_entries(keeper, part, fetched_on, report)
        progress("list", min(start + ENTRIES_AT_ONCE, len(codes)), len(codes))
    missing = sorted(known - set(readable) - unreadable)
    if missing and (not is_whole or len(readable) < SHARE_OF_A_WHOLE_LIST * len(known)):
        reason = f"the list has {len(readable)} of {len(known)} known procedures: taken for cut off, nothing withdrawn"
        report.skipped.append(("list", reason))
        return
    _withdraw(keeper, missing, report)


def _keep_entries(
    keeper: RecordKeeper, entries: Mapping[str, Mapping[str, Any]], fetched_on: date, report: ImportReport
) -> None:
    """Keep list entries (code → raw) together, or one by one where one of them cannot be kept."""
    try:
        kept_entries = keeper.keep_all("list", entries, fetched_on)
    except UnreadableRecord:
        for code, raw in entries.items():
            import_record(keeper, "list", code, raw, fetched_on, report)
        return
    for code, kept in kept_entries.items():
        report.note("list", code, kept)


def _withdraw(keeper: RecordKeeper, codes: Iterable[str], report: ImportReport) -> None:
    curated = keeper.curated_codes()
    for code in codes:
        keeper.withdraw(code)
        report.withdrawn.append(code)
        if code in curated:
            report.changed_under[code] = ("list",)


def count_not_served(keeper: RecordKeeper, report: ImportReport, province: str) -> None:
    """Count, by reason, the kept records that are not served here; without a list, each record speaks for itself."""
    listed = keeper.listed()
    if not listed:
        return
    for code in keeper.codes():
        entry = listed.get(code)
        kind, publisher = (entry.kind, entry.publisher) if entry else (None, None)
        if scope_of(kind, publisher, province) is None:
            report.not_served[why_not(kind, province)] += 1
