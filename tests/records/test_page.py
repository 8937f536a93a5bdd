from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.records.page import read_page
from bot.records.reading import UnreadableRecord
from bot.records.record import Law, Method, Paper, PaperGroup, PublishedFee, Record, Stage
from tests.records.made_up import CODE, page

PAPERS_HEAD = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
METHODS_HEAD = "Hình thức nộpThời gianPhí, lệ phíMô tả"
LAWS_HEAD = "Tên văn bản pháp lýMã văn bản"

#: Papers, none of whose names holds a number next to the cell of counts.
NAMES = (
    "Đơn xin thẻ",
    "Sổ vịt năm 2025 có xác nhận của Trưởng thôn",
    "Ảnh vịt (cỡ 3x4)",
    "Giấy khám vịt.",
    "Bản sao sổ vịt kèm 02 ảnh ao",
)
FILES = ("", "Mẫu đơn.docx", "Mẫu số 01.doc", "Phụ lục II.xlsx")
COUNTS = st.integers(0, 99)
PAPERS = st.tuples(st.sampled_from(NAMES), st.sampled_from(FILES), COUNTS, st.none() | COUNTS)
HEADINGS = ("Không có thông tin", "Trường hợp vịt con", "Giấy của chủ ao:")

CHANNELS = {"in_person": "Trực tiếp", "online": "Trực tuyến", "post": "Dịch vụ bưu chính"}
UNITS = {
    "working_day": "Ngày làm việc",
    "day": "Ngày",
    "hour": "Giờ",
    "working_hour": "Giờ làm việc",
    "month": "Tháng",
    "year": "Năm",
}


def read(**cells: str) -> Record:
    return read_page(page(**cells))


def doubts(**cells: str) -> list[tuple[str, str, bool]]:
    return [(flag.kind, flag.part, flag.withheld) for flag in read(**cells).doubts]


def table_of(papers: list[tuple[str, str, int, int | None]]) -> str:
    return PAPERS_HEAD + "".join(
        f"{name}{file}{originals} bản chính" + ("" if copies is None else f",{copies} bản sao")
        for name, file, originals, copies in papers
    )


def group_of(heading: str, papers: list[tuple[str, str, int, int | None]]) -> PaperGroup:
    read_papers = (
        Paper(name, originals, copies or 0, (file,) if file else ()) for name, file, originals, copies in papers
    )
    return PaperGroup("" if heading == HEADINGS[0] else heading, tuple(read_papers))


def test_everything_of_a_page_is_read() -> None:
    assert read() == Record(
        code=CODE,
        name=f"Thủ tục cấp thẻ nuôi vịt số {CODE}",
        source="page",
        formality_id=f"id-{CODE}",
        fields=("Chăn vịt",),
        levels=("commune", "province"),
        applicants=("Người nuôi vịt", "Hội (không kể hội gà, hội ngan)"),
        decision_number="7/QĐ-BAH",
        agencies=(("performs", "Ủy ban nhân dân cấp xã"), ("receives", "Quầy số 4")),
        groups=(
            PaperGroup(
                "",
                (
                    Paper("Đơn xin thẻ theo mẫu", 1, 0, ("Mẫu đơn.docx",)),
                    Paper("Sổ vịt có xác nhận của Trưởng thôn", 0, 2),
                ),
            ),
        ),
        methods=(
            Method(
                "in_person",
                3,
                "working_day",
                "Nộp tại quầy.",
                (PublishedFee("fee", 20_000, "Việt Nam Đồng", ""),),
            ),
            Method("online", 3, "working_day", "", (PublishedFee("fee", 10_000, "Việt Nam Đồng", ""),)),
        ),
        stages=(Stage("", "Bước 1: Nộp đơn tại quầy.\nBước 2: Nhận thẻ."),),
        laws=(Law("12/2025/NĐ-CP", "Nghị định về vịt"),),
        results=("Thẻ nuôi vịt",),
        conditions="- Có ao\n- Có vịt",
    )


@given(st.lists(st.tuples(st.sampled_from(HEADINGS), st.lists(PAPERS, min_size=1, max_size=5)), min_size=1, max_size=3))
def test_counts_in_glued_cells_read_back_whatever_the_numbers(
    groups: list[tuple[str, list[tuple[str, str, int, int | None]]]],
) -> None:
    record = read(thanh_phan_ho_so="".join(heading + table_of(papers) for heading, papers in groups))
    assert record.groups == tuple(group_of(heading, papers) for heading, papers in groups)
    assert record.doubts == ()


