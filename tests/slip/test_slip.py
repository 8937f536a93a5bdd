from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.procedures import cases
from bot.procedures.model import Flag, Procedure
from bot.slip.slip import Errand, Office, Slip, SlipMaker

BIRTH = "1.001193"
AT_THE_DESK = {"birth_proof": "medical", "surrogacy": "no", "authorised": "no", "filing": "direct"}
Procedures = dict[str, Procedure]


def papers(blocks: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        if block["kind"] == "paper":
            yield block
        yield from papers(block.get("blocks", ()))


def names(blocks: Iterable[dict[str, Any]]) -> list[str]:
    return [block["text"].rpartition(" – ")[0] for block in papers(blocks)]


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


def test_visits_keep_their_order_and_office_and_names_are_told(maker: SlipMaker, procedures: Procedures) -> None:
    visits: list[dict[str, Any]] = [
        {"agency": "Bệnh viện"},
        {"agency": "Trung tâm Phục vụ hành chính công", "codes": [BIRTH, "9.999999"], "papers": ["Giấy chứng sinh"]},
    ]
    office = Office("Trung tâm Phục vụ hành chính công xã Tiên Hoa")
    slip = maker.make({"goals": [{"code": BIRTH}], "visits": visits}, procedures, office)
    assert [visit.agency for visit in slip.visits] == [row["agency"] for row in visits]
    assert slip.visits[1].procedures == ("Đăng ký khai sinh", "9.999999")
    assert slip.visits[1].papers == ("Giấy chứng sinh",)
    assert slip.office == office


@pytest.mark.parametrize("withheld", [False, True])
def test_the_legal_basis_is_named_unless_it_is_withheld(
    maker: SlipMaker, procedures: Procedures, withheld: bool
) -> None:
    flags = (Flag("glued", "legal_basis", "…", withheld=True),) if withheld else ()
    errand = only(make(maker, {BIRTH: replace(procedures[BIRTH], flags=flags)}, BIRTH))
    assert ("60/2014/QH13" in errand.legal_basis) is not withheld
