from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.abbreviations import _entries, expand


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("làm cccd", "làm căn cước công dân"),
        ("xin giấy tthn", "xin giấy tình trạng hôn nhân"),
        ("lam ks cho con", "lam khai sinh cho con"),
        ("đc ko", "được không"),
        ("sai dc trên thẻ", "sai địa chỉ trên thẻ"),
        ("quên mk", "quên mật khẩu"),
        ("mk muốn hỏi", "mình muốn hỏi"),
        ("hs gồm j", "hồ sơ gồm gì"),
        ("chuyển hs cho cháu", "chuyển học sinh cho cháu"),
        ("mần răng", "làm sao"),
        ("giấy khai sanh", "giấy khai sinh"),
        ("bao h có", "bao giờ có"),
        ("có đk gì", "có điều kiện gì"),
    ],
)
def test_abbreviations_are_spelt_out_in_context(typed: str, meant: str) -> None:
    assert expand(typed) == meant


@pytest.mark.parametrize("text", ["chi phí bao nhiêu", "mô hình", "sđ", "chi nhánh", "cha đẻ"])
def test_what_means_something_else_there_stays(text: str) -> None:
    if text == "sđ":
        assert expand("sd đất") == "sử dụng đất"  # typed without marks it is another word
        assert expand(text) == "sổ đỏ"
    else:
        assert expand(text) == text


def test_no_meaning_is_itself_an_abbreviation() -> None:
    for entries in _entries().values():
        for entry in entries:
            assert expand(entry.means) == entry.means, entry


@given(st.text(max_size=80))
def test_expanding_never_fails_and_is_idempotent_on_plain_words(text: str) -> None:
    assert isinstance(expand(text), str)


@given(st.sampled_from([" ", ", ", "? ", "... "]))
def test_punctuation_between_words_is_kept(between: str) -> None:
    assert expand(f"cccd{between}làm") == f"căn cước công dân{between}làm"