@given(
    st.sampled_from(["Tờ khai theo Mẫu số ", "Sổ vịt năm ", "Thẻ", "Thẻ ", "Giấy số 12/"]),
    st.integers(0, 9999),
    st.sampled_from(["", "0"]),
    COUNTS,
    st.none() | COUNTS,
)
def test_a_number_at_the_end_of_a_name_is_never_taken_for_a_count_unnoticed(
    name: str, number: int, zero: str, originals: int, copies: int | None
) -> None:
    papers = [(f"{name}{zero}{number}", "", originals, copies), ("Ảnh vịt", "", 1, None)]
    record = read(thanh_phan_ho_so=HEADINGS[0] + table_of(papers))
    is_right = record.groups == (group_of(HEADINGS[0], papers),)
    assert is_right or ("glued_cells", "documents", True) in [(f.kind, f.part, f.withheld) for f in record.doubts]


def test_counts_in_prose_are_no_cells() -> None:
    cell = f"{PAPERS_HEAD}Sổ vịt, nộp 1 bản chính hoặc 2 bản chính có dấu1 bản chính,0 bản sao"
    assert read(thanh_phan_ho_so=cell).groups[0].papers == (
        Paper("Sổ vịt, nộp 1 bản chính hoặc 2 bản chính có dấu", 1, 0),
    )


@pytest.mark.parametrize(
    "cell",
    [
        f"{PAPERS_HEAD}Sổ vịt có 1 bản chính, và ảnh vịt1 bản chính",
        f"{PAPERS_HEAD}Sổ vịt",
        f"{PAPERS_HEAD}Sổ vịt1 bản chínhẢnh vịt",
        f"{PAPERS_HEAD}Đơn theo Mẫu số 53 bản chính",
        f"{PAPERS_HEAD}Đơn theo Mẫu số 053 bản chínhẢnh vịt1 bản chính",
        "Sổ vịt, ảnh vịt",
    ],
)
def test_papers_whose_boundaries_are_not_certain_are_withheld(cell: str) -> None:
    assert doubts(thanh_phan_ho_so=cell) == [("glued_cells", "documents", True)]


