from __future__ import annotations

import pytest

from bot.procedures.model import Agency, Flag
from bot.records.agencies import MOST_OF_A_ROLE, read_agencies
from tests.records.made_up import PROVINCES


def test_each_agency_stands_once_in_a_role_with_its_level() -> None:
    agencies, flags = read_agencies(
        [
            ("performs", "Ủy ban nhân dân cấp xã"),
            ("decides", "Ủy ban nhân dân cấp xã"),
            ("performs", "Sở Vịt"),
            ("performs", "Ủy ban nhân dân cấp xã"),
            ("coordinates", "Bộ Ao hồ"),
            ("receives", "Quầy số 4"),
        ],
        PROVINCES,
    )
    assert agencies == [
        Agency("performs", "Ủy ban nhân dân cấp xã", "commune"),
        Agency("performs", "Sở Vịt", "province"),
        Agency("decides", "Ủy ban nhân dân cấp xã", "commune"),
        Agency("coordinates", "Bộ Ao hồ", "ministry"),
        Agency("receives", "Quầy số 4"),
    ]
    assert flags == []


@pytest.mark.parametrize("published", ["Sở Vịt tỉnh Cà Mau", "Sở Vịt - tỉnh Lào Cai", "Sở Vịt, tỉnh Hưng Yên"])
def test_the_department_of_one_province_is_told_without_the_place(published: str) -> None:
    agencies, flags = read_agencies([("performs", published)], PROVINCES)
    assert agencies == [Agency("performs", "Sở Vịt", "province")]
    assert flags == [Flag("agency_of_one_place", "agencies", published)]
    assert not flags[0].withheld


def test_departments_of_several_provinces_are_one() -> None:
    agencies, flags = read_agencies([("performs", f"Sở Vịt tỉnh {name}") for name in PROVINCES], PROVINCES)
    assert [row.name for row in agencies] == ["Sở Vịt"]
    assert len(flags) == len(PROVINCES)


def test_a_name_that_only_ends_like_a_province_is_kept() -> None:
    agencies, flags = read_agencies([("performs", "Hội vịt thành phố Hoa Sen")], PROVINCES)
    assert [row.name for row in agencies] == ["Hội vịt thành phố Hoa Sen"]
    assert flags == []


def test_agencies_of_districts_are_left_out() -> None:
    agencies, flags = read_agencies(
        [("performs", "Phòng Vịt huyện"), ("performs", "Trạm vịt cấp huyện"), ("performs", "Trạm vịt cấp xã")],
        PROVINCES,
    )
    assert [row.name for row in agencies] == ["Trạm vịt cấp xã"]
    assert [flag.kind for flag in flags] == ["agency_of_a_district"] * 2


def test_a_directory_is_cut() -> None:
    agencies, flags = read_agencies([("performs", f"Trạm vịt số {n}") for n in range(1, 31)], PROVINCES)
    assert [row.name for row in agencies] == [f"Trạm vịt số {n}" for n in range(1, MOST_OF_A_ROLE + 1)]
    assert flags == [Flag("agencies_too_many", "agencies", "performs: 30 (Trạm vịt số 1 …)")]
