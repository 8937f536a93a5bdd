from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.procedures import cases, journey
from bot.procedures.journey import Goal
from bot.procedures.model import Flag, Procedure
from bot.procedures.offices import Office
from bot.procedures.opening import read_hours
from bot.slip.slip import Errand, Slip, SlipMaker
from bot.slip.words import desk_lines, title

BIRTH = "1.001193"
AT_THE_DESK = {"birth_proof": "medical", "surrogacy": "no", "authorised": "no", "filing": "direct"}
#: Who has someone else file needs an authorisation first, which another procedure certifies.
AUTHORISED = {**AT_THE_DESK, "authorised": "other"}
CERTIFIED = "2.000884"
Procedures = dict[str, Procedure]
TIEN_HOA = "12361"
CENTRE = Office(
    "commune_centre",
    "Trung tâm xã Tiên Hoa",
    "Hưng Yên",
    TIEN_HOA,
    "Thôn Đoài",
    "0221 0000 000",
    hours={
        "monday": read_hours("7:30-11:30; 13:30-17:00"),
        "tuesday": read_hours("7:30-11:30; 13:30-17:00"),
        "saturday": read_hours("7:30-11:30"),
    },
)


def papers(blocks: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        if block["kind"] == "paper":
            yield block
        yield from papers(block.get("blocks", ()))


def names(blocks: Iterable[dict[str, Any]]) -> list[str]:
    return [block["text"].rpartition(" – ")[0] for block in papers(blocks)]


def steps(blocks: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        if block["kind"] == "step":
            yield block
        yield from steps(block.get("blocks", ()))


def make(maker: SlipMaker, procedures: Procedures, *codes: str, **content: Any) -> Slip:
    case = content.pop("case", {})
    return maker.make({"goals": [{"code": code, "case": case} for code in codes], **content}, procedures)


def only(slip: Slip) -> Errand:
    (errand,) = slip.errands
    return errand


def test_a_slip_holds_the_papers_of_the_case_and_no_others(maker: SlipMaker, procedures: Procedures) -> None:
    errand = only(make(maker, procedures, BIRTH, case=AT_THE_DESK))
    expected = [row.name for row in cases.select(procedures[BIRTH], AT_THE_DESK).documents]
    assert sorted(names(errand.papers)) == sorted(expected)
    assert "Giấy chứng sinh" in expected
    assert "có Giấy chứng sinh" in errand.case
    assert errand.held == ()


def test_every_procedure_can_be_put_on_a_slip(maker: SlipMaker, procedures: Procedures) -> None:
    for code, procedure in procedures.items():
        errand = only(make(maker, procedures, code))
        assert errand.name == procedure.short_name
        assert errand.checked_on == procedure.checked_on
        assert errand.url == procedure.url
        shown = [] if "documents" in procedure.withheld else [row.name for row in procedure.documents]
        assert sorted(names(errand.papers)) == sorted(shown), code
        told = str(errand.sections)
        for row in procedure.confirmations:
            assert row.agency in told, code


def test_what_is_there_is_ticked_and_still_to_be_brought(maker: SlipMaker, procedures: Procedures) -> None:
    held = [[BIRTH, "birth_certificate"], ["1.000656", "application"], [BIRTH, "no_such_paper"]]
    errand = only(make(maker, procedures, BIRTH, case=AT_THE_DESK, held=held))
    assert names(errand.held) == ["Giấy chứng sinh"]
    assert all(block["held"] for block in papers(errand.held))
    assert "Giấy chứng sinh" not in names(errand.papers)
    assert not any("held" in block for block in papers(errand.papers))
    whole = only(make(maker, procedures, BIRTH, case=AT_THE_DESK))
    assert sorted(names(errand.papers) + names(errand.held)) == sorted(names(whole.papers))


def test_who_has_all_papers_is_not_told_that_none_is_required(maker: SlipMaker, procedures: Procedures) -> None:
    held = [[BIRTH, row.key] for row in procedures[BIRTH].documents]
    errand = only(make(maker, procedures, BIRTH, case=AT_THE_DESK, held=held))
    assert errand.papers == ()
    assert len(names(errand.held)) == len(cases.select(procedures[BIRTH], AT_THE_DESK).documents)
    assert "không yêu cầu giấy tờ" not in str(errand.held)
    assert procedures[BIRTH].document_notes[0].text in str(errand.held)


def test_papers_kept_out_of_answers_are_kept_off_the_slip(maker: SlipMaker, procedures: Procedures) -> None:
    withheld = replace(procedures[BIRTH], flags=(Flag("glued", "documents", "…", withheld=True),))
    errand = only(make(maker, {BIRTH: withheld}, BIRTH, held=[[BIRTH, "birth_certificate"]]))
    assert names(errand.papers) == names(errand.held) == []
    assert "chưa rõ" in str(errand.papers)


def test_a_procedure_known_from_the_list_only_says_so(maker: SlipMaker, procedures: Procedures) -> None:
    listed = next(row for row in procedures.values() if row.is_listed_only)
    errand = only(make(maker, procedures, listed.code))
    assert "chưa có hồ sơ chi tiết" in str(errand.sections)
    assert errand.papers == errand.held == ()


def test_procedures_no_longer_in_force_are_named(maker: SlipMaker, procedures: Procedures) -> None:
    slip = make(maker, procedures, "9.999999", BIRTH)
    assert [errand.code for errand in slip.errands] == [BIRTH]
    assert slip.gone == ("9.999999",)
    assert "9.999999" not in str(slip.plan)


def test_without_any_procedure_in_force_there_is_no_plan(maker: SlipMaker, procedures: Procedures) -> None:
    slip = make(maker, procedures, "9.999999")
    assert (slip.plan, slip.errands) == ((), ())


def test_the_plan_tells_every_visit_of_all_goals_in_order(maker: SlipMaker, procedures: Procedures) -> None:
    codes = (BIRTH, "1.000656")
    slip = make(maker, procedures, *codes)
    plan = journey.plan(procedures, [Goal(code) for code in codes])
    visits = [block["text"] for block in steps(slip.plan)]
    assert len(visits) == len(plan.visits)
    assert all(visit.agency in told for visit, told in zip(plan.visits, visits, strict=True))
    assert slip.plan[0] == {"kind": "title", "text": f"Kế hoạch đi lại: {len(plan.visits)} lần"}
    assert "Nộp trực tuyến cũng được" in str(slip.plan)
    assert "Tổng cộng" in str(slip.plan)


def test_the_plan_points_to_papers_and_sources_that_stand_below(maker: SlipMaker, procedures: Procedures) -> None:
    told = str(make(maker, procedures, BIRTH, case=AT_THE_DESK).plan)
    assert "ở phần “Đăng ký khai sinh” bên dưới" in told
    assert "Giấy chứng sinh" not in told
    assert procedures[BIRTH].url not in told


def test_a_procedure_on_the_way_is_told_in_the_plan_with_its_source(maker: SlipMaker, procedures: Procedures) -> None:
    slip = make(maker, procedures, BIRTH, case=AUTHORISED)
    assert [errand.code for errand in slip.errands] == [BIRTH]
    assert f"Làm thủ tục: {procedures[CERTIFIED].short_name}" in str(slip.plan)
    assert [block["url"] for block in slip.plan if block["kind"] == "source"] == [procedures[CERTIFIED].url]


def test_papers_that_are_there_are_not_fetched(maker: SlipMaker, procedures: Procedures) -> None:
    held = [[BIRTH, row.key] for row in procedures[BIRTH].documents]
    slip = make(maker, procedures, BIRTH, case=AUTHORISED, held=held)
    assert procedures[CERTIFIED].short_name not in str(slip.plan)


def test_in_a_known_commune_the_offices_that_receive_are_named(maker: SlipMaker, procedures: Procedures) -> None:
    slip = make(maker, procedures, BIRTH, "1.000656", ward_code=TIEN_HOA)
    assert [desk.office.name for desk in slip.desks] == ["Trung tâm Phục vụ hành chính công xã Tiên Hoa"]
    assert [name for name, _ in slip.desks[0].receives] == ["Đăng ký khai sinh", "Đăng ký khai tử"]
    assert desk_lines(slip.desks[0]) == ["Nhận hồ sơ: Đăng ký khai sinh; Đăng ký khai tử"]


def test_what_is_known_of_an_office_is_told(maker: SlipMaker, procedures: Procedures) -> None:
    slip = maker.make({"goals": [{"code": BIRTH}], "ward_code": TIEN_HOA}, procedures, [CENTRE])
    assert desk_lines(slip.desks[0])[1:] == [
        "Địa chỉ: Thôn Đoài",
        "Giờ làm việc: thứ Hai – thứ Ba 07:30–11:30; 13:30–17:00; thứ Bảy 07:30–11:30",
        "Điện thoại: 0221 0000 000",
    ]


@pytest.mark.parametrize("place", [{}, {"ward_code": "00000"}])
def test_without_a_commune_no_office_is_named(maker: SlipMaker, procedures: Procedures, place: dict[str, str]) -> None:
    assert make(maker, procedures, BIRTH, **place).desks == ()


def test_the_title_names_the_life_event(maker: SlipMaker, procedures: Procedures) -> None:
    content = {"goals": [{"code": BIRTH}]}
    assert title(maker.make(content, procedures, event="Sinh con")) == "Phiếu hướng dẫn: Sinh con"
    assert title(maker.make(content, procedures)) == "Phiếu hướng dẫn"


@pytest.mark.parametrize("withheld", [False, True])
def test_the_legal_basis_is_named_unless_it_is_withheld(
    maker: SlipMaker, procedures: Procedures, withheld: bool
) -> None:
    flags = (Flag("glued", "legal_basis", "…", withheld=True),) if withheld else ()
    errand = only(make(maker, {BIRTH: replace(procedures[BIRTH], flags=flags)}, BIRTH))
    assert ("60/2014/QH13" in errand.legal_basis) is not withheld
