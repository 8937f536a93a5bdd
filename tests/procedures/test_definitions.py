from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bot.procedures import definitions
from bot.procedures.definitions import Definition
from bot.settings import ROOT

GOOD = (ROOT / "data" / "procedures" / "civil-status" / "1.000894.yml").read_text(encoding="utf-8")
LISTED = (ROOT / "data" / "procedures" / "health-insurance" / "1.014137.yml").read_text(encoding="utf-8")


def problems_of(folder: Path, text: str, name: str = "1.000894.yml") -> list[str]:
    path = folder / "field" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    found = definitions.check_folder(folder)
    # One file alone names procedures that are not beside it.
    return [str(problem).replace(str(path), "FILE") for problem in found if "no definition of" not in problem.what]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_shipped_definitions_are_in_order(curated: list[Definition]) -> None:
    assert definitions.check(curated) == []


def test_there_are_enough_complete_definitions_over_enough_fields(curated: list[Definition]) -> None:
    complete = [definition for definition in curated if definition.data["details"] == "complete"]
    assert len(complete) >= 60
    assert len({definition.path.parent.name for definition in complete}) >= 14


def test_a_good_file_has_no_problem(tmp_path: Path) -> None:
    assert problems_of(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("part", "instead", "what", "advice"),
    [
        ("details: complete", "details: full", "'full' is not one of", "Write one of: complete, listed"),
        ("checked_on: 2026-11-23", "checked_on: 23/11/2026", "does not match", "Follow the pattern"),
        ('code: "1.000894"', "code: 1.000894", "is not of type", "quotes around codes"),
        ('code: "1.000894"', 'code: "1.000895"', "is not the file's name", "Rename the file"),
        ("short_name:", "nickname:", "'nickname' was unexpected", "correct its spelling"),
        ("action: submit", "action: bring", "'bring' is not one of", "submit, show"),
        ("kind: not_published", "kind: fixed", "'amount' is a required property", "Add the missing key"),
    ],
)
def test_each_problem_names_line_fault_and_remedy(
    tmp_path: Path, part: str, instead: str, what: str, advice: str
) -> None:
    assert part in GOOD
    found = [p for p in problems_of(tmp_path, GOOD.replace(part, instead, 1)) if what in p]
    assert found, what
    assert advice in found[0]
    line = line_of(GOOD, part)
    assert any(f"FILE:{number}:" in found[0] for number in (line, 2, 1, line - 1)), found[0]


def test_a_case_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    text = GOOD.replace(
        "documents:\n",
        "documents:\n  - {key: x, name: Giấy, action: show, originals: 1, copies: 0, when: {moon: [full]}}\n",
        1,
    )
    assert any("there is no case question 'moon'" in problem for problem in problems_of(tmp_path, text))


def test_a_district_office_of_today_is_reported(tmp_path: Path) -> None:
    text = GOOD.replace("agencies:\n", "agencies:\n  - {role: receives, name: Ủy ban nhân dân cấp huyện}\n", 1)
    found = problems_of(tmp_path, text)
    assert any("districts have had no agencies since 2025-07-01" in problem for problem in found)
    ended = GOOD.replace(
        "agencies:\n", "agencies:\n  - {role: receives, name: Ủy ban nhân dân cấp huyện, valid_to: 2025-06-30}\n", 1
    )
    assert problems_of(tmp_path, ended) == []


def test_a_paper_that_needs_itself_in_the_end_is_reported(curated: list[Definition]) -> None:
    changed = []
    for definition in curated:
        documents = [dict(row) for row in definition.data.get("documents", [])]
        if definition.data["code"] == "2.000554":  # the note of a divorce, which 2.000806 and 2.002189 need
            divorce = next(row for row in documents if row["key"] == "divorce_paper")
            divorce["obtained_from"] = ["2.002189"]
        if definition.data["code"] == "2.002189":
            next(row for row in documents if row["key"] == "divorce_note").pop("when")
        changed.append(replace(definition, data={**definition.data, "documents": documents}))
    found = [problem for problem in definitions.check(changed) if "in the end needs" in problem.what]
    assert [(problem.path.stem, problem.what) for problem in found] == [
        ("2.000554", "'divorce_paper' is obtained from 2.002189, which in the end needs 2.000554 first"),
        ("2.002189", "'divorce_note' is obtained from 2.000554, which in the end needs 2.002189 first"),
    ]
    lines = found[1].path.read_text(encoding="utf-8").splitlines()
    assert lines[found[1].line - 1].strip().startswith("obtained_from:")


