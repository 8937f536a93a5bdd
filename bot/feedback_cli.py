"""`motcua ratings` and `motcua questions`: what citizens think, and what they ask a person."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.table import Table

from bot.procedures import store as procedures
from bot.procedures.store import connect
from bot.ratings_csv import ENCODING, as_csv
from bot.settings import Settings
from bot.stores.database import migrate
from bot.stores.feedback import STARS, VIETNAM, FeedbackStore, LeftQuestion, Satisfaction

Day = Annotated[Optional[datetime], typer.Option(formats=["%Y-%m-%d"], show_default=False)]

questions_app = typer.Typer(help="Questions that citizens left for a person; without a command, list the open ones.")
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def ratings(
    since: Day = None,
    until: Day = None,
    csv: Annotated[
        Optional[Path], typer.Option(help="Write the report, with the comments, to this file.", dir_okay=False)
    ] = None,
) -> None:
    """Show how satisfied citizens are, per procedure and office; days are those of Vietnam."""
    report = _feedback().report(_day(since), _day(until))
    if csv is not None:
        csv.write_bytes(as_csv(report, _names()).encode(ENCODING))
        console.print(f"{len(report)} line(s) written to {csv}", markup=False)
    elif not report:
        console.print("No ratings in this period.")
    else:
        _print_report(report, _names())


@questions_app.callback(invoke_without_command=True)
def questions(
    context: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="The answered ones, too.")] = False,
) -> None:
    """List the questions that citizens left, the longest waiting first."""
    if context.invoked_subcommand is not None:
        return
    found = _feedback().questions(answered=None if all_ else False)
    for question in found:
        _print_question(question)
    if not found:
        console.print("No questions." if all_ else "No open questions.")


@questions_app.command()
def answer(
    code: Annotated[str, typer.Argument(help="The code of the question, such as K7M2-9QXD-4HTP.")],
    text: Annotated[str, typer.Argument(help="What the citizen will read; the code opens it to anybody.")],
) -> None:
    """Answer a question; a second answer replaces the first."""
    try:
        known = _feedback().answer_question(code, text)
    except ValueError as error:
        errors.print(f"This is {error}.", markup=False)
        raise typer.Exit(2) from None
    if not known:
        errors.print(f"No question has the code {code}. `motcua questions --all` lists them.", markup=False)
        raise typer.Exit(1)
    console.print("Answered.")


def _feedback() -> FeedbackStore:
    engine = connect(Settings.read().conversation_database_url)
    migrate(engine)
    return FeedbackStore(engine)


def _names() -> dict[str, str]:
    engine = connect(Settings.read().database_url)
    procedures.migrate(engine)
    return {head.code: head.short_name for head in procedures.Store(engine).heads(date.today())}


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _print_report(report: list[Satisfaction], names: dict[str, str]) -> None:
    heading = ["procedure", "name", "office", "ratings", "mean", *(f"{stars}*" for stars in STARS)]
    lines = [
        [
            row.procedure_code or "-",
            names.get(row.procedure_code or "", "-"),
            row.office or "-",
            *map(str, (row.n, round(row.mean, 2), *row.counts)),
        ]
        for row in report
    ]
    if not console.is_terminal:
        for line in (heading, *lines):
            typer.echo("\t".join(line))  # rich would turn tabs into spaces
        return
    table = Table(*heading)
    for line in lines:
        table.add_row(*line)
    console.print(table)


def _print_question(question: LeftQuestion) -> None:
    asked_at = question.asked_at.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M")
    about = [part for part in (question.procedure_code, question.office) if part]
    console.print("  ".join([question.code, asked_at, *about]), markup=False)
    for line in question.question.splitlines():
        console.print(f"    {line}", markup=False)
    for line in (question.answer or "").splitlines():
        console.print(f"  > {line}", markup=False)
