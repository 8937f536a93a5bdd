from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.privacy import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("cccd 034195001234", "cccd [số định danh]"),
        ("034 195 001 234 nhé", "[số định danh] nhé"),
        ("gọi 0912345678", "gọi [số điện thoại]"),
        ("gọi +84 912 345 678", "gọi [số điện thoại]"),
        ("gọi 0912.345.678", "gọi [số điện thoại]"),
        ("cmnd 145123456", "cmnd [số giấy tờ]"),
        ("thư a.b@vd.vn", "thư [email]"),
        ("hộ chiếu B1234567", "hộ chiếu [số hộ chiếu]"),
    ],
)
def test_personal_data_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    ["hồ sơ H42.18-240115-0003", "thủ tục 1.001193", "gọi 113, 1022 hay 18001096", "20.000 đồng", "ngày 23/11/2026"],
)
def test_what_names_no_person_is_kept(text: str) -> None:
    assert mask(text) == text


@given(
    st.from_regex(r"[0-9]{12}", fullmatch=True),
    st.sampled_from(["", "số ", "cccd:", "là "]),
    st.sampled_from(["", " ạ", ".", ", nhé"]),
)
def test_no_identity_number_survives(number: str, before: str, after: str) -> None:
    assert number not in mask(before + number + after)
