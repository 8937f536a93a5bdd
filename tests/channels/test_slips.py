from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta, timezone
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels.press import PDFS_PER_ADDRESS
from bot.procedures.model import Procedure
from bot.procedures.store import connect
from bot.slip.links import slip_path, slip_pdf_path
from bot.stores.slips import KEPT_FOR, Slips
from tests.channels.conftest import PUBLIC_URL, Site
from tests.slip.test_slip import AT_THE_DESK, AUTHORISED, BIRTH, CERTIFIED, TIEN_HOA
from tests.slip.test_typeset import squeezed, text_of

CONTENT: dict[str, Any] = {
    "goals": [{"code": BIRTH, "case": AT_THE_DESK}, {"code": "1.000656"}],
    "held": [[BIRTH, "birth_certificate"]],
    "life_event": "birth",
    "ward_code": TIEN_HOA,
}
NAME = "Nguyễn Thị Ỷ Lan"


def keep(site: Site, content: dict[str, Any] = CONTENT, now: datetime | None = None) -> str:
    engine = connect(site.conversations)
    code = Slips(engine).create(content, now)
    engine.dispose()
    return code


@pytest.fixture
def code(site: Site) -> str:
    return keep(site)


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_slip_is_a_page_that_works_without_scripts(site: Site, code: str) -> None:
    page = site.http.get(slip_path(code))
    assert page.status_code == 200
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "private" in page.headers["Cache-Control"]
    assert "<script" not in page.text
    for told in ("Đăng ký khai sinh", "Đăng ký khai tử", "Tờ khai đăng ký khai sinh", "Kế hoạch đi lại: ", "1022"):
        assert told in words(page.text)
    assert "Biên bản về việc trẻ bị bỏ rơi" not in page.text
    assert re.search(r"checked><span>Giấy chứng sinh", page.text)
    assert page.text.count(" checked>") == 1
    assert slip_pdf_path(code) in page.text


def test_a_slip_names_the_life_event_and_the_office_of_the_commune(site: Site, code: str) -> None:
    page = words(site.http.get(slip_path(code)).text)
    assert "Phiếu hướng dẫn: Sinh con" in page
    assert "Trung tâm Phục vụ hành chính công xã Tiên Hoa" in page


def test_the_plan_has_the_procedures_that_give_a_paper(site: Site, procedures: dict[str, Procedure]) -> None:
    page = site.http.get(slip_path(keep(site, {"goals": [{"code": BIRTH, "case": AUTHORISED}]}))).text
    assert f"Làm thủ tục: {procedures[CERTIFIED].short_name}" in words(page)


def test_a_slip_of_a_life_event_that_is_gone_does_without_its_name(site: Site) -> None:
    page = site.http.get(slip_path(keep(site, {"goals": [{"code": BIRTH}], "life_event": "no_such_event"})))
    assert '<h1 class="title">Phiếu hướng dẫn</h1>' in page.text


def test_a_slip_is_a_pdf(site: Site, code: str) -> None:
    pdf = site.http.get(slip_pdf_path(code))
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.headers["X-Robots-Tag"] == "noindex"
    text = text_of(pdf.content)
    assert squeezed("Tờ khai đăng ký khai sinh") in text
    assert squeezed(PUBLIC_URL + slip_path(code)) in text
    assert squeezed("Họ và tên") not in text


def test_a_name_is_printed_and_neither_stored_nor_logged(
    site: Site, code: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pdf = site.http.post(slip_pdf_path(code), data={"name": f"  {NAME}\x00\n "})
    assert pdf.status_code == 200
    assert pdf.headers["Cache-Control"] == "no-store"
    assert squeezed(f"Họ và tên: {NAME}") in text_of(pdf.content)
    assert NAME not in caplog.text
    assert not [path for path in tmp_path.iterdir() if NAME.encode() in path.read_bytes()]
    assert squeezed(NAME) not in text_of(site.http.get(slip_pdf_path(code)).content)


def test_a_name_comes_by_post_only_and_may_be_left_out(site: Site, code: str) -> None:
    assert squeezed(NAME) not in text_of(site.http.get(slip_pdf_path(code), params={"name": NAME}).content)
    assert squeezed("Họ và tên") not in text_of(site.http.post(slip_pdf_path(code)).content)
    assert site.http.post(slip_pdf_path(code), data={"name": "x" * 20_000}).status_code == 200


def test_a_code_may_be_copied_by_hand(site: Site, code: str) -> None:
    assert site.http.get(slip_path(code.upper().replace("-", ""))).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_or_expired_slip_says_what_to_do(site: Site, method: str) -> None:
    expired = keep(site, now=datetime.now(timezone.utc) - KEPT_FOR - timedelta(minutes=1))
    paths = [slip_pdf_path(expired), slip_pdf_path("xxxx")]
    for path in [*paths, slip_path(expired), slip_path("0000-0000-0000-0000")] if method == "GET" else paths:
        page = site.http.request(method, path)
        assert page.status_code == 404
        assert "lấy phiếu mới" in words(page.text)
        assert 'href="/"' in page.text
        assert "<motcua-chat" not in page.text, "scripts would draw the chat over the notice"


def test_a_procedure_that_is_gone_is_named(site: Site) -> None:
    code = keep(site, {"goals": [{"code": "9.999999"}, {"code": BIRTH}]})
    assert "Thủ tục 9.999999 không còn" in words(site.http.get(slip_path(code)).text)
    assert squeezed("Thủ tục 9.999999 không còn") in text_of(site.http.get(slip_pdf_path(code)).content)


def test_looking_at_a_slip_stores_nothing(site: Site, code: str) -> None:
    site.http.get(slip_path(code))
    site.http.post(slip_pdf_path(code), data={"name": NAME})
    engine = connect(site.conversations)
    with engine.connect() as connection:
        counts = [
            connection.execute(sa.text(f"SELECT COUNT(*) FROM {table}")).scalar() for table in ("events", "rating")
        ]
    engine.dispose()
    assert counts == [0, 0]


def test_one_address_gets_only_so_many_pdfs(site: Site, code: str) -> None:
    # An unknown slip costs a look-up each, and counts like any other.
    answers = (site.http.get(slip_pdf_path("xxxx")).status_code for _ in range(2 * PDFS_PER_ADDRESS))
    assert next(number for number, status in enumerate(answers) if status == 429) >= PDFS_PER_ADDRESS
    refused = site.http.get(slip_pdf_path(code))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert site.http.get(slip_pdf_path(code), headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 200
