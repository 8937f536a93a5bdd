from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from bot.stores.database import left_question, rating
from bot.stores.feedback import (
    LONGEST_ANSWER,
    LONGEST_COMMENT,
    LONGEST_QUESTION,
    VIETNAM,
    FeedbackStore,
    canonical,
)

NUMBER = "034195001234"
BIRTH, DEATH = "1.001193", "1.000656"


@pytest.fixture
def store(conversations: Engine) -> FeedbackStore:
    return FeedbackStore(conversations)


def ratings(engine: Engine) -> list[dict[str, object]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.select(rating).order_by(rating.c.id)).mappings()]


def rated_at(engine: Engine, message: str, moment: datetime) -> None:
    stored = moment.astimezone(timezone.utc).replace(tzinfo=None)
    with engine.begin() as connection:
        connection.execute(sa.update(rating).where(rating.c.message == message).values(rated_at=stored))


def test_a_rating_is_kept_with_what_it_is_about(store: FeedbackStore, conversations: Engine) -> None:
    before = datetime.now(timezone.utc).replace(tzinfo=None)
    store.rate("c", "m", 4, "Rõ ràng", BIRTH, "answered", "12361")
    (row,) = ratings(conversations)
    kept = {name: row[name] for name in ("conversation", "message", "stars", "comment", "procedure_code", "outcome")}
    assert kept == {
        "conversation": "c",
        "message": "m",
        "stars": 4,
        "comment": "Rõ ràng",
        "procedure_code": BIRTH,
        "outcome": "answered",
    }
    assert row["office"] == "12361"
    assert timedelta(0) <= row["rated_at"] - before < timedelta(minutes=1)  # type: ignore[operator]


def test_a_second_rating_of_a_message_replaces_the_first(store: FeedbackStore, conversations: Engine) -> None:
    store.rate("c", "m", 1, "Chậm", BIRTH, "clarify")
    store.rate("c", "m", 5, "", DEATH, "answered")
    store.rate("c", "other", 3)
    first, second = ratings(conversations)
    assert (first["stars"], first["comment"], first["procedure_code"], first["outcome"]) == (5, "", DEATH, "answered")
    assert second["stars"] == 3


def test_ratings_of_one_message_at_the_same_moment_end_as_one(store: FeedbackStore, conversations: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.rate("c", "m", number % 5 + 1), range(16)))
    assert len(ratings(conversations)) == 1


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_only_one_to_five_stars_are_given(store: FeedbackStore, conversations: Engine, stars: int) -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        store.rate("c", "m", stars)
    assert ratings(conversations) == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"cccd {NUMBER}, gọi 0912345678", "cccd [số định danh], gọi [số điện thoại]"),
        ("  a\x00b\ud800c\r\nd  ", "abc\nd"),
        ("x" * 1000, "x" * LONGEST_COMMENT),
        # Cut in the middle, a number would no longer be known for one.
        ("x" * (LONGEST_COMMENT - 6) + f" {NUMBER}", "x" * (LONGEST_COMMENT - 6) + " [số đ"),
    ],
    ids=["personal", "unseen", "long", "personal at the end"],
)
def test_comments_are_masked_cleaned_and_cut(
    store: FeedbackStore, conversations: Engine, written: str, kept: str
) -> None:
    store.rate("c", "m", 3, written)
    (row,) = ratings(conversations)
    assert row["comment"] == kept


def test_a_forgotten_conversation_leaves_its_stars_only(store: FeedbackStore, conversations: Engine) -> None:
    store.rate("c", "m", 2, "Không đúng ý", BIRTH, "answered", "12361")
    store.rate("d", "m", 5, "Tốt", BIRTH, "answered", "12361")
    store.forget_conversation("c")
    first, second = ratings(conversations)
    assert (first["conversation"], first["message"], first["comment"]) == (None, None, "")
    assert (first["stars"], first["procedure_code"]) == (2, BIRTH)
    assert (second["conversation"], second["comment"]) == ("d", "Tốt")
    store.rate("e", "m", 1)
    store.forget_conversation("e")  # two rows without a conversation are no conflict
    (row, rest) = store.report()
    assert (row.n, rest.n) == (2, 1)


def test_a_left_question_comes_back_by_its_code(store: FeedbackStore) -> None:
    code = store.leave_question(f"Tôi là {NUMBER}, làm khai sinh ở đâu?", BIRTH, "12361")
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)
    for written in (code, code.lower(), code.replace("-", ""), code.replace("-", " – "), code.replace("0", "o")):
        found = store.question(written)
        assert found is not None
        assert found.code == code
    assert found is not None
    assert found.question == "Tôi là [số định danh], làm khai sinh ở đâu?"
    assert (found.procedure_code, found.office, found.answer, found.answered_at) == (BIRTH, "12361", None, None)
    assert datetime.now(timezone.utc) - found.asked_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("k7m2-9qxd-4htp", "K7M2-9QXD-4HTP"),
        ("K7M29QXD4HTP", "K7M2-9QXD-4HTP"),
        (" k7m2 9qxd 4htp. ", "K7M2-9QXD-4HTP"),
        ("Oo0-iI1lL-AAAA", "0001-1111-AAAA"),
    ],
)
def test_a_code_may_be_typed_in_many_ways(typed: str, code: str) -> None:
    assert canonical(typed) == code


