from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

from bot import feedback_cli
from bot.cli import app
from bot.procedures.store import connect
from bot.stores.database import migrate
from bot.stores.feedback import VIETNAM, FeedbackStore

RUNNER = CliRunner(mix_stderr=False) if "mix_stderr" in CliRunner.__init__.__code__.co_varnames else CliRunner()
BIRTH = "1.001193"


@pytest.fixture
def conversations(tmp_path: Path, loaded_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The conversation database of the settings, without its tables."""
    url = f"sqlite:///{tmp_path / 'conversations.db'}"
    monkeypatch.setenv("DATABASE_URL", loaded_url)
    monkeypatch.setenv("CONVERSATION_DATABASE_URL", url)
    engine = connect(url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(conversations: Engine) -> FeedbackStore:
    migrate(conversations)
    return FeedbackStore(conversations)


def run(*arguments: str) -> str:
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def give(store: FeedbackStore) -> None:
    store.rate("c", "1", 5, "Rõ ràng", BIRTH, "answered", "12361")
    store.rate("c", "2", 4, "=1+1", BIRTH, "answered", "12361")
    store.rate("c", "3", 2, "", None, "chitchat", None)


def test_an_empty_database_is_brought_up_to_date_and_said_to_be_empty(conversations: Engine) -> None:
    assert run("ratings") == "No ratings in this period.\n"
    assert run("questions") == "No open questions.\n"
    assert run("questions", "--all") == "No questions.\n"


def test_without_a_terminal_ratings_are_plain_columns(store: FeedbackStore) -> None:
    give(store)
    heading, *lines = [line.split("\t") for line in run("ratings").splitlines()]
    assert heading == ["procedure", "name", "office", "ratings", "mean", "1*", "2*", "3*", "4*", "5*"]
    assert lines == [
        [BIRTH, "Đăng ký khai sinh", "12361", "2", "4.5", "0", "0", "0", "1", "1"],
        ["-", "-", "-", "1", "2.0", "0", "1", "0", "0", "0"],
    ]


def test_on_a_terminal_ratings_are_a_table(store: FeedbackStore, monkeypatch: pytest.MonkeyPatch) -> None:
    give(store)
    screen = Console(file=io.StringIO(), force_terminal=True, width=120)
    monkeypatch.setattr(feedback_cli, "console", screen)
    run("ratings")
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "Đăng ký khai sinh" in shown
    assert "│" in shown


def test_ratings_are_those_of_the_period(store: FeedbackStore) -> None:
    give(store)
    today = datetime.now(VIETNAM).date().isoformat()
    assert len(run("ratings", "--since", today, "--until", today).splitlines()) == 3
    assert run("ratings", "--until", "2020-01-01") == "No ratings in this period.\n"
    assert run("ratings", "--since", "2999-01-01") == "No ratings in this period.\n"


def test_what_is_no_day_is_refused(store: FeedbackStore) -> None:
    result = RUNNER.invoke(app, ["ratings", "--since", "hôm qua"])
    assert result.exit_code == 2
    assert "hôm qua" in result.stderr


def test_ratings_are_written_to_a_file(store: FeedbackStore, tmp_path: Path) -> None:
    give(store)
    file = tmp_path / "ratings.csv"
    assert run("ratings", "--csv", str(file)) == f"2 line(s) written to {file}\n"
    rows = list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))
    assert rows[1][:4] == [BIRTH, "Đăng ký khai sinh", "12361", "2"]
    assert rows[1][-1] == "'=1+1\nRõ ràng"


def test_questions_are_listed_and_answered(store: FeedbackStore) -> None:
    code = store.leave_question("Nộp ở đâu?\nMấy giờ?", BIRTH, "12361")
    listed = run("questions")
    assert code in listed
    assert BIRTH in listed
    assert "    Nộp ở đâu?\n    Mấy giờ?\n" in listed
    assert run("questions", "answer", code.lower(), "Ở xã, từ 8 giờ ạ.") == "Answered.\n"
    assert run("questions") == "No open questions.\n"
    assert "  > Ở xã, từ 8 giờ ạ.\n" in run("questions", "--all")


@pytest.mark.parametrize(("code", "text", "exit_code"), [("K7M2-9QXD-4HTP", "Dạ", 1), ("CODE", " ", 2)])
def test_an_answer_that_cannot_be_saved_is_explained(
    store: FeedbackStore, code: str, text: str, exit_code: int
) -> None:
    asked = store.leave_question("Hỏi")
    result = RUNNER.invoke(app, ["questions", "answer", asked if code == "CODE" else code, text])
    assert result.exit_code == exit_code
    assert result.stderr
    assert [question.code for question in store.open_questions()] == [asked]


def test_load_makes_the_tables_of_conversations(conversations: Engine) -> None:
    run("load")
    FeedbackStore(conversations).rate("c", "m", 5)
