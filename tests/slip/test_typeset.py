from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import segno
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.procedures import cases
from bot.procedures.model import Document, Procedure
from bot.slip.slip import Slip, SlipMaker
from bot.slip.typeset import typeset_poster, typeset_slip
from tests.slip.test_slip import AT_THE_DESK, AUTHORISED, BIRTH, CENTRE, CERTIFIED, TIEN_HOA

A4 = (595.28, 841.89)
URL = "https://motcua.example.vn/phieu/k7m2-9qxd-4htp-0abc"
CONTENT = {
    "goals": [{"code": BIRTH, "case": AT_THE_DESK}, {"code": "1.000656"}],
    "held": [[BIRTH, "birth_certificate"]],
    "ward_code": TIEN_HOA,
}
HOSTILE = (
    '#import "/etc/passwd" $x^2$ *đậm* _nghiêng_ `mã` = Đầu đề @nhãn <script>alert(1)</script> \\u{41} // #panic("x")'
)


def pdf(slip: Slip, **values: Any) -> bytes:
    known = {"province": "Hưng Yên", "hotline": "1022", "url": URL}
    days = {"kept_until": date(2026, 12, 23), "printed_on": date(2026, 11, 23)}
    return typeset_slip(slip, **{**known, **days, **values})


@contextmanager
def opened(body: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(body)
    yield document
    document.close()


def text_of(body: bytes) -> str:
    """All text, without spaces and breaks: where a line ends is not the reader's concern."""
    with opened(body) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    return squeezed(text)


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).replace("\u200b", "").split())


def pictures(body: bytes, scale: float = 2) -> list[Any]:
    """The pages as grey pixels, 0 (black) to 255."""
    with opened(body) as document:
        return [np.array(page.render(scale=scale, grayscale=True).to_numpy()).squeeze() for page in document]


@pytest.fixture(scope="module")
def slip(maker: SlipMaker, procedures: dict[str, Procedure]) -> Slip:
    return maker.make(CONTENT, procedures, [CENTRE], "Sinh con")


@pytest.fixture(scope="module")
def whole(slip: Slip) -> bytes:
    return pdf(slip, name="Nguyễn Thị Ỷ")


def test_everything_stands_on_paper_with_all_marks(whole: bytes, procedures: dict[str, Procedure]) -> None:
    text = text_of(whole)
    told = [row.name for row in cases.select(procedures[BIRTH], AT_THE_DESK).documents]
    told += [row.name for row in procedures["1.000656"].documents]
    told += [row.confirms for row in cases.select(procedures[BIRTH], AT_THE_DESK).confirmations]
    told += [row.text for code in (BIRTH, "1.000656") for row in procedures[code].deadlines]
    told += [procedures[BIRTH].url, procedures["1.000656"].url, BIRTH, "Nguyễn Thị Ỷ", "60/2014/QH13"]
    told += ["Trung tâm xã Tiên Hoa", "Thôn Đoài", "thứ Bảy 07:30–11:30", "0221 0000 000"]
    told += [
        "Kế hoạch đi lại: 1 lần",
        "Nộp trực tuyến cũng được",
        "Tổng cộng",
        "Phiếu hướng dẫn: Sinh con",
        "theo hướng dẫn của cán bộ",
        "1022",
        URL,
        "23/12/2026",
        "Trang 1/",
    ]
    told += [f"Đối chiếu với hồ sơ công bố ngày {procedures[BIRTH].checked_on:%d/%m/%Y}"]
    assert [words for words in told if squeezed(words) not in text] == []


def test_the_paper_is_a4_with_numbered_pages_and_a_title(whole: bytes) -> None:
    with opened(whole) as document:
        assert document.get_metadata_dict()["Title"] == "Phiếu hướng dẫn: Sinh con"
        for number, page in enumerate(document, start=1):
            assert page.get_size() == pytest.approx(A4, abs=0.1)
            assert squeezed(f"Trang {number}/{len(document)}") in squeezed(page.get_textpage().get_text_range())


def test_all_fonts_travel_with_the_paper(whole: bytes) -> None:
    with opened(whole) as document:
        texts = [item for page in document for item in page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT])]
        assert texts
        assert all(pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(item.raw)) == 1 for item in texts)


def test_nothing_is_printed_small(whole: bytes) -> None:
    sizes = set()
    with opened(whole) as document:
        for page in document:
            for item in page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT]):
                size = ctypes.c_float()
                assert pdfium.FPDFTextObj_GetFontSize(item.raw, size)
                sizes.add(round(size.value))
    assert min(sizes) >= 11
    assert 15 in sizes


def test_there_is_a_box_to_tick_for_each_paper(maker: SlipMaker, procedures: dict[str, Procedure]) -> None:
    def boxes(documents: tuple[Document, ...]) -> int:
        procedure = replace(procedures[BIRTH], documents=documents)
        with opened(pdf(maker.make({"goals": [{"code": BIRTH}]}, {BIRTH: procedure}))) as document:
            bounds = [item.get_bounds() for page in document for item in page.get_objects([pdfium.FPDF_PAGEOBJ_PATH])]
        # Squares of about the size of a letter.
        return sum(12 < right - left < 18 and 12 < top - bottom < 18 for left, bottom, right, top in bounds)

    rows = tuple(Document(f"paper{number}", f"Giấy số {number}", "submit", 1, 0) for number in range(7))
    assert [boxes(rows[:number]) for number in (1, 2, 7)] == [1, 2, 7]


