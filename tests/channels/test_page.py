from __future__ import annotations

import re
from html import unescape

import pytest

from bot.channels.http import CONTENT_SECURITY_POLICY
from bot.channels.page import PAGES_PER_ADDRESS
from bot.web.assets import assets
from tests.channels.conftest import Site
from tests.played_rasa import BUTTON


def test_the_page_stands_where_rasa_greets(site: Site) -> None:
    page = site.http.get("/")
    assert page.status_code == 200
    assert "<motcua-chat" in page.text
    assert page.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert page.headers["Content-Encoding"] == "gzip"
    assert "set-cookie" not in page.headers


def test_nothing_is_stored_by_looking(site: Site) -> None:
    site.http.get("/")
    site.send(site.http.get("/").text, text="   ")
    assert site.rasa.asked == []
    with site.rasa.store.session_scope() as session:
        assert session.query(site.rasa.store.SQLEvent).count() == 0


def test_a_conversation_is_held_without_scripts(site: Site) -> None:
    first = site.send(site.http.get("/").text, text="khai tử lệ phí bao nhiêu")
    assert "Dạ, anh/chị nói: khai tử lệ phí bao nhiêu" in unescape(first)
    second = site.send(first, payload=BUTTON["payload"])
    assert site.rasa.asked == ["khai tử lệ phí bao nhiêu", BUTTON["payload"]]
    assert "khai tử lệ phí bao nhiêu" in unescape(second)
    assert BUTTON["title"] in unescape(second)


def test_a_reload_is_no_second_question(site: Site) -> None:
    page = site.http.get("/").text
    started = site.send(page, text="khai tử")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', started))
    for _ in range(2):
        site.http.post("/", data={**hidden, "text": "khai sinh"})
    assert site.rasa.asked == ["khai tử", "khai sinh"]


def test_with_a_wrong_token_a_new_conversation_begins(site: Site) -> None:
    first = site.send(site.http.get("/").text, text="câu của tôi")
    stolen = re.sub(r'name="token" value="[^"]*"', 'name="token" value="x.y.z"', first)
    second = site.send(stolen, text="câu của kẻ khác")
    assert "câu của tôi" not in unescape(second)
    assert "hết hạn" in unescape(second)


def test_what_is_typed_is_never_markup(site: Site) -> None:
    page = site.send(site.http.get("/").text, text="<script>alert(1)</script><img src=x onerror=alert(1)>")
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_page_with_what_was_typed_is_neither_kept_nor_compressed(site: Site) -> None:
    answer = site.http.post("/", data={"text": "khai tử"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in answer.headers


def test_an_oversized_form_is_refused_in_words(site: Site) -> None:
    refused = site.http.post("/", data={"text": "x" * 40_000})
    assert refused.status_code == 413
    assert "rút ngắn" in unescape(refused.text)


def test_an_answer_stands_on_a_page_of_its_own(site: Site) -> None:
    page = site.http.get("/tra-loi/1.000656?aspects=fee,documents")
    words = unescape(re.sub(r"<[^>]+>", " ", page.text))
    assert page.status_code == 200
    assert "Đăng ký khai tử" in words
    assert "1.000656" in words
    assert "script" not in page.text


def test_an_answer_for_a_case_holds_its_papers_only(site: Site) -> None:
    everything = unescape(site.http.get("/tra-loi/1.001193?aspects=documents").text)
    assert "Biên bản về việc trẻ bị bỏ rơi" in everything
    for_one = unescape(site.http.get("/tra-loi/1.001193?aspects=documents&case=birth_proof:medical").text)
    assert "Biên bản về việc trẻ bị bỏ rơi" not in for_one
    assert "Giấy chứng sinh" in for_one


@pytest.mark.parametrize("path", ["/tra-loi/9.999999", "/tra-loi/huong-dan/nothing", "/tra-loi/..%2f..%2fetc"])
def test_an_unknown_answer_is_a_kind_page(site: Site, path: str) -> None:
    page = site.http.get(path)
    assert page.status_code == 404
    if "%2f" not in path:
        assert "Không tìm thấy" in unescape(page.text)


def test_a_guide_stands_on_a_page_of_its_own(site: Site) -> None:
    page = site.http.get("/tra-loi/huong-dan/login_vneid")
    assert page.status_code == 200
    assert "VNeID" in page.text


@pytest.mark.parametrize("name", list(assets()))
def test_files_are_kept_by_browsers_for_good_and_open_to_embedding(site: Site, name: str) -> None:
    asset = assets()[name]
    loaded = site.http.get(asset.path)
    assert loaded.content == asset.body
    assert "immutable" in loaded.headers["Cache-Control"]
    assert loaded.headers["Access-Control-Allow-Origin"] == "*"
    assert site.http.get(f"/{name}").headers["Cache-Control"] == "no-cache"
    assert site.http.get(asset.path, headers={"If-None-Match": asset.etag}).status_code == 304
    plain = site.http.get(asset.path, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers


def test_one_address_opens_only_so_many_pages(site: Site) -> None:
    # What is spent comes back bit by bit while we ask.
    answers = (site.http.get("/motcua.svg") for _ in range(2 * PAGES_PER_ADDRESS))
    assert next(number for number, answer in enumerate(answers) if answer.status_code == 429) >= PAGES_PER_ADDRESS
    refused = site.http.get("/")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert site.http.get("/", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 200
