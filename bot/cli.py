"""`motcua`: what staff run."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console

from bot.feedback_cli import questions_app, ratings
from bot.language.normalise import comparable
from bot.offices_cli import app as offices_app
from bot.procedures import calibration, definitions, life_events, offices_csv, portal_guides, sayings, search
from bot.procedures.catalogue import Catalogue
from bot.procedures.render import Renderer
from bot.procedures.search import Entry
from bot.procedures.store import LoadReport, Store, connect, migrate
from bot.procedures.yaml_files import Problem, SourceFile
from bot.records_cli import check_imported, confirmations_app, export, import_, propose, sync_
from bot.settings import ROOT, SettingError, Settings
from bot.stores import database
from bot.zalo_cli import app as zalo_app

PROCEDURES = ROOT / "data" / "procedures"
GUIDES = ROOT / "data" / "portal"
QUESTIONS = ROOT / "data" / "questions" / "calibration.jsonl"
SAYINGS = ROOT / "data" / "sayings"
LIFE_EVENTS = ROOT / "data" / "life_events"
OFFICES = ROOT / "data" / "offices"
FOREIGN = ROOT / "data" / "nlu" / "out_of_scope.yml"
ASPECTS_ASKED = ROOT / "data" / "nlu" / "aspects"
#: Longer questions name more than an aspect.
LONGEST_ASPECT = 5

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Motcua: the procedure database and the assistant.")
app.add_typer(zalo_app, name="zalo")
app.add_typer(questions_app, name="questions")
app.add_typer(confirmations_app, name="confirmations")
app.add_typer(offices_app, name="offices")
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

Folder = Annotated[Path, typer.Option(help="The folder of procedure definitions.", exists=True, file_okay=False)]
Guides = Annotated[Path, typer.Option(help="The folder of portal guides.", exists=True, file_okay=False)]


Asked = Annotated[Path, typer.Option("--sayings", help="The folder of ways of asking.", exists=True, file_okay=False)]
Events = Annotated[Path, typer.Option("--life-events", help="The folder of life events.", exists=True, file_okay=False)]
Places = Annotated[
    Path, typer.Option("--offices", help="The folder of tables of offices.", exists=True, file_okay=False)
]


def main() -> None:
    """Run the command line; a wrong setting is one clear line."""
    try:
        app()
    except SettingError as error:
        errors.print(str(error))
        sys.exit(2)


def _store() -> Store:
    engine = connect(Settings.read().database_url)
    migrate(engine)
    return Store(engine)


def _read(procedures: Path, guides: Path) -> tuple[list[SourceFile], list[SourceFile], list[Problem]]:
    definition_files, problems = definitions.read_folder(procedures)
    guide_files, guide_problems = portal_guides.read_folder(guides)
    problems += guide_problems
    problems += definitions.check(definition_files)
    problems += portal_guides.check(guide_files, guides)
    return definition_files, guide_files, sorted(problems)


def _read_events(
    folder: Path, definition_files: list[SourceFile], asked_files: list[SourceFile]
) -> tuple[list[SourceFile], list[Problem]]:
    files, problems = life_events.read_folder(folder)
    asked_codes = {code for file in asked_files for code in file.data}
    return files, sorted([*problems, *life_events.check(files, definition_files, asked_codes)])


def _report_problems(problems: list[Problem]) -> None:
    for problem in problems:
        errors.print(str(problem), markup=False)
    errors.print(f"{len(problems)} problem(s); nothing was changed.")
    raise typer.Exit(1)


@app.command()
def check(
    procedures: Folder = PROCEDURES,
    guides: Guides = GUIDES,
    asked: Asked = SAYINGS,
    events: Events = LIFE_EVENTS,
    offices: Places = OFFICES,
    imported: Annotated[
        bool, typer.Option("--imported", help="The dubious places in imported records instead.")
    ] = False,
    kind: Annotated[Optional[str], typer.Option(help="With --imported: every place of this kind.")] = None,
) -> None:
    """Report every problem in what staff write, with file, line and what to write instead."""
    if imported:
        check_imported(kind)
        return
    definition_files, guide_files, problems = _read(procedures, guides)
    asked_files, asked_problems = sayings.read_folder(asked)
    _, office_problems = offices_csv.read_folder(offices, date.today())
    problems += [*asked_problems, *sayings.check(asked_files), *office_problems]
    if problems:  # what a life event names can only be looked up when the rest is in order
        _report_problems(problems)
    event_files, problems = _read_events(events, definition_files, asked_files)
    if problems:
        _report_problems(problems)
    entries = sum(len(file.data) for file in asked_files)
    console.print(
        f"{len(definition_files)} procedures, {len(guide_files)} guides, {len(event_files)} life events "
        f"and the ways of asking of {entries} more procedures are in order."
    )


@app.command()
def load(
    procedures: Folder = PROCEDURES,
    guides: Guides = GUIDES,
    asked: Asked = SAYINGS,
    events: Events = LIFE_EVENTS,
    offices: Places = OFFICES,
) -> None:
    """Bring what staff write into the database, in one transaction, and all tables up to date."""
    definition_files, guide_files, problems = _read(procedures, guides)
    asked_files, asked_problems = sayings.read_folder(asked)
    known_offices, office_problems = offices_csv.read_folder(offices, date.today())
    problems += [*asked_problems, *sayings.check_form(asked_files), *office_problems]
    if problems:
        _report_problems(problems)
    event_files, problems = _read_events(events, definition_files, asked_files)
    if problems:
        _report_problems(problems)
    known = [portal_guides.Guide.from_content(file.data) for file in guide_files]
    database.migrate(connect(Settings.read().conversation_database_url))
    happening = [life_events.LifeEvent.from_content(file.data) for file in event_files]
    done = _store().load(definition_files, known, sayings.by_code(asked_files), happening, known_offices)
    _print_load("procedures", done.procedures)
    _print_load("guides", done.guides)
    _print_load("ways of asking", done.sayings, one_by_one=False)
    _print_load("life events", done.life_events)
    _print_load("offices", done.offices, one_by_one=False)


def _print_load(kind: str, report: LoadReport, *, one_by_one: bool = True) -> None:
    counts = ", ".join(
        f"{len(getattr(report, what))} {what}" for what in ("added", "changed", "unchanged", "withdrawn")
    )
    console.print(f"{kind}: {counts}")
    for what in ("added", "changed", "withdrawn") if one_by_one else ():
        for key in getattr(report, what):
            console.print(f"  {what} {key}")


@app.command(name="search")
def search_(text: str, top: Annotated[int, typer.Option(help="How many candidates to show.")] = 5) -> None:
    """Show the scored candidates for a question."""
    snapshot = Catalogue(_store()).snapshot()
    ranking = snapshot.rank(text)
    for candidate in ranking.candidates[:top]:
        console.print(
            f"{candidate.probability:.3f}  {candidate.code}  {snapshot.name_of(candidate.code)}", markup=False
        )
    console.print(f"{ranking.none:.3f}  none of the catalogue")


@app.command()
def show(code: str, on: Annotated[Optional[str], typer.Option(help="As of this day (YYYY-MM-DD).")] = None) -> None:
    """Show a procedure as citizens are told it, every aspect."""
    from bot.procedures.model import ASPECTS

    try:
        day = date.fromisoformat(on) if on else date.today()
    except ValueError:
        errors.print(f"'{on}' is no day. Write it as 2026-11-23.")
        raise typer.Exit(2) from None
    store = _store()
    procedure = store.procedure_as_of(code, day) if day < date.today() else store.procedure(code, day)
    if procedure is None:
        errors.print(f"No procedure {code} is in force on {day}. `motcua search` finds codes.", markup=False)
        raise typer.Exit(1)
    names = {head.code: head.short_name for head in store.heads(day)}
    renderer = Renderer(names.get)
    text = renderer.listed(procedure) if procedure.is_listed_only else renderer.answer(procedure, ASPECTS, {})
    console.print(text, markup=False)


@app.command()
def calibrate(
    questions: Annotated[
        Path, typer.Argument(help="Questions by other writers, as for evaluate.", exists=True)
    ] = QUESTIONS,
    foreign: Annotated[
        Path, typer.Option(help="Rasa NLU file with texts that name no procedure.", exists=True)
    ] = FOREIGN,
) -> None:
    """Learn the weights of the search from the catalogue's own ways of asking and from other people's questions."""
    from bot.evaluation import nlu_examples, read_questions

    entries = [Entry.of(procedure) for procedure in _store().procedures(date.today()).values()]
    about_procedures = [q for q in read_questions(questions) if q.codes or q.outcome == "not_found"]
    asked = [(question.question, question.codes) for question in about_procedures]
    calibration.learn(entries, nlu_examples(foreign), _questions_of_aspects(), asked).write()
    console.print(search.WEIGHTS.read_text(encoding="utf-8"), end="")


def _questions_of_aspects() -> list[str]:
    """The short questions of the training data that name an aspect and nothing else."""
    from bot.dialogue.finding import follow_up_words
    from bot.evaluation import nlu_examples

    examples = [text for path in sorted(ASPECTS_ASKED.glob("*.yml")) for text in nlu_examples(path)]
    short = [text for text in examples if 2 <= len(text.split()) <= LONGEST_ASPECT]
    return [text for text in short if set(comparable(text).split()) <= follow_up_words()]


@app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="Lines {question, codes, aspects, style}.", exists=True, dir_okay=False)],
    model: Annotated[Optional[Path], typer.Option(help="The trained model; the newest one by default.")] = None,
    mistakes: Annotated[Optional[Path], typer.Option(help="Write the questions that went wrong here.")] = None,
) -> None:
    """Ask every question of a file by the live path; the last line printed is one JSON object."""
    from bot import evaluation

    try:
        questions = evaluation.read_questions(file)
    except evaluation.UnusableQuestions as error:
        errors.print(str(error), markup=False)
        raise typer.Exit(2) from None
    responder = evaluation.LivePath(model, Catalogue(_store()).snapshot(), Settings.read())
    answers = evaluation.ask_all(questions, responder, console)
    if mistakes is not None:
        evaluation.write_mistakes(answers, mistakes)
    print(json.dumps(evaluation.report(answers), ensure_ascii=False))


@app.command()
def train(force: Annotated[bool, typer.Option(help="Train even if nothing changed.")] = False) -> None:
    """Train the Rasa model if its sources changed."""
    from bot import training

    if not training.ensure_model(force=force, say=console.print):
        raise typer.Exit(1)


@app.command()
def run() -> None:
    """Start the action server and Rasa, with the database and the model up to date."""
    from bot import running

    raise typer.Exit(running.serve(Settings.read(), say=console.print))


@app.command()
def shell() -> None:
    """Chat in the Rasa shell, with everything running."""
    from bot import running

    raise typer.Exit(running.shell(Settings.read(), say=console.print))


app.command(name="import")(import_)
app.command(name="sync")(sync_)
app.command()(propose)
app.command()(export)
app.command()(ratings)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "default")
    main()
