from __future__ import annotations

import pytest

from bot.records.scope import scope_of, why_not

HERE = "Hưng Yên"


@pytest.mark.parametrize("publisher", ["Bộ Ao hồ", "UBND tỉnh Cà Mau", None])
def test_standard_procedures_are_national_whoever_publishes_them(publisher: str | None) -> None:
    assert scope_of("STANDARD", publisher, HERE) == "national"


@pytest.mark.parametrize("publisher", ["UBND tỉnh Hưng Yên", "Ủy ban nhân dân Tỉnh  HƯNG YÊN"])
@pytest.mark.parametrize("province", [HERE, "tỉnh Hưng Yên"])
def test_specific_ones_are_served_in_their_own_province(publisher: str, province: str) -> None:
    assert scope_of("SPECIFIC", publisher, province) == province


@pytest.mark.parametrize(
    ("kind", "publisher"),
    [
        ("SPECIFIC", "UBND tỉnh Cà Mau"),
        ("SPECIFIC", "UBND tỉnh Vĩnh Hưng Yên Bái"),
        ("SPECIFIC", None),
        ("STANDARD_INTERNAL", "UBND tỉnh Hưng Yên"),
        (None, "Bộ Ao hồ"),
        ("OTHER", "Bộ Ao hồ"),
    ],
)
def test_nothing_else_is_served(kind: str | None, publisher: str | None) -> None:
    assert scope_of(kind, publisher, HERE) is None


def test_each_reason_is_told() -> None:
    assert why_not("STANDARD_INTERNAL", HERE) == "between offices, not for citizens"
    assert why_not("SPECIFIC", HERE) == "of another place than Hưng Yên"
    assert why_not(None, HERE).startswith("not in the portal's list")
