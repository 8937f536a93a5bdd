from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.language.text import unmark
from bot.procedures import cases
from bot.procedures.model import Flag, Procedure
from bot.procedures.outline import outline
from bot.procedures.render import Renderer
from bot.procedures.verdict import DEPENDS, NO, YES, verdicts

#: Questions whose right verdict was read from the rows (none: the rows do not decide).
QUESTIONS = [json.loads(line) for line in Path(__file__).with_name("verdicts.jsonl").read_text("utf-8").splitlines()]
DECIDED = [row for row in QUESTIONS if row["verdict"] != "none"]


def answers(procedure: Procedure, text: str) -> list[str]:
    return [verdict.answer for verdict in verdicts(procedure, text)]


def told(procedure: Procedure, text: str) -> str:
    """The paragraphs between the title and the first section of the answer."""
    answer = Renderer(lambda _code: None).answer(procedure, ("legal_basis",), {}, text)
    paragraphs = [block["text"] for block in outline(answer) if block["kind"] == "paragraph"]
    return "\n".join(paragraphs)


def as_typed(text: str) -> str:
    return text


@pytest.mark.parametrize("style", [as_typed, unmark, str.upper])
def test_verdicts_given_are_right_and_most_are_given(
    procedures: dict[str, Procedure], style: Callable[[str], str]
) -> None:
    pairs = [(row["verdict"], answers(procedures[row["code"]], style(row["question"]))) for row in QUESTIONS]
    given = [(right, answer) for right, found in pairs for answer in found]
    right = sum(right == answer for right, answer in given)
    assert right >= 0.97 * len(given)
    assert right >= 0.9 * len(DECIDED)


def test_an_imported_record_never_says_no_because_something_is_missing(procedures: dict[str, Procedure]) -> None:
    missing = {"not_required", "waived", "no_online", "no_post", "no_confirmation", "remote"}
    for row in QUESTIONS:
        imported = replace(procedures[row["code"]], origin="portal")
        assert not missing & {verdict.about for verdict in verdicts(imported, row["question"])}, row


@pytest.mark.parametrize(
    ("code", "part", "question"),
    [
        ("1.000894", "documents", "có cần sổ hộ khẩu không"),
        ("1.000894", "fees", "có mất tiền không"),
        ("1.000894", "channels", "nộp online được không"),
        ("3.000347", "deadlines", "có lấy ngay được không"),
        ("1.000894", "agencies", "ra xã làm được không"),
    ],
)
def test_a_part_that_is_kept_out_of_answers_decides_nothing(
    procedures: dict[str, Procedure], code: str, part: str, question: str
) -> None:
    assert answers(procedures[code], question)
    withheld = replace(procedures[code], flags=(Flag("unclear", part, "…", withheld=True),))
    assert answers(withheld, question) == []


def test_a_procedure_known_from_the_list_only_decides_nothing(procedures: dict[str, Procedure]) -> None:
    listed = next(procedure for procedure in procedures.values() if procedure.is_listed_only)
    assert answers(listed, "nộp online được không, có mất tiền không, có cần sổ hộ khẩu không") == []


@pytest.mark.parametrize(
    ("code", "question", "case", "answer"),
    [
        ("2.000635", "có cần giấy uỷ quyền không", {"authorised": "other"}, YES),
        ("2.000635", "có cần giấy uỷ quyền không", {"authorised": "no"}, NO),
        ("1.010038", "có cần giấy ly hôn không", {"divorced": "yes"}, YES),
        ("1.010038", "có cần giấy ly hôn không", {"divorced": "no"}, NO),
        ("2.001035", "có mất phí không", {"farm_loan": "yes"}, NO),
        ("2.001035", "có mất phí không", {"farm_loan": "no"}, YES),
    ],
)
def test_the_citizens_case_decides_what_depended_on_it(
    procedures: dict[str, Procedure], code: str, question: str, case: dict[str, str], answer: str
) -> None:
    assert answers(procedures[code], question) == [DEPENDS]
    assert answers(cases.select(procedures[code], case), question) == [answer]


def test_what_depends_on_the_case_names_the_case(procedures: dict[str, Procedure]) -> None:
    assert "(trường hợp có Giấy chứng sinh)" in told(procedures["1.001193"], "có cần giấy chứng sinh không")


@pytest.mark.parametrize(
    ("code", "question", "beginning", "quoted"),
    [
        ("1.001193", "nộp online được không", "Dạ được, ", "Qua Cổng dịch vụ công quốc gia"),
        ("1.000894", "có cần giấy độc thân không", "Dạ không, ", "danh mục không yêu cầu nộp"),
        ("1.001193", "có mất tiền không", "Dạ chưa nói chắc được, ", "Hội đồng nhân dân tỉnh quy định"),
        ("2.001019", "có mất phí không", "Dạ có, ", "50.000 đồng/di chúc"),
        ("1.014064", "gửi bưu điện được không", "Dạ không, ", "Chỉ để nhận thẻ"),
        ("1.012812", "nộp qua mạng được không", "Dạ không, ", "chưa công bố cách nộp trực tuyến"),
        ("1.000894", "có phải ra tận nơi không", "Dạ tuỳ trường hợp ạ: ", "hai bên vẫn phải có mặt"),
        ("1.001612", "nhờ người khác nộp hộ được không", "Dạ được, ", "Văn bản uỷ quyền cho cá nhân"),
        ("1.004222", "không cần hộ khẩu nữa đúng không", "Dạ đúng, ", "không yêu cầu sổ hộ khẩu"),
        ("1.001456", "không có ảnh có làm được không", "Dạ không, ", "Ảnh cỡ 4 cm x 6 cm"),
        ("3.000347", "có lấy liền được không", "Dạ không, ", "5 ngày làm việc"),
        ("1.001456", "có phải lên tỉnh không", "Dạ tuỳ trường hợp ạ: ", "Công an cấp tỉnh"),
        ("2.000884", "có được miễn phí không", "Dạ không, ", "10.000 đồng/trường hợp"),
    ],
)
def test_a_verdict_stands_first_and_quotes_its_rows(
    procedures: dict[str, Procedure], code: str, question: str, beginning: str, quoted: str
) -> None:
    paragraph = told(procedures[code], question).splitlines()[0]
    assert paragraph.startswith(beginning), paragraph
    assert quoted in paragraph


def test_every_verdict_is_one_paragraph_below_title_and_case(procedures: dict[str, Procedure]) -> None:
    renderer = Renderer(lambda _code: None)
    for row in DECIDED:
        procedure = procedures[row["code"]]
        plain = outline(renderer.answer(procedure, ("fee",), {}))
        blocks = outline(renderer.answer(procedure, ("fee",), {}, row["question"]))
        count = len(verdicts(procedure, row["question"]))
        assert blocks == [plain[0], *blocks[1 : 1 + count], *plain[1:]], row
        assert all(block["kind"] == "paragraph" and block["text"].startswith("Dạ ") for block in blocks[1 : 1 + count])


def test_a_procedure_about_a_paper_does_not_say_whether_it_is_needed(procedures: dict[str, Procedure]) -> None:
    assert answers(procedures["1.004873"], "có cần giấy độc thân không") == []
