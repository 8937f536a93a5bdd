"""The whole national catalogue as far as the project itself knows it: curated files, and names with ways of asking."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.procedures import definitions, model, sayings
from bot.procedures.model import Procedure, Saying, Twin
from bot.settings import ROOT

#: The field of a file of sayings is not needed to find anything.
NO_FIELD = ""


def whole_catalogue() -> dict[str, Procedure]:
    """Every procedure by code: the curated ones whole, the others by title and ways of asking only."""
    files, _ = definitions.read_folder(ROOT / "data" / "procedures")
    curated = [model.from_definition(file.data) for file in files]
    asked_files, _ = sayings.read_folder(ROOT / "data" / "sayings")
    titles = {code: entry["title"] for file in asked_files for code, entry in file.data.items()}
    rows = sayings.by_code(asked_files)
    listed = [_listed(code, titles[code], rows[code]) for code in rows]
    return {procedure.code: procedure for procedure in sorted([*curated, *listed], key=lambda each: each.code)}


def with_ways(procedure: Procedure, most: int) -> Procedure:
    """A procedure with its names and at most so many of its ways of asking."""
    names = [saying for saying in procedure.sayings if saying.style == "name"]
    ways = [saying for saying in procedure.sayings if saying.style != "name"]
    return replace(procedure, sayings=(*names, *ways[:most]))


def with_title_only(procedure: Procedure) -> Procedure:
    """A procedure known by its official title alone."""
    return replace(
        procedure, short_name=procedure.name, sayings=(), summary="", documents=(), conditions=(), results=()
    )


def _listed(code: str, title: str, rows: dict[str, list[dict[str, str]]]) -> Procedure:
    return Procedure(
        code=code,
        name=title,
        short_name=title.removeprefix("Thủ tục ").strip(),
        field=NO_FIELD,
        levels=(),
        applicants=(),
        scope="national",
        url=f"https://dichvucong.gov.vn/{code}",
        checked_on=date(2026, 7, 18),
        details="listed",
        summary="",
        origin="portal",
        sayings=tuple(Saying(**row) for row in rows["sayings"]),
        twins=tuple(Twin(**row) for row in rows["twins"]),
    )
