from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.procedures import definitions, life_events, sayings
from bot.procedures.definitions import Definition
from bot.procedures.life_events import LifeEvent, needed, next_question, paths
from bot.settings import ROOT

FOLDER = ROOT / "data" / "life_events"
FILES, UNREADABLE = life_events.read_folder(FOLDER)
EVENTS = [LifeEvent.from_content(file.data) for file in FILES]
BIRTH = next(event for event in EVENTS if event.key == "birth")
ALL_EVENTS = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.key)

#: A made-up event; the tests of `check` break it in one place each.
SOUND: dict[str, Any] = {
    "key": "sound",
    "name": "Nuôi mèo",
    "names": ["nuôi mèo", "xin mèo", "có mèo"],
    "introduction": "Chúc mừng anh/chị có mèo!",
    "questions": [
        {
            "key": "age",
            "question": "Mèo mấy tuổi ạ?",
            "answers": [{"key": "young", "label": "Bé"}, {"key": "old", "label": "Già"}],
        },
        {
            "key": "sex",
            "question": "Mèo đực hay cái ạ?",
            "when": {"age": ["old"]},
            "answers": [{"key": "he", "label": "Đực"}, {"key": "she", "label": "Cái"}],
        },
    ],
    "procedures": [
        {"code": "1.001193", "need": "must", "why": "Để mèo có khai sinh."},
        {
            "code": "1.004222",
            "need": "usually",
            "why": "Để mèo có hộ khẩu.",
            "after": ["1.001193"],
            "when": {"age": ["old"]},
            "case": {"place": "own"},
        },
        {"code": "1.000894", "need": "may", "why": "Để mèo cưới.", "when": {"sex": ["she"]}},
    ],
}


@pytest.fixture(scope="module")
def asked_codes() -> set[str]:
    files, _ = sayings.read_folder(ROOT / "data" / "sayings")
    return set(sayings.by_code(files))


def problems(tmp_path: Path, curated: list[Definition], **changes: Any) -> list[str]:
    path = tmp_path / "sound.yml"
    path.write_text(yaml.safe_dump({**SOUND, **changes}, allow_unicode=True), encoding="utf-8")
    files, unreadable = life_events.read_folder(tmp_path)
    assert unreadable == []
    return [problem.what for problem in life_events.check(files, curated, set())]


def rows(**changes: Any) -> list[dict[str, Any]]:
    """The procedures of the made-up event, the second of them changed."""
    first, second, third = SOUND["procedures"]
    return [first, {**second, **changes}, third]


def codes(event: LifeEvent, answers: dict[str, str]) -> list[str]:
    return [row.code for row in needed(event, answers)]


def test_the_shipped_events_are_in_order(curated: list[Definition], asked_codes: set[str]) -> None:
    assert UNREADABLE == []
    assert life_events.check(FILES, curated, asked_codes) == []
    assert len(EVENTS) >= 20


@ALL_EVENTS
def test_every_way_through_an_event_is_sound(event: LifeEvent) -> None:
    reached: set[tuple[str, str, str]] = set()
    for answers in paths(event):
        found = needed(event, answers)
        assert found, answers
        assert all(not row.when for row in found), answers
        order = [row.code for row in found]
        assert len(order) == len(set(order)), answers
        for row in found:
            earlier = order[: order.index(row.code)]
            assert all(code in earlier for code in row.after if code in order), (answers, row.code)
        reached |= {(row.code, row.why, str(row.case)) for row in found}
    assert reached == {(row.code, row.why, str(row.case)) for row in event.procedures}


@ALL_EVENTS
def test_an_event_helps_when_only_the_curated_procedures_are_known(event: LifeEvent, curated: list[Definition]) -> None:
    known = {definitions.code_of(definition) for definition in curated}
    assert needed(event, {}, known)


@ALL_EVENTS
def test_three_questions_are_enough_and_each_changes_the_list(event: LifeEvent) -> None:
    for answers in paths(event):
        assert len(answers) <= 3
        given: dict[str, str] = {}
        for key, answer in answers.items():
            question = next_question(event, given)
            assert question is not None
            assert question.key == key
            lists = [needed(event, {**given, key: other.key}) for other in question.answers]
            assert any(other != lists[0] for other in lists)
            given[key] = answer


@given(data=st.data())
def test_answers_only_ever_take_rows_away(data: st.DataObject) -> None:
    event = data.draw(st.sampled_from(EVENTS))
    drawn = {
        question.key: data.draw(st.sampled_from([None, *(answer.key for answer in question.answers)]))
        for question in event.questions
    }
    answers = {key: answer for key, answer in drawn.items() if answer}
    before = codes(event, {})
    after = codes(event, answers)
    rest = iter(before)
    assert all(code in rest for code in after)


