"""`motcua offices`: where citizens go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.table import Table

from bot.procedures import offices, offices_csv, places
from bot.procedures.offices import Office
from bot.procedures.offices_csv import ENCODING, UnusableOffices
from bot.procedures.opening import WEEKDAYS, write_hours
from bot.procedures.store import Store, connect, migrate
from bot.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The offices where citizens go: address, phone, hours.")
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="The table of offices as CSV.", exists=True, dir_okay=False)],
) -> None:
    """Make staff's table of offices the one in a file, whole or not at all."""
    try:
        table = offices_csv.read(file, date.today())
    except UnusableOffices as error:
        for problem in error.problems:
            errors.print(str(problem), markup=False)
        errors.print(f"{len(error.problems)} problem(s); nothing was changed.")
        raise typer.Exit(1) from None
    done = _store().import_offices(table)
    for what in ("added", "changed", "unchanged", "withdrawn"):
        console.print(f"{len(getattr(done, what))} {what}")


@app.command(name="list")
def list_(
    unverified: Annotated[bool, typer.Option("--unverified", help="Only those without address or phone.")] = False,
) -> None:
    """Show all offices and what is known of each."""
    table = Table("kind", "ward", "name", "address", "phone", "hours", "checked on")
    for office in _store().offices():
        if not (unverified and office.address and office.phone):
            checked_on = office.checked_on.isoformat() if office.checked_on else ""
            texts = (office.ward_code, office.name, office.address, office.phone, _week(office), checked_on)
            table.add_row(office.kind, *(text or "" for text in texts))
    console.print(table)


@app.command()
def template(
    file: Annotated[Optional[Path], typer.Argument(help="Write it here instead of showing it.", dir_okay=False)] = None,
) -> None:
    """Write the table to fill in: what is known of the centres of the province and its communes, and staff's rows."""
    table = offices_csv.write(_to_fill_in(Settings.read().province, _store().offices()))
    if file is None:
        print(table, end="")
    else:
        file.write_text(table, encoding=ENCODING)
        console.print(f"{table.count(chr(10)) - 1} offices written to {file}", markup=False)


def _to_fill_in(province: str, known: tuple[Office, ...]) -> Iterator[Office]:
    wards = places.wards_of(province)
    centres = [offices.office(kind, wards[0], known) for kind in offices.CENTRES if offices.is_of_province(kind)]
    centres += [offices.office("commune_centre", ward, known) for ward in wards]
    yield from centres
    yield from (office for office in known if office.province == province and office not in centres)


def _week(office: Office) -> str:
    return ", ".join(f"{day[:3]} {write_hours(office.hours[day])}" for day in WEEKDAYS if day in office.hours)


def _store() -> Store:
    engine = connect(Settings.read().database_url)
    migrate(engine)
    return Store(engine)
