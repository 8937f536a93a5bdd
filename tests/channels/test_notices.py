from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.open_data import jsonld
from bot.procedures.model import Procedure
from bot.slip.links import notice_path, poster_path
from tests.channels.conftest import PUBLIC_URL, Site
from tests.slip.test_slip import BIRTH
from tests.slip.test_typeset import squeezed, text_of


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL)).split())


def linked_data(page: str) -> object:
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(script)


def test_a_notice_holds_every_aspect_of_every_case(site: Site, procedures: dict[str, Procedure]) -> None:
    page = site.http.get(notice_path(BIRTH))
    procedure = procedures[BIRTH]
    assert page.status_code == 200
    told = [procedure.name, procedure.summary, procedure.field, BIRTH]
    named: tuple[Any, ...] = (*procedure.documents, *procedure.agencies, *procedure.fees, *procedure.results)
    told += [row.name for row in named]
    told += [row.what for row in procedure.steps] + [row.number for row in procedure.legal_basis]
    texts: tuple[Any, ...] = (*procedure.conditions, *procedure.deadlines, *procedure.document_notes)
    told += [row.text for row in texts]
    told += [row.confirms for row in procedure.confirmations]
    text = words(page.text)
    assert [one for one in told if " ".join(one.split()) not in text] == []


def test_a_notice_carries_its_linked_data_and_no_script(site: Site, procedures: dict[str, Procedure]) -> None:
    page = site.http.get(notice_path(BIRTH)).text
    assert linked_data(page) == jsonld.document([procedures[BIRTH]])
    assert page.count("<script") == 1


def test_search_engines_are_told_what_it_is(site: Site) -> None:
    page = site.http.get(notice_path(BIRTH))
    assert f'<link rel="canonical" href="{PUBLIC_URL}{notice_path(BIRTH)}">' in page.text
    assert re.search(r"<title>Đăng ký khai sinh \(1\.001193\) – Một cửa Hưng Yên</title>", unescape(page.text))
    assert re.search(r'<meta name="description" content="Đăng ký khai sinh: [^"]{20,}">', page.text)
    assert "X-Robots-Tag" not in page.headers
    assert page.headers["Cache-Control"] == "public, max-age=300"
    assert "set-cookie" not in page.headers


def test_a_procedure_known_from_the_list_only_says_so(site: Site, procedures: dict[str, Procedure]) -> None:
    listed = next(row for row in procedures.values() if row.is_listed_only)
    page = site.http.get(notice_path(listed.code))
    assert "chưa có hồ sơ chi tiết" in words(page.text)
    assert linked_data(page.text) == jsonld.document([listed])


def test_the_chat_begins_with_the_procedure(site: Site) -> None:
    page = unescape(site.http.get(notice_path(BIRTH)).text)
    payload = re.search(r'name="payload" value="(.*?)">', page)
    assert payload is not None
    answer = site.http.post("/", data={"payload": payload[1]})
    assert answer.status_code == 200
    assert site.rasa.asked == [f'/choose{{"procedure": "{BIRTH}"}}']


def test_the_poster_is_one_sheet_with_the_address_of_the_page(site: Site) -> None:
    pdf = site.http.get(poster_path(BIRTH))
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert squeezed(PUBLIC_URL + notice_path(BIRTH)) in text_of(pdf.content)


@pytest.mark.parametrize("path", [notice_path("9.999999"), poster_path("9.999999"), notice_path("' OR 1=1")])
def test_an_unknown_procedure_is_a_kind_page(site: Site, path: str) -> None:
    page = site.http.get(path)
    assert page.status_code == 404
    assert "tra theo tên" in words(page.text)
    assert 'href="/thu-tuc/"' in page.text


def test_the_list_leads_by_field_to_every_procedure(site: Site, procedures: dict[str, Procedure]) -> None:
    page = site.http.get("/thu-tuc/").text
    links = [unescape(link) for link in re.findall(r'href="(\?linh-vuc=[^"]+)"', page)]
    assert len(links) == len({row.field for row in procedures.values()})
    assert site.http.get("/thu-tuc").text == page
    civil = next(link for link in links if "H%E1%BB%99+t%E1%BB%8Bch" in link)
    listed = site.http.get(f"/thu-tuc/{civil}").text
    expected = {notice_path(code) for code, row in procedures.items() if row.field == "Hộ tịch"}
    assert set(re.findall(r'href="(/thu-tuc/[\d.]+)"', listed)) == expected


def test_the_list_is_looked_up_by_words_and_leafed_through(site: Site, procedures: dict[str, Procedure]) -> None:
    found = site.http.get("/thu-tuc/", params={"q": "dang ky khai sinh"}).text
    assert notice_path(BIRTH) in found
    assert 'value="dang ky khai sinh"' in found
    seen: list[str] = []
    path = "?q=c"
    while path:
        page = site.http.get(f"/thu-tuc/{path}").text
        seen += re.findall(r'href="(/thu-tuc/[\d.]+)"', page)
        following = re.search(r'href="([^"]+)">Trang sau', page)
        path = unescape(following[1]) if following else ""
    assert len(seen) == len(set(seen)) > 50


@pytest.mark.parametrize("query", ["xyzzy", "<script>alert(1)</script>", '"><img src=x>', "%", "x" * 5000])
def test_words_that_fit_nothing_are_answered_kindly_and_stay_text(site: Site, query: str) -> None:
    page = site.http.get("/thu-tuc/", params={"q": query})
    assert page.status_code == 200
    assert "không tìm thấy" in words(page.text)
    assert "<script" not in page.text
    assert "<img src=x" not in page.text


@pytest.mark.parametrize("number", ["0", "-1", "99999", "hai", "²", "9999"])
def test_a_page_that_is_not_there_gives_the_nearest(site: Site, number: str) -> None:
    page = site.http.get("/thu-tuc/", params={"q": "c", "trang": number})
    assert page.status_code == 200
    assert re.search(r'href="/thu-tuc/[\d.]+"', page.text)


def test_the_map_for_search_engines_names_every_page(site: Site, procedures: dict[str, Procedure]) -> None:
    answer = site.http.get("/sitemap.xml")
    assert answer.headers["Content-Type"].startswith("application/xml")
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    addresses = [element.text for element in ElementTree.fromstring(answer.content).iter(f"{space}loc")]
    expected = [f"{PUBLIC_URL}/thu-tuc/", *(PUBLIC_URL + notice_path(code) for code in procedures)]
    assert sorted(map(str, addresses)) == sorted(expected)
