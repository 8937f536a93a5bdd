from __future__ import annotations

import pytest

from bot.procedures.desks import desks_of, handles, is_person
from bot.procedures.model import Agency, Procedure

CENTRE = "Trung tâm Phục vụ hành chính công"


@pytest.mark.parametrize(
    ("agency", "names"),
    [
        ("Trung tâm Phục vụ hành chính công cấp xã", [CENTRE]),
        ("Ủy ban nhân dân cấp xã (Trung tâm Phục vụ hành chính công cấp xã)", [CENTRE]),
        ("Chủ tịch Uỷ ban nhân dân cấp xã", [CENTRE]),
        ("Cơ quan có thẩm quyền chứng thực", [CENTRE]),
        ("Cơ quan, tổ chức công chứng hoặc chứng thực", [CENTRE, "Tổ chức hành nghề công chứng"]),
        ("Công an cấp xã hoặc Bộ phận một cửa cấp xã", ["Công an cấp xã", CENTRE]),
        ("Công an cấp xã nơi gần nhất", ["Công an cấp xã"]),
        ("Cơ quan đăng ký xe (nơi chủ cũ cư trú)", ["Cơ quan đăng ký xe (nơi chủ cũ cư trú)"]),
    ],
)
def test_an_agency_means_its_desks(agency: str, names: list[str]) -> None:
    assert [desk.name for desk in desks_of(agency)] == names


def test_names_of_one_place_are_one_desk() -> None:
    assert desks_of("Sở Tư pháp nơi người nhận con nuôi thường trú") == desks_of("sở tư pháp")
    assert desks_of("Sở Tư pháp") != desks_of("Sở Y tế")


@pytest.mark.parametrize("confirmer", ["Người làm chứng", "Ít nhất hai người làm chứng", "Cha, mẹ hoặc người giám hộ"])
def test_persons_confirm_at_home(confirmer: str) -> None:
    assert is_person(confirmer)


@pytest.mark.parametrize("confirmer", ["Chủ tịch Ủy ban nhân dân cấp xã", "Tòa án", "Cơ quan thuế"])
def test_offices_are_no_persons(confirmer: str) -> None:
    assert not is_person(confirmer)


@pytest.mark.parametrize(
    ("agency", "confirmer", "same"),
    [
        ("Ủy ban nhân dân cấp xã (công chức tư pháp - hộ tịch)", "Ủy ban nhân dân cấp xã", True),
        ("Ủy ban nhân dân cấp xã", "Ủy ban nhân dân cấp xã nơi người nhận con nuôi thường trú", False),
        ("Ủy ban nhân dân cấp xã nơi cư trú", "Ủy ban nhân dân cấp xã nơi cư trú", True),
        ("Văn phòng đăng ký đất đai, Chi nhánh", "Văn phòng đăng ký đất đai hoặc Chi nhánh", True),
        ("Cơ quan đăng ký xe", "Cơ quan, tổ chức có thẩm quyền", False),
        ("Công an cấp xã", "Ủy ban nhân dân cấp xã", False),
    ],
)
def test_an_agency_that_handles_the_dossier_is_known_again(agency: str, confirmer: str, same: bool) -> None:
    assert handles([Agency("decides", agency)], confirmer) is same


def test_an_agency_that_only_coordinates_does_not_handle_the_dossier() -> None:
    assert not handles([Agency("coordinates", "Công an cấp xã")], "Công an cấp xã")


def test_every_place_of_the_shipped_procedures_has_a_desk(procedures: dict[str, Procedure]) -> None:
    for procedure in procedures.values():
        for agency in procedure.agencies:
            assert all(desk.key and desk.name for desk in desks_of(agency.name)), agency.name
