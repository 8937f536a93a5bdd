"""Takes the screenshots of the docs from a running Motcua: `make screenshots` (start `make run` first)."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
from playwright.sync_api import Browser, Page, sync_playwright

from bot.procedures.store import Store, connect
from bot.settings import Settings
from bot.slip.links import slip_path
from bot.slip.slip import SlipMaker
from bot.slip.typeset import typeset_slip

IMAGES = Path(__file__).parent / "images"
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 860}
FIELD = "textarea#motcua-question"
QUESTION = "vợ em mới sinh, làm giấy khai sinh cần giấy tờ gì, ai phải xác nhận"


def main() -> None:
    """Take every picture anew."""
    address = Settings.read().public_url
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        start(browser, address)
        answer(browser, address, "phone-answer", PHONE, "light")
        answer(browser, address, "phone-dark-answer", PHONE, "dark")
        answer(browser, address, "desktop-answer", DESKTOP, "light")
        embedded(browser, address)
        staff(browser, address)
        browser.close()
    slip()


def start(browser: Browser, address: str) -> None:
    """The page before the first message."""
    page = browser.new_page(viewport=PHONE, locale="vi-VN")
    page.goto(address)
    page.locator(FIELD).wait_for()
    save(page, "phone-start")
    page.close()


def answer(browser: Browser, address: str, name: str, size: dict[str, int], scheme: str) -> None:
    """The page with an answer on it."""
    page = browser.new_page(viewport=size, color_scheme=scheme, locale="vi-VN")
    page.goto(address)
    ask(page, QUESTION)
    save(page, name)
    page.close()


def embedded(browser: Browser, address: str) -> None:
    """The widget open on a sample portal page."""
    page = browser.new_page(viewport=DESKTOP, locale="vi-VN")
    page.goto(f"{address}/embed")
    page.locator("motcua-chat button").first.click()
    ask(page, "khai tử nộp ở đâu, lệ phí bao nhiêu")
    save(page, "embedded")
    page.close()


def staff(browser: Browser, address: str) -> None:
    """The staff's page with what was understood."""
    password = os.environ.get("STAFF_PASSWORD", "")
    context = browser.new_context(
        viewport={"width": 1280, "height": 1500},
        locale="vi-VN",
        http_credentials={"username": "staff", "password": password},
    )
    page = context.new_page()
    page.goto(f"{address}/staff")
    ask(page, "mất bằng lái xe máy thì làm lại sao")
    page.locator("motcua-chat details.trace > summary").first.click()
    save(page, "staff")
    context.close()


def slip() -> None:
    """The first sheet of a slip, as it is printed."""
    engine = connect(Settings.read().database_url)
    birth = {"birth_proof": "medical", "surrogacy": "no", "authorised": "no", "filing": "direct"}
    goal = {"code": "1.001193", "case": birth}
    content = {"goals": [goal], "held": [["1.001193", "birth_certificate"]], "ward_code": "12361"}
    today = date.today()
    store = Store(engine)
    procedures = store.procedures(today)
    names = {code: procedure.short_name for code, procedure in procedures.items()}
    pdf = typeset_slip(
        SlipMaker(names.get).make(content, procedures, store.offices()),
        province=Settings.read().province,
        hotline=Settings.read().information_hotline,
        url="https://motcua.example.vn" + slip_path("k7m2-9qxd-4htp-0abc"),
        kept_until=today + timedelta(days=30),
        printed_on=today,
    )
    document = pypdfium2.PdfDocument(pdf)
    document[0].render(scale=1, grayscale=True).to_pil().quantize(16).save(IMAGES / "slip.png", optimize=True)
    document.close()
    engine.dispose()
    print("docs/images/slip.png")


def ask(page: Page, question: str) -> None:
    """Type a question and wait for the answer."""
    field = page.locator(FIELD)
    field.fill(question)
    field.press("Enter")
    page.locator("motcua-chat .turn:not(.waiting)").first.wait_for()
    page.wait_for_timeout(600)  # until it has scrolled into place


def save(page: Page, name: str) -> None:
    """Write one picture."""
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
