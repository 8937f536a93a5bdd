from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.procedures import cases, offices, places
from bot.procedures.gazetteer import Ward
from bot.procedures.model import Agency, Procedure
from bot.procedures.offices import Office

TAN_HUNG = Ward("11977", "Xã Tân Hưng", "Tỉnh Hưng Yên")


def procedure(*agencies: Agency, levels: tuple[str, ...] = ("commune",)) -> Procedure:
    values: dict[str, Any] = dict.fromkeys(("code", "name", "short_name", "field", "scope", "url", "details"), "x")
    return Procedure(
        **values, levels=levels, applicants=(), checked_on=date(2026, 11, 23), summary="", agencies=agencies
    )


def kinds(*names: str, levels: tuple[str, ...] = ("commune",)) -> list[str]:
    rows = [Agency("receives", name) for name in names]
    return [receiver.office.kind for receiver in offices.receivers(procedure(*rows, levels=levels), TAN_HUNG, ())]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Trung tâm Phục vụ hành chính công", ["commune_centre"]),
        ("Ủy ban nhân dân cấp xã (Trung tâm Phục vụ hành chính công cấp xã)", ["commune_centre"]),
        ("Công an cấp xã hoặc Bộ phận một cửa cấp xã", ["commune_police", "commune_centre"]),
        ("Cơ quan đăng ký xe (Công an cấp xã, Công an tỉnh, Cục Cảnh sát giao thông)", ["x", "y"]),
        ("Văn phòng đăng ký đất đai, Chi nhánh Văn phòng đăng ký đất đai", ["land_registration_office"]),
        ("Trung tâm Phục vụ hành chính công cấp tỉnh", ["provincial_centre"]),
        ("Phòng Cảnh sát giao thông (Công an cấp tỉnh)", ["provincial_police"]),
        ("Tổ chức hành nghề công chứng", []),
        ("Cơ quan, tổ chức đang quản lý sổ gốc", []),
        ("Cơ quan được phân cấp quản lý cây xanh theo quy định của Ủy ban nhân dân cấp tỉnh", []),
    ],
)
def test_who_receives_is_read_from_the_agencies_of_the_procedure(name: str, expected: list[str]) -> None:
    assert kinds(name) == [{"x": "commune_police", "y": "provincial_police"}.get(kind, kind) for kind in expected]


def test_a_centre_is_the_provinces_where_the_procedure_is() -> None:
    assert kinds("Trung tâm Phục vụ hành chính công", levels=("province",)) == ["provincial_centre"]


def test_only_receiving_agencies_count_each_office_once() -> None:
    rows = (
        Agency("decides", "Công an cấp tỉnh"),
        Agency("receives", "Ủy ban nhân dân cấp xã", condition="nếu ở xã"),
        Agency("receives", "Trung tâm Phục vụ hành chính công cấp xã"),
    )
    found = offices.receivers(procedure(*rows), TAN_HUNG, ())
    assert [(receiver.office.kind, receiver.condition) for receiver in found] == [("commune_centre", None)]


def test_a_condition_of_the_row_goes_with_the_office() -> None:
    row = Agency("receives", "Công an cấp xã", condition="nơi được bố trí điểm tiếp nhận")
    (found,) = offices.receivers(procedure(row), TAN_HUNG, ())
    assert found.condition == "nơi được bố trí điểm tiếp nhận"


def test_an_office_has_its_row_or_else_its_general_name() -> None:
    row = Office("commune_police", "Công an xã Tân Hưng", "Hưng Yên", "11977", phone="0221 3888 999")
    assert offices.office("commune_police", TAN_HUNG, [row]) is row
    assert offices.office("commune_police", TAN_HUNG, []).name == "Công an xã Tân Hưng"
    assert offices.office("provincial_centre", TAN_HUNG, [row]).name == (
        "Trung tâm Phục vụ hành chính công tỉnh Hưng Yên"
    )


def test_the_map_shows_coordinates_or_searches_for_the_address_or_the_name() -> None:
    def query(**known: Any) -> str:
        url = Office("commune_centre", "Trung tâm A", "Hưng Yên", "11977", **known).map_url
        return parse_qs(urlsplit(url).query)["query"][0]

    assert query(latitude=20.66, longitude=106.06, address="1 Phố B") == "20.66,106.06"
    assert query(address="1 Phố B") == "1 Phố B, Hưng Yên"
    assert query() == "Trung tâm A, Hưng Yên"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("công an xã Yên Mỹ ở đâu", "commune_police"),
        ("cong an tinh o dau", "provincial_police"),
        ("trung tâm phục vụ hành chính công tỉnh Hưng Yên", "provincial_centre"),
        ("văn phòng đăng ký đất đai Văn Lâm", "land_registration_office"),
        ("ubnd xã Tân Hưng", None),
    ],
)
def test_the_office_that_a_question_names(text: str, kind: str | None) -> None:
    assert offices.kind_asked(text) == kind


def test_what_receives_every_curated_procedure_of_the_commune_is_known(procedures: dict[str, Procedure]) -> None:
    of_commune = [p for p in procedures.values() if p.levels == ("commune",) and not p.is_listed_only]
    assert len(of_commune) > 50
    without = [
        p.code
        for p in of_commune
        if any(a.role == "receives" for a in p.agencies) and not offices.receivers(cases.select(p, {}), TAN_HUNG, ())
    ]
    assert without == []


def test_every_commune_of_any_province_has_its_centre_by_name() -> None:
    for ward in places.wards_of("Cà Mau"):
        office = offices.office("commune_centre", ward, ())
        assert office.name.endswith(ward.name[1:])
        assert office.address is office.phone is None
