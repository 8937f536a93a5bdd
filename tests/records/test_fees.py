from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.procedures.model import Fee, Flag
from bot.records.fees import HIGHEST_AMOUNT, LOWEST_AMOUNT, read_fees
from bot.records.record import Method, PublishedFee

NAMES = {"fee": "Phí", "charge": "Lệ phí", "price": "Giá"}
#: Words that say that nothing is charged, whatever else.
FREE = (
    "Không thu phí",
    "Không thu",
    "Miễn phí",
    "Miễn lệ phí",
    "Không mất phí",
    "Không phải nộp lệ phí",
    "Không có phí",
)
#: Words beside a zero that do not say so, or not for everyone.
NOT_FREE = (
    "",
    "Không có thông tin",
    "Không có quy định về mức thu",
    "Không có hướng dẫn",
    "Không quy định",
    "Miễn phí đối với vịt con",
    "Không thu phí nếu nộp trực tuyến",
    "Không thu phí đến hết ngày 31/12/2026",
    "Không thu phí ở quầy, gửi bưu chính 25.000 đồng",
    "Miễn phí thẻ đầu; thẻ sau 2 triệu đồng",
    "Theo Nghị quyết của Hội đồng nhân dân tỉnh",
    "Miễn phí, trừ thẻ cấp lại",
    "Vịt con được miễn phí",
    "Theo quy định",
    "0 đồng",
)


def cell(amount: float | None, text: str = "", sort: str = "fee", currency: str = "Việt Nam Đồng") -> PublishedFee:
    return PublishedFee(sort, amount, currency, text)


def method(*cells: PublishedFee, channel: str = "in_person", description: str = "") -> Method:
    return Method(channel, 3, "day", description, cells)


def read(*methods: Method) -> tuple[list[Fee], list[Flag]]:
    return read_fees(methods, NAMES)


def kinds(*cells: PublishedFee) -> list[str]:
    return [fee.kind for fee in read(method(*cells))[0]]


def withheld(*methods: Method) -> list[str]:
    return [flag.kind for flag in read(*methods)[1] if flag.withheld]


@given(
    st.integers(LOWEST_AMOUNT, HIGHEST_AMOUNT),
    st.sampled_from(sorted(NAMES)),
    st.sampled_from(["", "Việt Nam Đồng", "VNĐ"]),
)
def test_an_amount_is_told_as_it_is(amount: int, sort: str, currency: str) -> None:
    assert read(method(cell(amount, sort=sort, currency=currency))) == ([Fee(NAMES[sort], "fixed", amount)], [])


@given(st.lists(st.tuples(st.sampled_from([0, None]), st.sampled_from(NOT_FREE)), min_size=1, max_size=5))
def test_a_zero_is_never_free(cells: list[tuple[int | None, str]]) -> None:
    fees, _ = read(method(*(cell(amount, text) for amount, text in cells)))
    assert fees
    assert {fee.kind for fee in fees} <= {"not_published", "provincial"}
    assert {fee.amount for fee in fees} == {None}


@given(st.text(max_size=60), st.sampled_from([0, None]))
def test_no_chance_words_make_a_zero_free(text: str, amount: int | None) -> None:
    assert kinds(cell(amount, f"Vịt {text}")) != ["free"]


@pytest.mark.parametrize("text", FREE)
def test_words_make_something_free(text: str) -> None:
    assert read(method(cell(0, text)))[0] == [Fee("Phí", "free", note=text)]
    assert kinds(cell(None, text)) == ["free"]


def test_a_zero_without_words_is_flagged_but_an_empty_cell_is_not() -> None:
    assert read(method(cell(0))) == ([Fee("Phí", "not_published")], [Flag("fee_zero", "fees", "Phí")])
    assert read(method(cell(None))) == ([Fee("Phí", "not_published")], [])


def test_what_the_council_sets_is_provincial_and_only_more_than_that_is_told() -> None:
    plain = "Theo Nghị quyết của Hội đồng nhân dân tỉnh"
    more = "Do HĐND tỉnh quy định, trừ vịt con"
    assert read(method(cell(0, plain))) == ([Fee("Phí", "provincial")], [])
    assert read(method(cell(0, more))) == ([Fee("Phí", "provincial", note=more)], [])


@given(st.integers(max_value=LOWEST_AMOUNT - 1).filter(bool) | st.integers(HIGHEST_AMOUNT + 1))
def test_an_amount_that_cannot_be_one_is_withheld(amount: int) -> None:
    fees, flags = read(method(cell(amount)))
    assert fees == []
    assert [(flag.kind, flag.withheld) for flag in flags] == [("fee_implausible", True)]


