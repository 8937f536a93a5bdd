from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.procedures.model import CaseAnswer, CaseQuestion, Document, DocumentNote, Flag, Form
from bot.records.papers import Papers, read_papers
from bot.records.record import Paper, PaperGroup

QUESTION = "Anh/chị thuộc trường hợp nào ạ?"


def read(*groups: tuple[str, list[Paper]]) -> Papers:
    return read_papers([PaperGroup(heading, tuple(papers)) for heading, papers in groups], QUESTION)


def test_papers_keep_their_words_and_their_counts() -> None:
    found = read(("", [Paper("- đơn xin thẻ;", 1, 0), Paper("Sổ vịt", None, None), Paper("Ảnh vịt", 0, 2)]))
    assert found.documents == [
        Document("d1", "Đơn xin thẻ", "submit", 1, 0),
        Document("d2", "Sổ vịt", "submit", 0, 0),
        Document("d3", "Ảnh vịt", "submit", 0, 2),
    ]
    assert (found.notes, found.forms, found.questions, found.flags) == ([], [], [], [])


@given(st.lists(st.tuples(st.none() | st.integers(0, 20), st.none() | st.integers(0, 20)), min_size=1, max_size=8))
def test_no_count_is_lost_or_made_up(counts: list[tuple[int | None, int | None]]) -> None:
    papers = [Paper(f"Sổ vịt thứ {'x' * number}", *pair) for number, pair in enumerate(counts, start=1)]
    found = read(("", papers))
    assert [(row.originals, row.copies) for row in found.documents] == [(a or 0, b or 0) for a, b in counts]


def test_two_cases_are_asked_for_and_their_papers_belong_to_them() -> None:
    found = read(
        ("Thành phần hồ sơ", [Paper("Đơn xin thẻ", 1)]),
        ("Trường hợp vịt con", [Paper("Giấy ấp trứng", 1)]),
        ("Trường hợp vịt già", [Paper("Sổ vịt", 1), Paper("Thẻ cũ", 1)]),
    )
    assert found.questions == [CaseQuestion("case", QUESTION)]
    assert found.answers == [
        CaseAnswer("case", "c1", "Vịt con", "vịt con"),
        CaseAnswer("case", "c2", "Vịt già", "vịt già"),
    ]
    assert [dict(row.when) for row in found.documents] == [{}, {"case": ("c1",)}, {"case": ("c2",)}, {"case": ("c2",)}]
    assert {row.condition for row in found.documents} == {None}


def test_one_case_is_a_condition_and_asks_nothing() -> None:
    found = read(("", [Paper("Đơn xin thẻ", 1)]), ("Trường hợp nộp hộ", [Paper("Giấy uỷ quyền", 1)]))
    assert (found.questions, found.answers) == ([], [])
    assert [(row.name, row.condition) for row in found.documents] == [
        ("Đơn xin thẻ", None),
        ("Giấy uỷ quyền", "nộp hộ"),
    ]


def test_the_same_case_twice_is_one_case_and_the_same_paper_twice_is_one_paper() -> None:
    found = read(
        ("Trường hợp vịt con", [Paper("Giấy ấp trứng", 1), Paper("Giấy ấp trứng", 1)]),
        ("Trường hợp vịt già", [Paper("Sổ vịt", 1)]),
        ("Trường hợp vịt con", [Paper("Ảnh vịt", 1), Paper("Giấy ấp trứng", 0, 1)]),
    )
    assert [answer.case_name for answer in found.answers] == ["vịt con", "vịt già"]
    assert [(row.name, row.originals, row.when["case"]) for row in found.documents] == [
        ("Giấy ấp trứng", 1, ("c1",)),
        ("Sổ vịt", 1, ("c2",)),
        ("Ảnh vịt", 1, ("c1",)),
        ("Giấy ấp trứng", 0, ("c1",)),
    ]


def test_a_rule_over_papers_withholds_them() -> None:
    heading = "Hộ nghèo thì không phải nộp"
    found = read((heading, [Paper("Đơn xin thẻ", 1)]))
    assert found.flags == [Flag("case_unclear", "documents", heading, True)]
    assert found.documents[0].heading == heading


def test_rules_among_the_papers_become_notes_and_what_leads_on_is_dropped() -> None:
    found = read(
        (
            "",
            [
                Paper("Người nộp mang vịt theo", 0, 0),
                Paper("Người nộp ký đơn", 1, 0),
                Paper("Lưu ý: vịt phải sạch", 1, 0),
                Paper("Các giấy sau đây:", 0, 0),
                Paper("x", 1, 0),
            ],
        ),
        ("Lưu ý", [Paper("Không mang gà", 1, 0)]),
    )
    assert found.notes == [
        DocumentNote("Người nộp mang vịt theo"),
        DocumentNote("Lưu ý: vịt phải sạch"),
        DocumentNote("Không mang gà"),
    ]
    assert [row.name for row in found.documents] == ["Người nộp ký đơn"]


def test_lists_without_a_paper_are_withheld() -> None:
    found = read(("", [Paper("Lưu ý: vịt phải sạch", 0, 0)]))
    assert found.flags == [Flag("no_paper_readable", "documents", "Lưu ý: vịt phải sạch", True)]
    assert read(("", [])).flags == []


def test_a_form_is_one_that_is_attached_numbered_or_electronic() -> None:
    found = read(
        (
            "",
            [
                Paper("Đơn xin thẻ theo Mẫu số 01/ĐT", 1),
                Paper("Sổ vịt", 1, 0, ("so.docx",)),
                Paper("Biểu mẫu điện tử tương tác", 1),
                Paper("Giấy khám vịt", 1),
                Paper("Đơn xin thẻ theo Mẫu số 01/ĐT", 0, 1),
            ],
        )
    )
    assert [row.form for row in found.documents] == ["f1", "f2", "f3", None, "f1"]
    assert found.forms == [
        Form("f1", "Đơn xin thẻ theo Mẫu số 01/ĐT", "Mẫu số 01/ĐT"),
        Form("f2", "Sổ vịt"),
        Form("f3", "Biểu mẫu điện tử tương tác"),
    ]


def test_the_footnote_number_after_a_paper_goes() -> None:
    assert read(("", [Paper("Sổ vịt. 2", 1)])).documents[0].name == "Sổ vịt."
