from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import pytest

from bot.records.api_reply import read_reply
from bot.records.reading import UnreadableRecord
from bot.records.record import Law, Method, Paper, PaperGroup, PublishedFee, Stage
from tests.records.made_up import CODE, details, fee, method, reply


def test_everything_of_a_reply_is_read() -> None:
    record = read_reply(reply())
    assert (record.code, record.name, record.source) == (CODE, f"Thủ tục cấp thẻ nuôi vịt số {CODE}", "api")
    assert (record.formality_id, record.kind) == (f"id-{CODE}", "STANDARD")
    assert (record.fields, record.levels, record.applicants) == (("Chăn vịt",), ("commune",), ("Người nuôi vịt",))
    assert (record.publisher, record.decision_number) == ("Bộ Ao hồ", "7/QĐ-BAH")
    assert record.groups == (
        PaperGroup(
            "Thành phần hồ sơ",
            (
                Paper("Đơn xin thẻ theo mẫu", 1, 0, ("don.docx",)),
                Paper("Sổ vịt có xác nhận của Trưởng thôn", 0, 2),
            ),
        ),
    )
    assert record.methods[0] == Method(
        "in_person", 3, "working_day", "", (PublishedFee("fee", 20000, "Việt Nam Đồng", ""),)
    )
    assert record.handling_times == ((3.0, "working_day"),)
    assert record.stages == (Stage("Mặc định", "Bước 1: Nộp đơn tại quầy.\nBước 2: Nhận thẻ."),)
    assert record.laws == (Law("12/2025/NĐ-CP", "Nghị định về vịt"),)
    assert (record.results, record.conditions, record.doubts) == (("Thẻ nuôi vịt",), "- Có ao\n- Có vịt", ())


def test_the_data_alone_is_read_like_the_whole_reply() -> None:
    assert read_reply(details()) == read_reply(reply())


def test_a_day_is_that_of_vietnam() -> None:
    assert read_reply(reply()).decision_date == date(2026, 3, 5)
    assert read_reply(reply(procedureProposal=None)).decision_date is None


def test_the_number_of_a_decision_is_taken_from_where_it_stands() -> None:
    proposal = {"proposalNumber": " 8/QĐ-BAH ", "decisionDate": None}
    assert read_reply(reply(decisionNo=None, procedureProposal=proposal)).decision_number == "8/QĐ-BAH"
    assert read_reply(reply(decisionNo="", procedureProposal={})).decision_number is None


def test_agencies_of_both_forms_are_taken_together_each_once_a_role() -> None:
    record = read_reply(
        reply(
            departmentsExecuting=[{"name": "Trạm vịt"}, {"name": "Không có thông tin"}],
            unitGroupsExecuting=[{"name": "Trạm  vịt"}, {"name": "Trạm ngan"}],
            unitGroupsAuthority=[{"name": "Trạm vịt"}],
            departmentsAuthorized=[{"name": "Trạm gà"}],
            departmentsCoordinating=[{"name": "Trạm lúa"}],
            dossierReceivingAddresses="Quầy số 4",
        )
    )
    assert record.agencies == (
        ("performs", "Trạm vịt"),
        ("performs", "Trạm ngan"),
        ("decides", "Trạm vịt"),
        ("authorised", "Trạm gà"),
        ("coordinates", "Trạm lúa"),
        ("receives", "Quầy số 4"),
    )


@pytest.mark.parametrize(
    ("sort", "read"), [("FEE", "fee"), ("SERVICE_FEE", "charge"), ("PRICE_LEVEL", "price"), ("OTHER", "fee")]
)
def test_sorts_of_fee(sort: str, read: str) -> None:
    record = read_reply(reply(executionMethods=[method("POSTAL", fees=[fee(0, " Theo  biểu ", sort, "")])]))
    assert record.methods[0].channel == "post"
    assert record.methods[0].fees == (PublishedFee(read, 0, "", "Theo biểu"),)


def test_units_that_are_unknown_are_none() -> None:
    record = read_reply(
        reply(
            executionMethods=[method(processingTimeUnit="MOON"), method(processingTimeUnit=None, processingTime=None)],
            cases=[{"processingDay": {"qty": "2", "type": "MOON"}}, {"processingDay": None}],
        )
    )
    assert [(row.time, row.unit) for row in record.methods] == [(3, None), (None, None)]
    assert record.handling_times == ((2.0, None),)


def test_numbers_are_those_that_can_be_meant() -> None:
    rows = [{"name": "Sổ vịt", "originalQty": given, "copyQty": 1} for given in (0, "2", None, -1, 10**12)]
    record = read_reply(reply(executionCases=[{"name": "", "profileComponents": rows}]))
    assert [paper.originals for paper in record.groups[0].papers] == [0, 2, None, None, None]
    record = read_reply(reply(executionMethods=[method(processingTime="0.5", fees=[fee("20000"), fee(20000.0)])]))
    assert record.methods[0].time == 0.5
    assert [cell.amount for cell in record.methods[0].fees] == [20000, 20000]


def test_words_in_place_of_a_time_are_told_with_the_description() -> None:
    words = method(processingTime="Ngay khi vịt về", processingTimeUnit=None, description="Nộp tại quầy.")
    (read,) = read_reply(reply(executionMethods=[words])).methods
    assert (read.time, read.unit, read.description) == (None, None, "Ngay khi vịt về Nộp tại quầy.")
    assert read_reply(reply(executionMethods=[method(processingTime=" 1,5 ")])).methods[0].time == 1.5


def test_texts_are_in_nfc() -> None:
    name = unicodedata.normalize("NFD", "Thẻ vịt")
    assert read_reply(reply(name=name)).name == "Thẻ vịt"


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"code": 201, "data": None},
        {"code": 201, "data": ["vịt"]},
        reply(code="vịt"),
        reply(code="9.001"),
        reply(name=""),
        reply(id=None),
        reply(executionCases=None),
        reply(executionCases="vịt"),
        reply(executionCases=[{"name": "a"}]),
        reply(executionMethods=[{"submissionMethod": "PIGEON"}]),
        reply(executionMethods=[method(processingTime=float("nan"))]),
        reply(executionMethods=[method(fees=[fee("hai mươi nghìn")])]),
        reply(executionMethods=[method(fees=["vịt"])]),
        reply(executionCases=[{"name": "", "profileComponents": [{"name": "Sổ vịt", "originalQty": "một"}]}]),
        reply(procedureProposal={"decisionDate": "hôm qua"}),
        reply(procedureProposal={"decisionDate": 10**20}),
        reply(cases=[{"processingDay": {"qty": "vịt"}}]),
        reply(resultsDetails=[{"name": 5}]),
        reply(requirementsAndConditions=["Có ao"]),
        reply(executionSteps=[{"name": "", "description": {"vi": "Nộp đơn"}}]),
    ],
    ids=repr,
)
def test_what_is_no_record_is_said_to_be_none(raw: Any) -> None:
    with pytest.raises(UnreadableRecord):
        read_reply(raw)


def test_the_reason_names_the_code() -> None:
    with pytest.raises(UnreadableRecord, match=rf"^{CODE}: it has not the form of an API record") as caught:
        read_reply(reply(executionCases=None))
    assert caught.value.code == CODE