@given(st.text(max_size=40))
def test_what_anyone_types_as_a_code_is_harmless(typed: str) -> None:
    assert re.fullmatch(r"[0-9A-Z-]*", canonical(typed))
    assert canonical(canonical(typed)) == canonical(typed)


@pytest.mark.parametrize("code", ["", "K7M2-9QXD-4HTP", "\x00", "' OR 1=1 --", "x" * 5000], ids=range(5))
def test_an_unknown_code_has_no_question(store: FeedbackStore, code: str) -> None:
    store.leave_question("Còn gì nữa không?")
    assert store.question(code) is None
    assert not store.answer_question(code, "Không ạ.")


@pytest.mark.parametrize("nothing", ["", "  \n", "\x00"])
def test_an_empty_question_or_answer_is_refused(store: FeedbackStore, conversations: Engine, nothing: str) -> None:
    code = store.leave_question("Hỏi")
    with pytest.raises(ValueError, match="empty"):
        store.leave_question(nothing)
    with pytest.raises(ValueError, match="write 1 to"):
        store.answer_question(code, nothing)
    with conversations.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(left_question)).scalar_one() == 1


def test_a_long_question_is_cut_and_a_long_answer_refused(store: FeedbackStore) -> None:
    code = store.leave_question("ơ" * 5000)
    assert store.answer_question(code, "x" * LONGEST_ANSWER)
    with pytest.raises(ValueError, match=str(LONGEST_ANSWER)):
        store.answer_question(code, "x" * (LONGEST_ANSWER + 1))
    found = store.question(code)
    assert found is not None
    assert found.question == "ơ" * LONGEST_QUESTION


def test_an_answer_is_kept_as_written_and_can_be_mended(store: FeedbackStore) -> None:
    code = store.leave_question("Gọi số nào?")
    assert store.answer_question(code.lower(), "Anh/chị gọi 0221 3862 482.")
    first = store.question(code)
    assert store.answer_question(code, "Anh/chị gọi 1022.")
    second = store.question(code)
    assert first is not None
    assert second is not None
    assert (first.answer, second.answer) == ("Anh/chị gọi 0221 3862 482.", "Anh/chị gọi 1022.")
    assert first.answered_at is not None
    assert second.answered_at is not None
    assert first.asked_at <= first.answered_at <= second.answered_at <= datetime.now(timezone.utc)


def test_open_questions_come_longest_waiting_first_and_answered_ones_latest_first(store: FeedbackStore) -> None:
    codes = [store.leave_question(f"Câu {number}") for number in range(5)]
    for number in (1, 3):
        store.answer_question(codes[number], "Dạ")

    def listed(answered: bool | None, limit: int | None = None) -> list[int]:
        return [codes.index(question.code) for question in store.questions(answered, limit)]

    assert [question.question for question in store.open_questions()] == ["Câu 0", "Câu 2", "Câu 4"]
    assert listed(answered=False) == [0, 2, 4]
    assert listed(answered=True) == [3, 1]
    assert listed(answered=None) == [0, 2, 4, 3, 1]
    assert listed(answered=True, limit=1) == [3]


def test_the_report_counts_stars_per_procedure_and_office(store: FeedbackStore) -> None:
    given = [(BIRTH, "12361", 5), (BIRTH, "12361", 4), (BIRTH, "12361", 4), (BIRTH, None, 1), (DEATH, "12361", 2)]
    for number, (code, office, stars) in enumerate([*given, (None, None, 3)]):
        store.rate("c", f"m{number}", stars, f"ý {number}" if number < 2 else "", code, "answered", office)
    rows = {(row.procedure_code, row.office): row for row in store.report()}
    assert {key: row.counts for key, row in rows.items()} == {
        (BIRTH, "12361"): (0, 0, 0, 2, 1),
        (BIRTH, None): (1, 0, 0, 0, 0),
        (DEATH, "12361"): (0, 1, 0, 0, 0),
        (None, None): (0, 0, 1, 0, 0),
    }
    most = store.report()[0]
    assert most.n == 3
    assert most.mean == pytest.approx(13 / 3)
    assert [(comment.stars, comment.text) for comment in most.comments] == [(4, "ý 1"), (5, "ý 0")]


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (None, None, {1, 2, 3}),
        (date(2026, 11, 24), date(2026, 11, 24), {2}),
        (date(2026, 11, 24), None, {2, 3}),
        (None, date(2026, 11, 23), {1}),
        (date(2026, 11, 26), date(2026, 11, 23), set()),
        (date.min, date.max, {1, 2, 3}),
    ],
)
def test_a_period_is_of_days_in_vietnam(
    store: FeedbackStore, conversations: Engine, since: date | None, until: date | None, found: set[int]
) -> None:
    last_second, midnight = datetime(2026, 11, 23, 23, 59, 59, tzinfo=VIETNAM), datetime(2026, 11, 24, tzinfo=VIETNAM)
    for stars, moment in ((1, last_second), (2, midnight), (3, midnight + timedelta(days=1))):
        store.rate("c", str(stars), stars, "có ý")
        rated_at(conversations, str(stars), moment)
    rows = store.report(since, until)
    assert {comment.stars for row in rows for comment in row.comments} == found
    assert sum(row.n for row in rows) == len(found)
