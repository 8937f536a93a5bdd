from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.text import unmark
from bot.procedures import places
from bot.procedures.gazetteer import Ward, gazetteer

HOME = "Hưng Yên"
WORDS = ("xã", "phường", "Minh", "Tân", "Phù", "Cừ", "huyện", "1", "q", "p.", "cũ", "Hưng", "Hà", "Yên")


def names(text: str, province: str = HOME) -> list[str]:
    return [choice.ward.name for choice in places.find(text, province).choices]


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("xã Xuân Trúc, huyện Ân Thi, Hưng Yên", "Xã Xuân Trúc", "12166"),
        ("xã Minh Phượng huyện Tiên Lữ giờ đến đâu làm", "Xã Tiên Hoa", "12361"),
        ("thi tran Nhu Quynh, van lam", "Xã Như Quỳnh", "12004"),
        ("trung tâm hành chính công phường Phố Hiến mấy giờ mở cửa", "Phường Phố Hiến", "11953"),
        ("p.Phố Hiến", "Phường Phố Hiến", "11953"),
        ("X. Tân Hưng, H. Tiên Lữ", "Xã Tân Hưng", "11977"),
        ("TT Vương, h. tiên lữ", "Xã Hoàng Hoa Thám", "12337"),
        ("phuong hong chau", "Phường Hồng Châu", "11980"),
        ("MINH TÂN HUYỆN PHÙ CỪ", "Xã Quang Hưng", "12391"),
        ("minh tan kien xuong gio thuoc xa nao", "Xã Bình Thanh", "13183"),
        ("phường Bồ Xuyên, tp. Thái Bình", "Phường Thái Bình", "13225"),
        ("xã Thuỵ Anh", "Xã Thụy Anh", "12865"),
        ("phường Mĩ Hào", "Phường Mỹ Hào", "12103"),
        ("phohien", "Phường Phố Hiến", "11953"),
        ("Quang Lịch", "Xã Quang Lịch", "13132"),
        ("ddi xax Thuyj Anh", "Xã Thụy Anh", "12865"),
        ("xã tôi trước là Minh Phượng giờ thuộc xã nào", "Xã Tiên Hoa", "12361"),
        ("từ Hà Nội về, quê ở Hưng Nhân huyện Hưng Hà Thái Bình, ra đâu", "Xã Long Hưng", "12613"),
    ],
)
def test_a_commune_of_the_province_is_found_by_any_name_in_any_spelling(text: str, name: str, code: str) -> None:
    ward = places.find(text, HOME).ward
    assert ward == Ward(code, name, "Tỉnh Hưng Yên")


@pytest.mark.parametrize(
    ("text", "name", "province"),
    [
        ("P25 Q. Bình Thạnh", "Phường Thạnh Mỹ Tây", "Thành phố Hồ Chí Minh"),
        ("phường 25 quận Bình Thạnh thì ra phường nào", "Phường Thạnh Mỹ Tây", "Thành phố Hồ Chí Minh"),
        ("xã Nam Sách, Hải Dương", "Xã Nam Sách", "Thành phố Hải Phòng"),
        ("tân hưng hà nội", "Xã Đa Phúc", "Thành phố Hà Nội"),
        ("đặc khu Phú Quốc", "Đặc khu Phú Quốc", "Tỉnh An Giang"),
        ("huyện Côn Đảo", "Đặc khu Côn Đảo", "Thành phố Hồ Chí Minh"),
    ],
)
def test_another_province_that_is_named_is_respected(text: str, name: str, province: str) -> None:
    ward = places.find(text, HOME).ward
    assert ward is not None
    assert (ward.name, ward.province) == (name, province)


def test_a_name_without_a_province_is_taken_to_be_in_that_of_the_deployment() -> None:
    assert names("xã Lê Lợi") == ["Xã Lê Lợi"]
    assert places.find("xã Lê Lợi", HOME).ward != places.find("xã Lê Lợi", "Hải Phòng").ward


def test_a_name_that_several_communes_had_gives_each_with_what_tells_it_apart() -> None:
    found = places.find("xã Minh Tân thì ra đâu", HOME)
    assert found.ward is None
    assert {choice.ward.name: choice.former for choice in found.choices} == {
        "Xã Quang Hưng": "Xã Minh Tân, Huyện Phù Cừ",
        "Xã Lê Quý Đôn": "Xã Minh Tân, Huyện Hưng Hà",
        "Xã Tiên Hưng": "Xã Minh Tân, Huyện Đông Hưng",
        "Xã Bình Thanh": "Xã Minh Tân, Huyện Kiến Xương",
    }


@pytest.mark.parametrize(
    ("text", "wards"),
    [
        ("xã Đình Dù cũ", {"Xã Đại Đồng", "Xã Như Quỳnh"}),
        ("xã Ngọc Thanh huyện Kim Động", {"Phường Sơn Nam", "Xã Hiệp Cường"}),
        ("xã Hoàng Hoa Thám", {"Xã Hoàng Hoa Thám", "Xã Ân Thi"}),
        ("xã Kim Chung Đông Anh Hà Nội", {"Xã Thiên Lộc", "Xã Vĩnh Thanh"}),
    ],
)
def test_a_commune_that_was_split_or_a_name_that_moved_gives_the_choices(text: str, wards: set[str]) -> None:
    assert set(names(text)) == wards