def test_it_is_black_on_white(whole: bytes) -> None:
    with opened(whole) as document:
        for page in document:
            pixels = page.render(scale=1).to_numpy().astype(int)
            assert np.ptp(pixels[..., :3], axis=2).max() == 0, "a colour"
    for page in pictures(whole):
        # Anything but ink, paper and the edges of letters would be grey that a copy loses.
        assert np.mean((page > 70) & (page < 200)) < 0.05
        assert page.min() < 20
        assert page[0].min() == 255


def test_the_code_on_the_poster_is_that_of_the_page(procedures: dict[str, Procedure]) -> None:
    url = f"https://motcua.example.vn/thu-tuc/{BIRTH}"
    body = typeset_poster(procedures[BIRTH], province="Hưng Yên", url=url)
    (page,) = pictures(body, scale=3)
    with opened(body) as document:
        assert document[0].get_size() == pytest.approx(A4, abs=0.1)
    text = text_of(body)
    for words in ("Đăng ký khai sinh", BIRTH, url, "Quét mã", "1.", "2.", "3.", "cán bộ"):
        assert squeezed(words) in text
    # The code is 85 mm wide with its margin of four modules, in the middle of the sheet; below lies only text.
    expected = np.array([[bool(module) for module in row] for row in segno.make_qr(url, error="m").matrix])
    modules = len(expected) + 8
    step = 85 / 25.4 * 72 * 3 / modules
    left = page.shape[1] / 2 - step * modules / 2 + 4.5 * step
    columns = (left + step * np.arange(len(expected))).astype(int)
    tops = np.arange(0, page.shape[0] - int(step * len(expected)))
    offsets = (step * np.arange(len(expected))).astype(int)
    dark = page[:, columns] < 128
    assert any(np.array_equal(dark[top + offsets], expected) for top in tops)


def test_texts_are_never_read_as_markup(maker: SlipMaker, procedures: dict[str, Procedure]) -> None:
    paper = Document("paper", HOSTILE, "submit", 1, 0, condition=HOSTILE, note=HOSTILE)
    procedure = replace(procedures[BIRTH], short_name=HOSTILE, name=HOSTILE, documents=(paper,))
    office = replace(CENTRE, name=HOSTILE, address=HOSTILE, phone=HOSTILE)
    content = {"goals": [{"code": BIRTH}], "ward_code": TIEN_HOA}
    slip = maker.make(content, {BIRTH: procedure}, [office], HOSTILE)
    text = text_of(pdf(slip, name=HOSTILE, province=HOSTILE, hotline=HOSTILE))
    assert text.count(squeezed(HOSTILE)) >= 11
    assert squeezed(HOSTILE) in text_of(typeset_poster(procedure, province=HOSTILE, url="https://x.example"))


@pytest.mark.parametrize("word", ["a" * 600, "ư" * 600, "https://x.example/" + "y" * 400, "x" * 33 + "_" * 200])
def test_long_words_stay_on_the_paper(maker: SlipMaker, procedures: dict[str, Procedure], word: str) -> None:
    paper = Document("paper", word, "submit", 1, 0, note=word)
    procedure = replace(procedures[BIRTH], short_name=word, documents=(paper,), url=f"https://x.example/{word}"[:900])
    slip = maker.make({"goals": [{"code": BIRTH}]}, {BIRTH: procedure})
    for body in (pdf(slip, name=word), typeset_poster(procedure, province="Hưng Yên", url="https://x.example")):
        assert squeezed(word) in text_of(body)
        for page in pictures(body):
            assert page[:, :90].min() == page[:, -90:].min() == 255


def test_the_poster_of_the_longest_name_is_one_sheet(procedures: dict[str, Procedure]) -> None:
    procedure = replace(procedures[BIRTH], short_name="Cấp lại giấy chứng nhận đủ điều kiện kinh doanh " * 16)
    with opened(typeset_poster(procedure, province="Hưng Yên", url="https://motcua.example.vn/x")) as document:
        assert len(document) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_name_can_be_printed(slip: Slip, name: str) -> None:
    assert pdf(replace(slip, errands=slip.errands[:1]), name=name).startswith(b"%PDF")


def test_the_source_of_what_is_done_on_the_way_is_printed(maker: SlipMaker, procedures: dict[str, Procedure]) -> None:
    slip = maker.make({"goals": [{"code": BIRTH, "case": AUTHORISED}]}, procedures)
    assert squeezed(procedures[CERTIFIED].url) in text_of(pdf(slip))


def test_without_a_name_no_line_asks_for_one(slip: Slip) -> None:
    assert "Họvàtên" not in text_of(pdf(slip))


def test_an_address_that_is_none_gets_no_code(maker: SlipMaker, procedures: dict[str, Procedure]) -> None:
    procedure = replace(procedures[BIRTH], url="javascript:alert(1)")
    text = text_of(pdf(maker.make({"goals": [{"code": BIRTH}]}, {BIRTH: procedure})))
    assert "javascript" not in text