def test_another_currency_is_told_in_its_own_words() -> None:
    fees, flags = read(method(cell(25, "mỗi vịt", currency="USD")))
    assert fees == [Fee("Phí", "not_published", note="25 USD. mỗi vịt")]
    assert flags == []
    assert read(method(cell(7.5, currency="USD")))[0][0].note == "7,5 USD"


def test_half_a_dong_is_no_amount() -> None:
    assert withheld(method(cell(20_000.5))) == ["fee_implausible"]
    assert read(method(cell(20_000.0))) == ([Fee("Phí", "fixed", 20_000)], [])


@pytest.mark.parametrize(
    "text",
    ["Thu 20.000 đồng một thẻ", "20,000 VNĐ", "hai mươi, tức 20 nghìn đồng", "20.000đ/thẻ, vịt con 5.000đ"],
)
def test_words_that_name_the_same_amount_go_with_it(text: str) -> None:
    assert read(method(cell(20_000, text))) == ([Fee("Phí", "fixed", 20_000, note=text)], [])


@pytest.mark.parametrize(
    ("amount", "text"),
    [(1_500_000, "1,5 triệu đồng"), (2_500_000, "2.5 triệu đồng"), (1_500_000, "1.500 nghìn đồng")],
)
def test_a_comma_before_a_million_is_a_decimal_one(amount: int, text: str) -> None:
    assert read(method(cell(amount, text))) == ([Fee("Phí", "fixed", amount, note=text)], [])


def test_words_that_name_another_amount_withhold_the_fee() -> None:
    assert read(method(cell(20_000, "Thu 25.000 đồng")))[0] == []
    assert withheld(method(cell(20_000, "Thu 25.000 đồng"))) == ["fee_contradicted"]


def test_a_reduction_holds_for_its_days_and_the_amount_after_them() -> None:
    text = "Từ ngày 01/02/2026 đến hết ngày 31/12/2026 áp dụng mức 10.000 đồng theo Thông tư số 7/2026/TT-BAH"
    fees, flags = read(method(cell(20_000, text)))
    law = "Thông tư số 7/2026/TT-BAH"
    assert fees == [
        Fee("Phí", "fixed", 10_000, valid_from=date(2026, 2, 1), valid_to=date(2026, 12, 31), reference=law, note=text),
        Fee("Phí", "fixed", 20_000, valid_from=date(2027, 1, 1)),
    ]
    assert flags == []


def test_a_reduction_to_more_is_none() -> None:
    text = "Từ ngày 01/02/2026 đến hết ngày 31/12/2026 áp dụng mức 30.000 đồng"
    assert withheld(method(cell(20_000, text))) == ["fee_contradicted"]


def test_dates_that_are_none_are_no_dates() -> None:
    (fee,), _ = read(method(cell(20_000, "Từ ngày 31/02/2026")))
    assert (fee.valid_from, fee.valid_to) == (None, None)
    (fee,), _ = read(method(cell(20_000, "Từ ngày 01/02/2026")))
    assert (fee.valid_from, fee.valid_to) == (date(2026, 2, 1), None)


def test_what_an_amount_is_for() -> None:
    assert read(method(cell(20_000, "/thẻ")))[0] == [Fee("Phí", "fixed", 20_000, per="thẻ")]


def test_ways_to_file_share_a_fee() -> None:
    fees, flags = read(
        method(cell(20_000)),
        method(cell(20_000), channel="post"),
        method(cell(10_000), channel="online"),
    )
    assert fees == [
        Fee("Phí", "fixed", 20_000, channels=("in_person", "post")),
        Fee("Phí", "fixed", 10_000, channels=("online",)),
    ]
    assert read(method(cell(20_000)), method(cell(20_000), channel="post"))[0] == [Fee("Phí", "fixed", 20_000)]
    assert flags == []


def test_several_amounts_that_nothing_tells_apart_are_withheld() -> None:
    assert withheld(method(cell(20_000), cell(30_000))) == ["fees_unlabelled"]
    assert withheld(method(cell(20_000, "vịt con"), cell(30_000, "vịt già"))) == []
    assert withheld(method(cell(20_000), cell(30_000, sort="charge"))) == []
    assert withheld(method(cell(20_000), cell(20_000))) == []


def test_amounts_outside_the_cells_withhold_the_fees() -> None:
    assert withheld(method(cell(20_000), description="Vịt già nộp 50.000 đồng")) == ["fee_elsewhere"]
    assert withheld(method(cell(20_000), description="Nộp 20.000 đồng")) == []
    assert withheld(method(cell(None, "thu 50.000 đồng"), description="Nộp 50.000 đồng")) == []


def test_cells_that_say_nothing_go_where_others_tell() -> None:
    assert read(method(cell(0), cell(20_000, sort="charge")))[0] == [Fee("Lệ phí", "fixed", 20_000)]
    assert read(method())[0] == []