def test_a_birth_asks_what_decides_and_names_what_is_needed() -> None:
    question = next_question(BIRTH, {})
    assert question is not None
    assert question.key == "foreign"
    unmarried = {"foreign": "no", "papers": "none", "parents": "acknowledging"}
    assert codes(BIRTH, unmarried)[:2] == ["1.000689", "1.004222"]
    foreign_father = {"foreign": "yes", "papers": "none", "parents": "married"}
    assert codes(BIRTH, foreign_father)[0] == "2.000528"
    assert next_question(BIRTH, unmarried) is None


def test_what_is_not_known_is_left_out_and_not_asked_about() -> None:
    known = {"1.004222", "1.014137"}
    assert [row.code for row in needed(BIRTH, {}, known)] == ["1.004222", "1.014137"]
    question = next_question(BIRTH, {}, known)
    assert question is not None
    assert question.key == "papers"
    assert next_question(BIRTH, {}, {"2.001035"}) is None


def test_a_question_that_cannot_be_answered_is_passed_over() -> None:
    question = next_question(BIRTH, {}, skipped=["foreign"])
    assert question is not None
    assert question.key == "papers"


def test_an_open_question_leaves_rows_that_say_what_they_depend_on() -> None:
    by_code = {row.code: row for row in needed(BIRTH, {"foreign": "no"})}
    assert "2.000528" not in by_code
    assert by_code["1.001193"].when == {"papers": ("none",), "parents": ("married", "single")}


def test_a_row_depends_on_what_leads_to_its_question() -> None:
    event = LifeEvent.from_content(SOUND)
    assert event.procedures[2].when == {"sex": ("she",), "age": ("old",)}
    assert codes(event, {"age": "young"}) == ["1.001193"]


def test_the_made_up_event_is_sound(tmp_path: Path, curated: list[Definition]) -> None:
    assert problems(tmp_path, curated) == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"key": "other"}, "the key is not the file's name"),
        ({"names": ["nuôi mèo"]}, "names: ['nuôi mèo'] is too short"),
        ({"procedures": rows(code="9.999999")}, "there is no procedure 9.999999"),
        ({"procedures": rows(when={"colour": ["red"]})}, "there is no question 'colour'"),
        ({"procedures": rows(when={"age": ["dead"]})}, "'age' has no answer 'dead'"),
        ({"procedures": rows(when={"age": ["young", "old"]})}, "it names every answer to 'age'"),
        ({"procedures": rows(when={"age": ["young"], "sex": ["he"]})}, "no answers lead to 1.004222"),
        ({"procedures": rows(case={"place": "moon"})}, "1.004222 has no answer 'moon' to a case question 'place'"),
        ({"procedures": rows(after=["1.000894"])}, "1.000894 does not stand before 1.004222"),
        (
            {"procedures": rows(code="2.000884", case={"language": "foreign"})},
            "a document of 1.001193 is the result of 2.000884",
        ),
        ({"procedures": rows(code="1.001193")}, "1.001193 stands twice with age: old, sex: he"),
        ({"procedures": SOUND["procedures"][1:]}, "nothing is needed with age: young"),
        ({"procedures": SOUND["procedures"][:2]}, "the question 'sex' changes nothing"),
        ({"questions": [SOUND["questions"][1], SOUND["questions"][0]]}, "there is no question 'age'"),
        ({"questions": [SOUND["questions"][0]] * 2}, "the key 'age' stands twice"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, curated: list[Definition], changes: dict[str, Any], what: str) -> None:
    assert any(problem.startswith(what) for problem in problems(tmp_path, curated, **changes))


def test_a_problem_names_file_and_line(tmp_path: Path, curated: list[Definition]) -> None:
    text = (FOLDER / "marriage.yml").read_text(encoding="utf-8").replace('"1.000894"\n', '"9.000894"\n')
    (tmp_path / "marriage.yml").write_text(text, encoding="utf-8")
    files, _ = life_events.read_folder(tmp_path)
    line = text.splitlines().index('  - code: "9.000894"') + 1
    shown = [str(problem) for problem in life_events.check(files, curated, {"1.003460"})]
    assert any(problem.startswith(f"{tmp_path / 'marriage.yml'}:{line}: there is no procedure") for problem in shown)


def test_a_name_belongs_to_one_event(tmp_path: Path, curated: list[Definition]) -> None:
    for key in ("sound", "twin"):
        text = yaml.safe_dump({**SOUND, "key": key}, allow_unicode=True)
        (tmp_path / f"{key}.yml").write_text(text, encoding="utf-8")
    files, _ = life_events.read_folder(tmp_path)
    what = [problem.what for problem in life_events.check(files, curated, set())]
    assert sorted(what) == sorted(f"'{name}' names sound.yml too" for name in SOUND["names"])


def test_every_event_has_messages_that_name_it() -> None:
    for event in EVENTS:
        path = ROOT / "data" / "nlu" / "life_events" / f"{event.key}.yml"
        (block,) = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        assert block["intent"] == "life_event"
        assert block["metadata"] == {"topic": event.key}
        messages = [line.removeprefix("- ").strip() for line in block["examples"].strip().splitlines()]
        assert len(messages) == len({message.casefold() for message in messages}) >= 30
