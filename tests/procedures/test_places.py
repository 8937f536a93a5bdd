from __future__ import annotations

import pytest

from bot.procedures import places


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("xã Xuân Trúc, huyện Ân Thi, Hưng Yên", "Xã Xuân Trúc", "12166"),
        ("xã Minh Phượng huyện Tiên Lữ giờ đến đâu làm", "Xã Tiên Hoa", "12361"),
        ("thi tran Nhu Quynh, van lam", "Xã Như Quỳnh", "12004"),
        ("trung tâm hành chính công phường Phố Hiến mấy giờ mở cửa", "Phường Phố Hiến", "11953"),
    ],
)
def test_a_commune_is_found_by_todays_and_former_names(text: str, name: str, code: str) -> None:
    ward = places.find(text, "Hưng Yên")
    assert ward is not None
    assert (ward.name, ward.code, ward.province) == (name, code, "Tỉnh Hưng Yên")


@pytest.mark.parametrize("text", ["huyện Phù Cừ", "ủy ban ở đâu", "", "xã nào cũng được"])
def test_a_district_alone_or_no_name_gives_none(text: str) -> None:
    assert places.find(text, "Hưng Yên") is None