def test_a_commune_that_keeps_its_name_is_meant_by_it_though_a_part_went_elsewhere() -> None:
    assert names("xã Lạc Đạo") == ["Xã Lạc Đạo"]
    assert set(names("xã Lạc Đạo cũ")) == {"Xã Lạc Đạo", "Xã Đại Đồng"}


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("huyện Phù Cừ", "Huyện Phù Cừ"),
        ("em ở Phù Cừ thì đến đâu ạ", "Huyện Phù Cừ"),
        ("toi o huyen Yen My thi len dau", "Huyện Yên Mỹ"),
        ("em o bac ninh, huyen thuan thanh cu gio ra dau", "Thị xã Thuận Thành"),
        ("sở tư pháp hưng yên ở đâu", "Tỉnh Hưng Yên"),
        ("thành phố Hưng Yên", "Thành phố Hưng Yên"),
    ],
)
def test_a_district_or_province_alone_gives_no_commune(text: str, area: str) -> None:
    found = places.find(text, HOME)
    assert (found.choices, found.area and found.area.name) == ((), area)


def test_a_bare_name_of_a_commune_and_its_former_district_is_asked_back() -> None:
    found = places.find("nhà em ở Khoái Châu", HOME)
    assert found.ward is None
    assert found.area is not None
    assert (found.area.name, [choice.ward.name for choice in found.choices]) == ("Huyện Khoái Châu", ["Xã Khoái Châu"])
    assert places.find("xã Khoái Châu", HOME).ward is not None


@pytest.mark.parametrize("text", ["xã Xuân Trúc huyện Tiên Lữ", "xã Tống Trấn", "xã Tiên Hoa, Hà Nội"])
def test_what_contradicts_itself_is_asked_back(text: str) -> None:
    found = places.find(text, HOME)
    assert found.choices
    assert found.ward is None


@pytest.mark.parametrize(
    "text",
    [
        "ủy ban ở đâu",
        "",
        "xã nào cũng được",
        "bảo hiểm xã hội",
        "ngân hàng chính sách xã hội",
        "cái thứ 2",
        "khu công nghiệp Thăng Long II",
        "thôn Đa Lộc",
        "hợp tác xã nông nghiệp",
        "????",
    ],
)
def test_words_that_name_no_commune_give_none(text: str) -> None:
    assert places.find(text, HOME) == places.Found()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Minh Tân huyện Phù Cừ", "Xã Quang Hưng"),
        ("Phù Cừ", "Xã Quang Hưng"),
        ("huyen kien xuong", "Xã Bình Thanh"),
        ("xã Tiên Hưng", "Xã Tiên Hưng"),
        ("le quy don", "Xã Lê Quý Đôn"),
    ],
)
def test_an_answer_picks_one_of_the_choices(text: str, name: str) -> None:
    codes = [choice.ward.code for choice in places.find("Minh Tân", HOME).choices]
    ward = places.among(text, codes, HOME)
    assert ward is not None
    assert ward.name == name


@pytest.mark.parametrize("text", ["Minh Tân", "xã Tân Hưng", "không biết", ""])
def test_an_answer_that_picks_none_of_the_choices_gives_none(text: str) -> None:
    codes = [choice.ward.code for choice in places.find("Minh Tân", HOME).choices]
    assert places.among(text, codes, HOME) is None


def test_the_communes_of_a_former_district_are_known() -> None:
    area = places.find("huyện Phù Cừ", HOME).area
    assert area is not None
    wards = places.wards_in(area)
    assert "Xã Quang Hưng" in [ward.name for ward in wards]
    assert places.among("Minh Tân", [ward.code for ward in wards], HOME) == places.find("Minh Tân Phù Cừ", HOME).ward


def test_the_provinces_of_today_are_known_without_their_kind() -> None:
    assert len(places.provinces()) == 34
    assert {"Hưng Yên", "Hà Nội", "Hồ Chí Minh", "Huế"} <= set(places.provinces())


def test_every_commune_of_today_and_before_is_known() -> None:
    known = gazetteer()
    assert len(known.wards) == 3321
    assert sum(ward.province == "Tỉnh Hưng Yên" for ward in known.wards.values()) == 104
    assert sum(unit.former is not None and not unit.older for units in known.units.values() for unit in units) > 10_000


_FORMER_AT_HOME = [
    unit
    for units in gazetteer().units.values()
    for unit in units
    if unit.former and not unit.older and unit.wards[0].province == "Tỉnh Hưng Yên"
]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(_FORMER_AT_HOME),
    st.sampled_from([str, str.upper, str.lower, unmark, lambda text: unmark(text).lower()]),
    st.sampled_from(["{}", "em ở {} thì nộp ở đâu ạ", "{} giờ là xã nào", "{}, tỉnh Hưng Yên"]),
)
def test_every_former_commune_with_its_district_is_found(unit: object, spelling: object, sentence: str) -> None:
    said = sentence.format(spelling(unit.former))  # type: ignore[attr-defined, operator]
    found = [choice.ward for choice in places.find(said, HOME).choices]
    assert set(unit.wards) & set(found)  # type: ignore[attr-defined]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(gazetteer().wards.values(), key=lambda ward: ward.code)),
    st.sampled_from([str, str.upper, unmark]),
)
def test_every_commune_of_today_with_its_province_is_found(ward: Ward, spelling: object) -> None:
    found = places.find(spelling(f"{ward.name}, {ward.province}"), HOME)  # type: ignore[operator]
    assert ward in [choice.ward for choice in found.choices]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_any_text_gives_an_answer_without_a_commune_twice(text: str) -> None:
    codes = [choice.ward.code for choice in places.find(text, HOME).choices]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("tôi ở xã Tân Hưng, đăng ký khai tử nộp ở đâu", "tôi đăng kí khai tử nộp ở đâu"),
        ("dang ky khai tu o xa tan hung huyen tien lu thi nop dau", "dang ki khai tu thi nop dau"),
        ("ra phường làm khai sinh được không", "ra phường làm khai sinh được không"),
        ("cấp lại căn cước", "cấp lại căn cước"),
    ],
)
def test_what_is_sought_is_left_without_the_places(text: str, left: str) -> None:
    assert places.without_places(text) == left
