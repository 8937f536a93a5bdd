"""`motcua import`, `motcua sync` and `motcua confirmations`: the portal's records and what staff decide on them."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from bot.open_data import jsonld, table
from bot.procedures import reviews
from bot.procedures.places import provinces
from bot.procedures.store import Store, connect, migrate
from bot.records import checking, files
from bot.records.importing import ImportReport, import_records, import_table
from bot.records.importing import Progress as Told
from bot.records.keeping import RecordKeeper, open_changes
from bot.records.portal_api import PortalApi
from bot.records.proposing import draft
from bot.records.reading import UnreadableRecord
from bot.records.syncing import RECHECKED, SyncStopped, sync
from bot.settings import ROOT, Settings

#: Seconds between two plain lines of progress, where nobody watches.
PLAIN_LINE_EVERY = 20.0
#: So many things skipped are named one by one.
MOST_NAMED = 40
_SOURCES = {"list": "list entries", "api": "API records", "page": "crawled pages", "table": "procedures of tables"}

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)
confirmations_app = typer.Typer(
    no_args_is_help=True, help="Confirmations drawn from the portal's texts: accept or reject."
)


def import_(
    paths: Annotated[
        Optional[list[Path]],
        typer.Argument(help="Files or folders; none: read the kept records anew.", exists=True),
    ] = None,
    as_of: Annotated[
        Optional[str], typer.Option(help="The day the files were fetched (YYYY-MM-DD); today if not given.")
    ] = None,
) -> None:
    """Take in the portal's records from files: its list, API replies, crawled pages; or a table that `export` made."""
    day = _day(as_of)
    settings = Settings.read()
    started = time.monotonic()
    keeper, store = _keeper(settings)
    if not paths:
        _read_anew(keeper)
        return
    found = files.find(paths)
    with _progress() as told:
        report = import_records(keeper, found.records, day, settings.province, told)
    for path in found.tables:
        _import_table(keeper, path, report)
    report.skipped[:0] = found.skipped
    _print_report(report)
    _print_served(store, day=date.today(), seconds=time.monotonic() - started)


def _import_table(keeper: RecordKeeper, path: Path, report: ImportReport) -> None:
    try:
        import_table(keeper, table.read(path), report)
    except (table.UnreadableTable, UnicodeDecodeError) as error:
        report.skipped.append((str(path), f"no table of `motcua export`: {error}"))


def propose(
    code: str,
    output: Annotated[Optional[Path], typer.Option(help="The file to write; the screen if not given.")] = None,
) -> None:
    """Draft a curated definition from the imported record of a procedure, for a person to finish."""
    procedure = Store(_engine(Settings.read())).procedure(code, date.today())
    if procedure is None:
        errors.print(f"No procedure {code} is served. `motcua search` finds codes.", markup=False)
        raise typer.Exit(1)
    text = draft(procedure)
    if output is None:
        print(text, end="")
        return
    if output.exists():
        errors.print(f"{output} exists already; name another file, or remove it first.", markup=False)
        raise typer.Exit(1)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8")
    console.print(f"{output} is to be finished; `motcua check` says what is missing.", markup=False)


class ExportFormat(str, Enum):
    """The forms of open data."""

    jsonld = "jsonld"
    csv = "csv"
    xlsx = "xlsx"


def export(
    format_: Annotated[ExportFormat, typer.Option("--format", help="Linked data, or a table for spreadsheets.")],
    output: Annotated[Optional[Path], typer.Option(help="The file to write; var/motcua.<format> if not given.")] = None,
    code: Annotated[Optional[list[str]], typer.Option(help="Only this procedure; may be given several times.")] = None,
) -> None:
    """Write the procedures as open data: CPSV-AP and schema.org (jsonld), or a table that `import` reads back."""
    # Linked data says what holds today; a table that comes back must hold every row.
    day = date.today() if format_ is ExportFormat.jsonld else None
    served = Store(_engine(Settings.read())).procedures(day, code)
    unknown = [wanted for wanted in code or () if wanted not in served]
    if unknown:
        errors.print(f"No procedure {unknown[0]} is served. `motcua search` finds codes.", markup=False)
        raise typer.Exit(1)
    path = output or ROOT / "var" / f"motcua.{format_.value}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if format_ is ExportFormat.jsonld:
        path.write_text(json.dumps(jsonld.document(served.values()), ensure_ascii=False, indent=1), encoding="utf-8")
    elif format_ is ExportFormat.csv:
        table.write_csv(served.values(), path)
    else:
        table.write_xlsx(served.values(), path)
    console.print(f"{len(served)} procedures in {path}", markup=False)


def sync_(
    recheck: Annotated[int, typer.Option(min=0, help="How many known details to look at again.")] = RECHECKED,
) -> None:
    """Bring the kept records up to date with the portal at PORTAL_URL; goes on where it stopped."""
    settings = Settings.read()
    started = time.monotonic()
    keeper, store = _keeper(settings)
    api = PortalApi(settings.portal_url, settings.portal_rate)
    try:
        with _progress() as told:
            report = sync(keeper, api, date.today(), settings.province, told, recheck)
    except SyncStopped as error:
        errors.print(str(error), markup=False)
        raise typer.Exit(1) from None
    _print_report(report)
    _print_served(store, day=date.today(), seconds=time.monotonic() - started)