def test_marks_in_an_unmarked_saying_are_reported(tmp_path: Path) -> None:
    text = GOOD.replace("  unmarked:\n", "  unmarked:\n    - đăng ký kết hôn cần gì thế\n", 1)
    assert any("has Vietnamese marks" in problem for problem in problems_of(tmp_path, text))


def test_the_same_saying_in_two_procedures_is_reported(tmp_path: Path) -> None:
    problems_of(tmp_path, GOOD)
    other = GOOD.replace('code: "1.000894"', 'code: "9.000894"')
    assert any("stands in" in problem for problem in problems_of(tmp_path, other, "9.000894.yml"))


def test_details_in_a_listed_procedure_are_reported(tmp_path: Path) -> None:
    found = problems_of(tmp_path, LISTED + "\nfees: []\n", "1.014137.yml")
    assert any("known from the list only has no fees" in problem for problem in found)


def test_an_empty_folder_is_reported(tmp_path: Path) -> None:
    assert len(definitions.check_folder(tmp_path)) == 1


def test_stories_never_use_the_official_name(curated: list[Definition]) -> None:
    named = Counter(
        definitions.code_of(definition)
        for definition in curated
        for story in definition.data["sayings"]["story"]
        if definition.data["name"].lower().removeprefix("thủ tục ") in story.lower()
    )
    assert not named


MARRIAGE_QUESTIONS = """case_questions:
  - key: filing
    question: Anh/chị nộp bằng cách nào ạ?
    answers:
      - {key: direct, label: Trực tiếp, case: nộp trực tiếp, also: [ra xã]}
      - {key: online, label: Trực tuyến, case: nộp trực tuyến, also: [trên mạng]}
  - key: branch
    question: Nộp ở đâu ạ?
    when: {filing: [direct]}
    answers:
      - {key: here, label: Xã này, case: nộp ở xã này}
      - {key: elsewhere, label: Xã khác, case: nộp ở xã khác}

documents:
  - {key: one, name: Giấy một, action: submit, originals: 1, copies: 0, when: {filing: [direct], branch: [here]}}
  - {key: two, name: Giấy hai, action: submit, originals: 1, copies: 0, when: {filing: [online]}}
"""


def with_questions(old: str, new: str) -> str:
    head, _, rest = GOOD.partition("case_questions:\n")
    _, _, tail = rest.partition("\nforms:\n")
    lines = tail.partition("\nconfirmations:\n")
    after = lines[2].partition("\nagencies:\n")[2]
    steps = after.partition("\nsteps:\n")
    results = steps[2].partition("\nresults:\n")[2]
    assert old in MARRIAGE_QUESTIONS
    questions = MARRIAGE_QUESTIONS.replace(old, new, 1)
    one_step = "steps:\n  - {who: Công dân, what: Nộp hồ sơ.}\n"
    return f"{head}{questions}\nforms: []\nconfirmations: []\nagencies:\n{steps[0]}\n{one_step}results:\n{results}"


def test_sound_case_questions_have_no_problem(tmp_path: Path) -> None:
    assert problems_of(tmp_path, with_questions("ra xã", "ra xã")) == []


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("filing: [direct], branch", "filing: [online], branch", "{key: one", "no answers lead to this row"),
        ("filing: [direct], branch", "branch", "{key: one", "it stays open"),
        ("filing: [online]}}", "filing: [online, direct]}}", "{key: two", "it lists every answer of 'filing'"),
        ("{filing: [direct], branch: [here]}", "{filing: [direct]}", "- key: branch", "no row depends on"),
        ("when: {filing: [direct]}\n", "when: {branch: [here]}\n", "when: {branch", "only asked after itself"),
        ("[trên mạng]", "[RA XÃ]", "key: online", "'RA XÃ' stands for the answer 'direct' too"),
    ],
)
def test_a_question_or_row_that_no_answers_reach_is_a_problem(
    tmp_path: Path, old: str, new: str, where: str, what: str
) -> None:
    text = with_questions(old, new)
    found = [problem for problem in problems_of(tmp_path, text) if what in problem]
    assert found
    assert found[0].startswith(f"FILE:{line_of(text, where)}: ")
