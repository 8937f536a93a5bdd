from __future__ import annotations

from typing import Any

import pytest

from bot.procedures import model
from bot.procedures.model import ASPECTS, Procedure
from bot.procedures.render import Renderer
from bot.records.interpret import interpret, short_name
from bot.records.keeping import READERS
from tests.records.made_up import CODE, DAY, PROVINCES, described, details, entry, fee, method, page, reply

#: Changes of a record → the kind of doubt, the part withheld, and the words that must then not be told.
DOUBTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "deadline_without_unit": ({"executionMethods": [method(processingTimeUnit=None)]}, "deadline", "3 ngày"),
    "deadline_contradicted": ({"cases": [{"processingDay": {"qty": 9, "type": "DAY"}}]}, "deadline", "3 ngày"),
    "fees_unlabelled": ({"executionMethods": [method(fees=[fee(20000), fee(30000)])]}, "fee", "0.000"),
    "fee_contradicted": ({"executionMethods": [method(fees=[fee(20000, "thu 90.000 đồng")])]}, "fee", "0.000"),
    "fee_implausible": ({"executionMethods": [method(fees=[fee(7)])]}, "fee", "7 đồng"),
    "case_unclear": (
        {"executionCases": [{**details()["executionCases"][0], "name": "Hộ nghèo thì không phải nộp"}]},
        "documents",
        "Sổ vịt",
    ),
    "no_documents": ({"executionCases": []}, "documents", "không yêu cầu giấy tờ"),
    "scrambled": (
        {"executionSteps": [{"description": "Bước 1: Nộp đơn tại\nquầy rồi về.\nBước 2: Nhận thẻ."}]},
        "steps",
        "Nhận thẻ",
    ),
    "steps_unstructured": ({"executionSteps": [{"description": "Nộp đơn rồi nhận thẻ."}]}, "steps", "Nộp đơn"),
}


def told(procedure: Procedure, aspect: str) -> str:
    return Renderer(lambda _code: None).aspect(procedure, aspect)


def test_a_clear_record_is_told_whole_and_said_to_be_the_portals_words() -> None:
    procedure = described(reply())
    assert procedure.flags == ()
    assert (procedure.details, procedure.origin, procedure.scope) == ("complete", "portal", "national")
    assert (procedure.short_name, procedure.field) == (f"Cấp thẻ nuôi vịt số {CODE}", "Chăn vịt")
    assert procedure.url == f"https://dichvucong.gov.vn/thu-tuc-hanh-chinh/id-{CODE}"
    assert procedure.checked_on == DAY
    text = Renderer(lambda _code: None).answer(procedure, ASPECTS, {})
    for words in (
        "Đơn xin thẻ theo mẫu – nộp 1 bản chính",
        "Sổ vịt có xác nhận của Trưởng thôn – nộp 2 bản sao",
        "3 ngày làm việc",
        "20.000 đồng",
        "10.000 đồng",
        "Nộp đơn tại quầy.",
        "Thẻ nuôi vịt",
        "12/2025/NĐ-CP: Nghị định về vịt",
        "7/QĐ-BAH ngày 05/03/2026",
        "Theo hồ sơ công bố – Trưởng thôn: xác nhận trên giấy tờ này",
        "chưa được cán bộ rà soát lại",
        procedure.url,
    ):
        assert words in text, words
    assert "không dám nêu" not in text


def test_the_page_of_a_record_says_the_same_as_its_reply() -> None:
    of_reply, of_page = described(reply()), described(page(), "page")
    for part in ("documents", "forms", "confirmations", "deadlines", "steps", "results", "conditions", "legal_basis"):
        assert getattr(of_page, part) == getattr(of_reply, part), part
    assert [(row.name, row.amount, row.channels) for row in of_page.fees] == [
        ("Phí, lệ phí", 20_000, ("in_person",)),
        ("Phí, lệ phí", 10_000, ("online",)),
    ]