@confirmations_app.command("list")
def list_confirmations(code: Annotated[Optional[str], typer.Argument(help="Of this procedure only.")] = None) -> None:
    """Show the proposed confirmations, each with its passage and the name to decide on it by."""
    proposed = reviews.proposed(_engine(Settings.read()), code)
    for row in proposed:
        console.print(f"{row.code} {row.fingerprint}  {row.agency}: {row.confirms}", markup=False)
        console.print(f"    “{row.quote}”", markup=False)
    console.print(f"{len(proposed)} proposed.")


@confirmations_app.command("accept")
def accept_confirmation(code: str, fingerprint: str) -> None:
    """Accept a proposed confirmation: citizens are told it like a curated one."""
    _review(code, fingerprint, "accepted")


@confirmations_app.command("reject")
def reject_confirmation(code: str, fingerprint: str) -> None:
    """Reject a proposed confirmation: citizens are not told it."""
    _review(code, fingerprint, "rejected")


def check_imported(kind: str | None) -> None:
    """Show the dubious places in the portal's records by kind, or each of one kind, and the portal's changes."""
    engine = _engine(Settings.read())
    if kind is not None:
        for place in checking.flagged(engine, kind):
            console.print(f"{place.code} {place.part}: {place.quote}", markup=False)
        return
    for count in checking.count_flags(engine):
        kept_out = ", kept out of answers" if count.withheld else ""
        console.print(
            f"{count.procedures:5}  {count.kind} in {count.part}{kept_out}: {checking.meanings()[count.kind]} "
            f"(such as {count.first})",
            markup=False,
        )
    with engine.connect() as connection:
        for code, part, seen_on in open_changes(connection):
            console.print(f"the portal changed {code}: {part} (seen on {seen_on}; compare, then set its checked_on)")


def _review(code: str, fingerprint: str, verdict: str) -> None:
    if not reviews.decide(_engine(Settings.read()), code, fingerprint, verdict, date.today()):
        errors.print(
            f"{code} has no proposed confirmation {fingerprint}. `motcua confirmations list {code}` shows them."
        )
        raise typer.Exit(1)
    console.print(f"{verdict}: {code} {fingerprint}", markup=False)


def _engine(settings: Settings):  # type: ignore[no-untyped-def]
    engine = connect(settings.database_url)
    migrate(engine)
    return engine


def _keeper(settings: Settings) -> tuple[RecordKeeper, Store]:
    engine = _engine(settings)
    return RecordKeeper(engine, settings.province, provinces()), Store(engine)


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError:
        errors.print(f"'{text}' is no day. Write it as 2026-07-18.")
        raise typer.Exit(2) from None


def _read_anew(keeper: RecordKeeper) -> None:
    codes = keeper.codes()
    changed = 0
    with _progress() as told:
        for number, code in enumerate(codes, start=1):
            told("records", number, len(codes))
            try:
                changed += keeper.reinterpret(code)
            except UnreadableRecord as error:
                errors.print(f"left as it was: {error}", markup=False)
    console.print(f"{len(codes)} procedures read anew from their kept records; {changed} changed.")


@contextmanager
def _progress() -> Iterator[Told]:
    """Shows how far the work is: a bar where a person watches, a plain line now and then elsewhere."""
    if not console.is_terminal:
        yield _PlainLines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(_SOURCES.get(what, what), total=of)
            bars.update(tasks[what], completed=done, total=of)

        yield tell


class _PlainLines:
    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, what: str, done: int, of: int) -> None:
        if time.monotonic() - self._last >= PLAIN_LINE_EVERY or done == of:
            console.print(f"{_SOURCES.get(what, what)}: {done} of {of}")
            self._last = time.monotonic()


def _print_report(report: ImportReport) -> None:
    for source, name in _SOURCES.items():
        numbers = {what: report.counts[source, what] for what in ("new", "changed", "unchanged", "absent")}
        if any(numbers.values()):
            console.print(f"{name}: " + ", ".join(f"{count} {what}" for what, count in numbers.items() if count))
    for reason, count in report.not_served.most_common():
        console.print(f"not served: {count} ({reason})", markup=False)
    for code in report.withdrawn[:MOST_NAMED]:
        console.print(f"withdrawn: {code} is not in the portal's list any more")
    for code, parts in report.changed_under.items():
        console.print(f"the portal changed {code}: {', '.join(parts)} (described by hand: compare and check anew)")
    for where, reason in report.skipped[:MOST_NAMED]:
        console.print(f"skipped: {where}: {reason}", markup=False)
    if len(report.skipped) > MOST_NAMED:
        console.print(f"skipped: and {len(report.skipped) - MOST_NAMED} more")


def _print_served(store: Store, day: date, seconds: float) -> None:
    heads = store.heads(day)
    kinds = Counter((head.origin, head.details) for head in heads)
    described = ", ".join(
        f"{kinds[key]} {text}"
        for key, text in {
            ("curated", "complete"): "curated",
            ("table", "complete"): "from a table",
            ("portal", "complete"): "from the portal's records",
            ("curated", "listed"): "curated with name and agency only",
            ("portal", "listed"): "known from the list only",
        }.items()
        if kinds[key]
    )
    console.print(f"{len(heads)} procedures are served: {described}. It took {seconds:.0f} s.")