def test_several_form_files_of_one_paper() -> None:
    cell = f"{PAPERS_HEAD}Đơn xin thẻMẫu số 01.docMẫu số 02.docx1 bản chính"
    assert read(thanh_phan_ho_so=cell).groups[0].papers == (
        Paper("Đơn xin thẻ", 1, 0, ("Mẫu số 01.doc", "Mẫu số 02.docx")),
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(CHANNELS)),
            st.integers(1, 365),
            st.sampled_from(sorted(UNITS)),
            st.lists(
                st.tuples(st.integers(1, 9_999_999), st.sampled_from(["Việt Nam Đồng", "VNĐ"])), min_size=1, max_size=2
            ),
            st.sampled_from(["", "vịt con (dưới 3 tháng)"]),
            st.sampled_from(["", "Nộp tại quầy."]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_times_and_fees_in_glued_cells_read_back_whatever_the_numbers(rows: list[Any]) -> None:
    cell = METHODS_HEAD + "".join(
        f"{CHANNELS[channel]}{time} {UNITS[unit]}"
        + "".join(f"{amount:,} {currency}({said})" for amount, currency in fees)
        + description
        for channel, time, unit, fees, said, description in rows
    )
    record = read(cach_thuc_thuc_hien=cell)
    assert record.methods == tuple(
        Method(channel, time, unit, description, tuple(PublishedFee("fee", amount, cur, said) for amount, cur in fees))
        for channel, time, unit, fees, said, description in rows
    )
    assert record.doubts == ()


def test_free_and_missing_cells() -> None:
    record = read(
        cach_thuc_thuc_hien=f"{METHODS_HEAD}Trực tiếpKhông có thông tinMiễn phí(Hộ nghèo)"
        "Dịch vụ bưu chính0.5 NgàyKhông có thông tinGửi thư"
    )
    assert record.methods == (
        Method("in_person", None, None, "", (PublishedFee("fee", 0, "", "Hộ nghèo"),)),
        Method("post", 0.5, "day", "Gửi thư", (PublishedFee("fee", None, "", ""),)),
    )
    assert record.doubts == ()
    assert read(cach_thuc_thuc_hien="Không có thông tin").methods == ()


def test_cents_are_not_cut_off() -> None:
    record = read(cach_thuc_thuc_hien=f"{METHODS_HEAD}Trực tiếp3 Ngày7.50 USD()")
    assert record.methods[0].fees == (PublishedFee("fee", 7.5, "USD", ""),)


@pytest.mark.parametrize(
    "cell",
    [
        f"{METHODS_HEAD}Trực tiếp9100,000 Việt Nam Đồng()",
        f"{METHODS_HEAD}Bằng vịt3 NgàyMiễn phí",
        f"{METHODS_HEAD}Ghi chúTrực tiếp3 NgàyMiễn phí",
        "Nộp tại quầy",
    ],
)
def test_times_and_fees_whose_boundaries_are_not_certain_are_withheld(cell: str) -> None:
    assert doubts(cach_thuc_thuc_hien=cell) == [("glued_cells", "deadlines", True), ("glued_cells", "fees", True)]


@pytest.mark.parametrize(
    ("cell", "laws"),
    [
        (
            "Nghị định về vịt12/2025/NĐ-CPThông tư về ao3/2026/TT-BTC",
            [Law("12/2025/NĐ-CP", "Nghị định về vịt"), Law("3/2026/TT-BTC", "Thông tư về ao")],
        ),
        (
            "Luật Vịt12/2025/QH15Nghị quyết về ao14/2026/NQ-HĐND",
            [Law("12/2025/QH15", "Luật Vịt"), Law("14/2026/NQ-HĐND", "Nghị quyết về ao")],
        ),
        (
            "Luật Vịt năm 202512/2025/QH15",
            [Law("12/2025/QH15", "Luật Vịt năm 2025")],
        ),
        (
            "Nghị định số 12/2025/NĐ-CP12/2025/NĐ-CP",
            [Law("12/2025/NĐ-CP", "Nghị định số 12/2025/NĐ-CP")],
        ),
    ],
)
def test_laws_and_their_numbers_are_told_apart(cell: str, laws: list[Law]) -> None:
    record = read(can_cu_phap_ly=LAWS_HEAD + cell)
    assert list(record.laws) == laws
    assert record.doubts == ()


@pytest.mark.parametrize("cell", ["Luật Vịt", f"{LAWS_HEAD}Luật Vịt", f"{LAWS_HEAD}Luật Vịt12/2025/QH15Luật Ao"])
def test_laws_whose_boundaries_are_not_certain_are_withheld(cell: str) -> None:
    assert doubts(can_cu_phap_ly=cell) == [("glued_cells", "legal_basis", True)]


def test_no_laws_are_no_doubt() -> None:
    record = read(can_cu_phap_ly="Không có thông tin")
    assert (record.laws, record.doubts) == ((), ())


def test_results_stand_before_their_codes() -> None:
    assert read(ket_qua_xu_ly="Thẻ nuôi vịtMã: KQ.0001Giấy chép sổMã: KQ.0002Từ khóaVịt").results == (
        "Thẻ nuôi vịt",
        "Giấy chép sổ",
    )
    assert read(ket_qua_xu_ly="Không có thông tin").results == ()
    assert doubts(ket_qua_xu_ly="Thẻ nuôi vịt") == [("glued_cells", "results", True)]


def test_agencies_are_split_where_the_next_name_begins() -> None:
    record = read(
        co_quan_thuc_hien="Thuế tỉnh, thành phố, Cục Vịt và Phòng, chống cáo, Sở Vịt",
        dia_chi_tiep_nhan="Trung tâm vịt, Phòng 4, Hưng Yên",
    )
    assert record.agencies == (
        ("performs", "Thuế tỉnh, thành phố"),
        ("performs", "Cục Vịt và Phòng, chống cáo"),
        ("performs", "Sở Vịt"),
        ("receives", "Trung tâm vịt, Phòng 4, Hưng Yên"),
    )


def test_a_decision_that_is_cut_off_is_none() -> None:
    assert read(so_quyet_dinh="163").decision_number is None


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {},
        page(ma_thu_tuc="vịt"),
        page(ten_thu_tuc=""),
        page(thanh_phan_ho_so=5),
        *(page(**{key: None}) for key in page() if key not in ("ma_thu_tuc", "ten_thu_tuc")),
    ],
    ids=lambda raw: repr(raw)[:40],
)
def test_what_is_no_page_is_said_to_be_none(raw: Any) -> None:
    with pytest.raises(UnreadableRecord):
        read_page(raw)