@pytest.mark.parametrize("kind", DOUBTS)
def test_a_doubtful_part_is_withheld_and_the_others_are_told(kind: str) -> None:
    changes, aspect, words = DOUBTS[kind]
    procedure = described(reply(**changes))
    assert kind in {flag.kind for flag in procedure.flags if flag.withheld}
    text = told(procedure, aspect)
    assert "không dám nêu" in text
    assert words not in text
    assert "Có ao" in told(procedure, "conditions")
    assert len(procedure.withheld) == 1


def test_doubts_of_a_page_are_passed_on() -> None:
    procedure = described(page(can_cu_phap_ly="Luật Vịt"), "page")
    assert procedure.withheld == {"legal_basis"}
    assert "Luật Vịt" not in told(procedure, "legal_basis")
    assert "không dám nêu" in told(procedure, "legal_basis")


def test_a_mention_of_districts_is_told_with_a_word_of_caution() -> None:
    cases = [{"name": "", "profileComponents": [{"name": "Giấy của trạm vịt huyện", "originalQty": 1}]}]
    procedure = described(reply(executionCases=cases))
    assert [(flag.kind, flag.withheld) for flag in procedure.flags] == [("district_mentioned", False)]
    text = told(procedure, "documents")
    assert "Giấy của trạm vịt huyện" in text
    assert "cấp này đã bỏ từ ngày 01/07/2025" in text


def test_an_entry_of_the_list_is_known_by_name_field_agency_and_link_only() -> None:
    procedure = described(entry(), "list")
    assert procedure.is_listed_only
    assert all(getattr(procedure, part) == () for part in model.PARTS if part != "agencies")
    text = Renderer(lambda _code: None).listed(procedure)
    for words in (procedure.name, "Chăn vịt", "Cơ quan thực hiện: Phòng Vịt xã", procedure.url, "20/11/2026"):
        assert words in text, words
    assert "Bộ Ao hồ" not in text
    assert "chưa có hồ sơ chi tiết" in text


def test_without_an_agency_the_publisher_is_named() -> None:
    text = Renderer(lambda _code: None).listed(described(entry(departments=None), "list"))
    assert "Cơ quan công bố: Bộ Ao hồ" in text


def test_levels_are_those_of_the_record_or_of_its_agencies() -> None:
    assert described(reply(isProvince=True)).levels == ("commune", "province")
    assert described(reply(isWard=None, unitGroupsExecuting=[{"name": "Sở Vịt"}])).levels == ("commune", "province")
    assert described(reply(isWard=None, departmentsExecuting=None, unitGroupsExecuting=None)).levels == ()


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Thủ tục cấp thẻ", "Cấp thẻ"),
        ("Thủ tục hành chính: cấp thẻ (9.000001)", "Cấp thẻ"),
        ("TTHC cấp thẻ.", "Cấp thẻ"),
        ("cấp thẻ", "Cấp thẻ"),
        ("Thủ tụcx", "Thủ tụcx"),
    ],
)
def test_short_names(name: str, short: str) -> None:
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("- Có ao;\n- Có vịt", ["Có ao", "Có vịt"]),
        ("Không có thông tin", []),
        ("Cụ thể như sau:\n1. Có ao\n-\n2. Không", ["Có ao"]),
        (
            "1. Có một trong các thứ sau:\n- Ao sen;\n- Hồ sen\n2. Có vịt",
            ["Có một trong các thứ sau: Ao sen; Hồ sen", "Có vịt"],
        ),
        ("Lưu ý:\nCó ao", ["Có ao"]),
    ],
)
def test_conditions_are_lines_and_what_one_leads_on_to_stays_with_it(text: str, conditions: list[str]) -> None:
    procedure = described(reply(requirementsAndConditions=text))
    assert [row.text for row in procedure.conditions] == conditions


def test_the_scope_is_that_of_the_deployment() -> None:
    assert interpret(READERS["api"](reply()), DAY, "Hưng Yên", PROVINCES).scope == "Hưng Yên"


def test_a_procedure_survives_being_written_as_plain_data() -> None:
    for raw, source in ((reply(), "api"), (page(), "page"), (entry(), "list")):
        procedure = described(raw, source)
        assert model.from_content(model.to_content(procedure)) == procedure
