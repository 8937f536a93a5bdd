"""Takes the screenshots of the docs from a running Motcua: `make screenshots` (start `make run` first)."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bot.settings import Settings

IMAGES = Path(__file__).parent / "images"
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 860}
QUESTION = "vợ em mới sinh, làm giấy khai sinh cần giấy tờ gì, ai phải xác nhận"


def main() -> None:
    """Take every picture anew."""
    address = Settings.read().public_url
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        chat(browser, address, "phone", PHONE, "light")
        chat(browser, address, "desktop", DESKTOP, "light")
        chat(browser, address, "phone-dark", PHONE, "dark")
        embedded(browser, address)
        staff(browser, address)
        browser.close()


def chat(browser: Browser, address: str, name: str, size: dict[str, int], scheme: str) -> None:
    """The page before the first message, and after one."""
    page = browser.new_page(viewport=size, color_scheme=scheme, locale="vi-VN", device_scale_factor=1)
    page.goto(address)
    page.locator("textarea#motcua-question").wait_for()
    save(page, f"{name}-start")
    ask(page, QUESTION)
    save(page, f"{name}-answer")
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
        viewport=DESKTOP, locale="vi-VN", http_credentials={"username": "staff", "password": password}
    )
    page = context.new_page()
    page.goto(f"{address}/staff")
    ask(page, "mất bằng lái xe máy thì làm lại sao")
    page.locator("motcua-chat details.trace > summary").first.click()
    save(page, "staff")
    context.close()


def ask(page: Page, question: str) -> None:
    """Type a question and wait for the answer."""
    field = page.locator("textarea#motcua-question")
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
