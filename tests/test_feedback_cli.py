from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.procedures.store import connect
from bot.stores.database import migrate
from bot.stores.feedback import FeedbackStore


@pytest.fixture
def feedback(tmp_path: Path, loaded_url: str, monkeypatch: pytest.MonkeyPatch) -> FeedbackStore:
    url = f"sqlite:///{tmp_path / 'conversations.db'}"
    monkeypatch.setenv("DATABASE_URL", loaded_url)
    monkeypatch.setenv("CONVERSATION_DATABASE_URL", url)
    engine = connect(url)
    migrate(engine)
    return FeedbackStore(engine)


def run(*words: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == exit_code, result.output
    return result.output


def test_without_feedback_the_lists_are_empty(feedback: FeedbackStore) -> None:
    assert run("ratings") == "No ratings in this period.\n"
    assert run("questions") == "No open questions.\n"
    assert run("questions", "--all") == "No questions.\n"


def test_ratings_are_listed_per_procedure_and_office(feedback: FeedbackStore) -> None:
    feedback.rate("a", "m1", 5, "rõ ràng", "1.000656", "answered", "12361")
    feedback.rate("b", "m1", 2, "dài quá", "1.000656", "answered", "12361")
    line = next(line for line in run("ratings").splitlines() if line.startswith("1.000656"))
    assert line.split("\t") == ["1.000656", "Đăng ký khai tử", "12361", "2", "3.5", "0", "1", "0", "0", "1"]
    assert run("ratings", "--since", "2030-01-01") == "No ratings in this period.\n"
    assert "Invalid value" in run("ratings", "--since", "hôm qua", exit_code=2)


def test_ratings_are_written_for_a_spreadsheet(feedback: FeedbackStore, tmp_path: Path) -> None:
    feedback.rate("a", "m1", 1, "=HYPERLINK(1)", "1.000656", "answered", None)
    assert "1 line(s)" in run("ratings", "--csv", str(tmp_path / "ratings.csv"))
    written = (tmp_path / "ratings.csv").read_text(encoding="utf-8-sig")
    assert "1.000656" in written
    assert re.search(r"(?m)(^|[,;\"])=HYPERLINK", written) is None


def test_a_question_is_listed_answered_and_gone_from_the_open_ones(feedback: FeedbackStore) -> None:
    code = feedback.leave_question("Bố tôi mất ở Lào thì sao?", "1.000656")
    listed = run("questions")
    assert code in listed
    assert "Bố tôi mất ở Lào thì sao?" in listed
    assert run("questions", "answer", code, "Mời anh/chị đến xã.") == "Answered.\n"
    assert run("questions") == "No open questions.\n"
    assert "Mời anh/chị đến xã." in run("questions", "--all")


def test_a_wrong_code_or_an_empty_answer_is_a_clear_error(feedback: FeedbackStore) -> None:
    code = feedback.leave_question("Hỏi gì đó?")
    assert "No question has the code" in run("questions", "answer", "AAAA-AAAA-AAAA", "x", exit_code=1)
    assert "This is an answer of 0 characters" in run("questions", "answer", code, " ", exit_code=2)
