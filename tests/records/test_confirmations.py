from __future__ import annotations

import pytest

from bot.procedures.model import Confirmation, Document
from bot.records.confirmations import LONGEST_QUOTE, read_confirmations
from bot.records.interpret import words

WORDS = words()["confirmation"]


def in_papers(*names: str) -> list[Confirmation]:
    documents = [Document(f"d{number}", name, "submit", 1, 0) for number, name in enumerate(names, start=1)]
    return read_confirmations(documents, [], [], "7/QĐ-BAH", WORDS)


def in_steps(*texts: str) -> list[Confirmation]:
    return read_confirmations([], texts, [], "7/QĐ-BAH", WORDS)


def test_a_paper_that_must_be_confirmed_is_tied_to_it_with_its_passage() -> None:
    document = Document("d4", "Sổ vịt có xác nhận của Trưởng thôn về số vịt", "submit", 1, 0, when={"case": ("c1",)})
    assert read_confirmations([document], [], [], "7/QĐ-BAH", WORDS) == [
        Confirmation(
            agency="Trưởng thôn",
            confirms="xác nhận trên giấy tờ này",
            reference_document="7/QĐ-BAH",
            reference_provision="thành phần hồ sơ",
            document="d4",
            when={"case": ("c1",)},
            status="proposed",
            quote="Sổ vịt có xác nhận của Trưởng thôn về số vịt",
        )
    ]


@pytest.mark.parametrize(
    ("text", "agency", "confirms"),
    [
        ("Sổ vịt được chứng nhận bởi Trạm thú y", "Trạm thú y", "chứng nhận trên giấy tờ này"),
        ("Sổ vịt có ý kiến đồng ý của UBND cấp xã", "Ủy ban nhân dân cấp xã", "ý kiến đồng ý trên giấy tờ này"),
        ("Sổ vịt do Hội đồng làng xác nhận", "Hội đồng làng", "xác nhận trên giấy tờ này"),
        ("Đơn có xác nhận, đóng dấu của Ban quản lý ao", "Ban quản lý ao", "xác nhận trên giấy tờ này"),
        (
            "Đơn có xác nhận của cơ quan, tổ chức nuôi vịt theo mẫu",
            "Cơ quan, tổ chức nuôi vịt",
            "xác nhận trên giấy tờ này",
        ),
        (
            "Bản sao sổ vịt có chứng thực",
            "Cơ quan có thẩm quyền công chứng, chứng thực",
            "chứng thực bản sao hoặc văn bản này",
        ),
        (
            "Giấy vịt nước ngoài phải được hợp pháp hóa lãnh sự",
            "Cơ quan có thẩm quyền hợp pháp hoá lãnh sự",
            "hợp pháp hóa lãnh sự giấy tờ do nước ngoài cấp",
        ),
    ],
)
def test_who_confirms_and_what(text: str, agency: str, confirms: str) -> None:
    (row,) = in_papers(text)
    assert (row.agency, row.confirms, row.status, row.quote) == (agency, confirms, "proposed", text)


def test_two_agencies_of_one_paper() -> None:
    rows = in_papers("Sổ vịt có xác nhận của Trưởng thôn và có xác nhận của Trạm thú y")
    assert [row.agency for row in rows] == ["Trưởng thôn", "Trạm thú y"]


@pytest.mark.parametrize(
    "text",
    [
        "Sổ vịt",
        "Sổ vịt có xác nhận của Trưởng thôn hoặc ảnh vịt",
        "Sổ vịt không cần có xác nhận của Trưởng thôn",
        "Sổ vịt có xác nhận của Trưởng thôn, nếu có",
        "Sổ vịt chưa có xác nhận của Trưởng thôn",
        "Một trong các giấy: sổ vịt có xác nhận của Trưởng thôn",
        "Sổ vịt có xác nhận của cơ quan có liên quan",
        "Sổ vịt có xác nhận của Trạm thú y đã ký hợp đồng",
        "Sổ vịt được cấp, Trưởng thôn đã xác nhận",
        "Bản sao sổ vịt hoặc bản sao có chứng thực",
        "Xác nhận của vịt",
    ],
)
def test_what_is_not_demanded_or_names_nobody_is_left_out(text: str) -> None:
    assert in_papers(text) == []


def test_an_alternative_in_brackets_or_another_clause_is_no_alternative_to_the_confirmation() -> None:
    (row,) = in_papers("Sổ vịt (bản giấy hoặc ảnh) có xác nhận của Trưởng thôn; ảnh ao hoặc ảnh làng")
    assert row.agency == "Trưởng thôn"


def test_an_agency_that_is_asked_during_the_course() -> None:
    text = "Bước 1: Nộp đơn. Bước 2: Quầy gửi văn bản lấy ý kiến của Trạm thú y về vịt."
    (row,) = in_steps(text)
    assert row == Confirmation(
        agency="Trạm thú y",
        confirms="ý kiến hoặc xác minh theo đề nghị của nơi giải quyết",
        reference_document="7/QĐ-BAH",
        reference_provision="trình tự thực hiện",
        status="proposed",
        quote="Bước 2: Quầy gửi văn bản lấy ý kiến của Trạm thú y về vịt.",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Sau khi nhận được văn bản lấy ý kiến của Sở Vịt, trạm trả lời.",
        "Khi cần thiết thì lấy ý kiến của Trạm thú y.",
        "Quầy có thể lấy ý kiến của Trạm thú y.",
        "Quầy lấy ý kiến của dân làng.",
    ],
)
def test_who_asks_or_may_be_asked_is_left_out(text: str) -> None:
    assert in_steps(text) == []


def test_agencies_that_coordinate() -> None:
    (row,) = read_confirmations([], [], ["Trạm thú y"], "7/QĐ-BAH", WORDS)
    assert (row.agency, row.confirms) == ("Trạm thú y", "phối hợp giải quyết")
    assert (row.reference_provision, row.quote, row.document) == ("cơ quan phối hợp", "Trạm thú y", None)


def test_each_confirmation_stands_once() -> None:
    text = "Quầy lấy ý kiến của Trạm thú y."
    assert len(in_steps(text, text)) == 1
    assert len(in_papers("Sổ vịt có xác nhận của Trạm thú y", "Thẻ vịt có xác nhận của Trạm thú y")) == 2


def test_a_long_passage_is_cut_around_the_phrase() -> None:
    before, after = "Sổ ghi vịt to vịt nhỏ " * 20, ", kèm ảnh vịt và ảnh ao" * 20
    (row,) = in_papers(f"{before}có xác nhận của Trưởng thôn{after}")
    assert row.quote is not None
    assert "có xác nhận của Trưởng thôn" in row.quote
    assert row.quote.startswith("… ")
    assert row.quote.endswith(" …")
    assert len(row.quote) <= LONGEST_QUOTE + 4
