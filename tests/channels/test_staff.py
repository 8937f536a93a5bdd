from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import httpx
import pytest
from sqlalchemy.engine import Engine

from bot.metrics import TURNS
from bot.procedures.store import connect
from bot.stores.database import migrate
from bot.stores.feedback import LONGEST_ANSWER, VIETNAM, FeedbackStore
from tests.staff_server import PASSWORD, staff_server

BIRTH = "1.001193"
SCRIPT = "<script>alert('&')</script>"


@pytest.fixture(scope="module")
def conversations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('staff') / 'conversations.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def staff(conversations: Engine, loaded_url: str) -> Iterator[httpx.Client]:
    """A signed-in member of the staff."""
    environment = {
        "STAFF_PASSWORD": PASSWORD,
        "DATABASE_URL": loaded_url,
        "CONVERSATION_DATABASE_URL": str(conversations.url),
    }
    with (
        staff_server(environment) as address,
        httpx.Client(base_url=address, auth=("staff", PASSWORD), timeout=10) as client,
    ):
        yield client


@pytest.fixture
def store(conversations: Engine) -> FeedbackStore:
    """The store that the pages read, empty."""
    with conversations.begin() as connection:
        for table in ("rating", "left_question"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    return FeedbackStore(conversations)


def today() -> date:
    return datetime.now(VIETNAM).date()


def test_the_chat_page_talks_to_the_staff_channel_and_links_the_others(staff: httpx.Client) -> None:
    page = staff.get("/staff").text
    assert re.search(r'<motcua-chat[^>]* staff="/staff"', page)
    assert re.search(r'<script[^>]* src="/motcua-chat\.js', page)
    for path in ("/staff/questions", "/staff/ratings"):
        assert f'href="{path}"' in page
        assert f'href="{path}" aria-current="page"' in staff.get(path).text


@pytest.mark.parametrize("path", ["/staff", "/staff/questions", "/staff/ratings", "/staff/nowhere"])
def test_pages_carry_no_inline_script_or_style(staff: httpx.Client, path: str) -> None:
    page = staff.get(path)
    assert page.headers["Content-Type"].startswith("text/html")
    assert 'lang="vi"' in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|javascript:", page.text)


def test_the_style_sheet_is_served(staff: httpx.Client) -> None:
    (path,) = re.findall(r'<link rel="stylesheet" href="(/staff/[^"]+)"', staff.get("/staff").text)
    style = staff.get(path)
    assert style.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "{" in style.text


def test_open_questions_stand_before_answered_ones(staff: httpx.Client, store: FeedbackStore) -> None:
    answered, waiting = (
        store.leave_question("Đã hỏi lâu rồi"),
        store.leave_question("Còn phải chờ không?", BIRTH, "12361"),
    )
    store.answer_question(answered, "Dạ không.")
    page = staff.get("/staff/questions").text
    assert "Chờ trả lời (1)" in page
    assert page.index(waiting) < page.index(answered)
    assert BIRTH in page
    assert "12361" in page
    assert "Đăng ký khai sinh" in page
    assert today().strftime("%d/%m/%Y") in page
    assert "Dạ không.</textarea>" in page


def test_an_answer_is_saved_and_reaches_who_asked(staff: httpx.Client, store: FeedbackStore) -> None:
    code = store.leave_question("Nộp ở đâu?")
    saved = staff.post("/staff/questions", data={"code": code.lower(), "answer": "Ở xã\r\nnơi anh/chị ở."})
    assert saved.status_code == 303
    page = staff.get(saved.headers["Location"])
    assert "Đã lưu" in page.text
    assert "Không có câu hỏi nào đang chờ" in page.text
    found = store.question(code)
    assert found is not None
    assert found.answer == "Ở xã\nnơi anh/chị ở."
    assert staff.get(f"/staff/questions/{code}").json()["answer"] == found.answer


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"code": "K7M2-9QXD-4HTP", "answer": "Dạ"}, 404),
        ({"code": "", "answer": "Dạ"}, 404),
        ({"answer": "Dạ"}, 404),
        ({"code": "OPEN", "answer": "  "}, 422),
        ({"code": "OPEN"}, 422),
        ({"code": "OPEN", "answer": "x" * (LONGEST_ANSWER + 1)}, 422),
    ],
)
def test_an_answer_that_cannot_be_saved_is_explained(
    staff: httpx.Client, store: FeedbackStore, form: dict[str, str], status: int
) -> None:
    code = store.leave_question("Hỏi")
    refused = staff.post(
        "/staff/questions", data={name: code if value == "OPEN" else value for name, value in form.items()}
    )
    assert refused.status_code == status
    assert 'role="alert"' in refused.text
    assert [question.code for question in store.open_questions()] == [code]


def test_what_citizens_wrote_is_shown_as_text(staff: httpx.Client, store: FeedbackStore) -> None:
    code = store.leave_question(SCRIPT, SCRIPT, '"><img src=x>')
    store.answer_question(code, "</textarea>" + SCRIPT)
    store.rate("c", "m", 1, SCRIPT, SCRIPT, "answered", '"><img src=x>')
    for page in (staff.get("/staff/questions").text, staff.get("/staff/ratings").text):
        assert "&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;" in page
        assert "<script>" not in page
        assert "<img src=x" not in page
    assert "<script>" not in staff.get("/staff/questions", params={"saved": SCRIPT}).text


def give(store: FeedbackStore) -> None:
    for number, (stars, comment) in enumerate([(5, "Rõ ràng"), (4, ""), (4, "")]):
        store.rate("c", f"a{number}", stars, comment, BIRTH, "answered", "12361")
    store.rate("c", "b", 2, "Chưa đúng ý", None, "chitchat", None)


def test_the_report_shows_the_figures_of_each_procedure_and_office(staff: httpx.Client, store: FeedbackStore) -> None:
    give(store)
    page = staff.get("/staff/ratings").text
    assert "4 lượt đánh giá, trung bình 3,8 trên 5 sao" in page
    body = page.split("<tbody>")[1]
    rows = [
        [re.sub(r"<[^>]+>", " ", cell).split() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]
    assert [" ".join(cell) for cell in rows[0][:9]] == [
        f"Đăng ký khai sinh ({BIRTH})", "12361", "3", "4,3", "0", "0", "0", "2", "1",
    ]  # fmt: skip
    assert "Rõ ràng" in " ".join(rows[0][9])
    assert [" ".join(cell) for cell in rows[1][2:9]] == ["1", "2,0", "0", "1", "0", "0", "0"]


def test_the_report_is_of_the_period_chosen(staff: httpx.Client, store: FeedbackStore, conversations: Engine) -> None:
    give(store)
    with conversations.begin() as connection:
        connection.exec_driver_sql("UPDATE rating SET rated_at = '2020-02-29 16:59:59.000000' WHERE message = 'b'")
    counted = {
        period: [int(n) for n in re.findall(r"(\d+) lượt", staff.get("/staff/ratings", params=params).text)]
        for period, params in {
            "last 30 days": {},
            "all": {"since": "", "until": ""},
            "that day": {"since": "2020-02-29", "until": "2020-02-29"},
            "since then": {"since": "2020-03-01"},
            "until today": {"since": "", "until": today().isoformat()},
            "before": {"until": "2020-02-28"},
        }.items()
    }
    assert counted == {
        "last 30 days": [3], "all": [4], "that day": [1], "since then": [3], "until today": [4], "before": [],
    }  # fmt: skip
    form = staff.get("/staff/ratings").text
    assert f'value="{today() - timedelta(days=29)}"' in form


@pytest.mark.parametrize("path", ["/staff/ratings", "/staff/ratings.csv"])
@pytest.mark.parametrize("day", ["hôm qua", "2026-13-01", "20261123", SCRIPT])
def test_what_is_no_day_is_said_to_be_none(staff: httpx.Client, path: str, day: str) -> None:
    refused = staff.get(path, params={"since": day})
    assert refused.status_code == 422
    assert "2026-11-24" in refused.text


def test_the_report_can_be_downloaded(staff: httpx.Client, store: FeedbackStore) -> None:
    give(store)
    store.rate("c", "x", 3, 'Có "nháy"; và, dấu\n=1+1', "-1+1", "answered", "@SUM(A1)")
    store.rate("c", "y", 3, '=HYPERLINK("https://evil.example")', "\t=2", "answered", "+84")
    file = staff.get("/staff/ratings.csv", params={"since": "", "until": ""})
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert file.headers["Content-Disposition"] == 'attachment; filename="motcua-ratings.csv"'
    assert file.content.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(io.StringIO(file.content.decode("utf-8-sig"), newline=""), strict=True)
    assert [len(row) for row in rows] == [len(heading)] * 4
    assert rows[0] == [BIRTH, "Đăng ký khai sinh", "12361", "3", "4.33", "0", "0", "0", "2", "1", "Rõ ràng"]
    assert not any(re.match(r"\s*[=+@-]", line) for row in rows for cell in row for line in cell.splitlines())
    assert 'Có "nháy"; và, dấu\n\'=1+1' in {row[-1] for row in rows}


def test_metrics_are_in_the_text_format_of_prometheus(staff: httpx.Client) -> None:
    TURNS.labels("portal", "answered").inc()
    metrics = staff.get("/staff/metrics")
    assert metrics.headers["Content-Type"].startswith("text/plain; version=")
    assert re.search(r'^motcua_turns_total\{channel="portal",outcome="answered"\} \d', metrics.text, re.MULTILINE)


def test_what_is_no_page_is_said_to_be_none(staff: httpx.Client) -> None:
    missing = staff.get("/staff/khong/co")
    assert missing.status_code == 404
    assert "Không có trang này" in missing.text
