"""The chat as a citizen handles it, for tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

#: Answered at once, with papers, cases and an official page.
BIRTH = "thủ tục đăng ký khai sinh cần giấy tờ gì"
BIRTH_NAME = "Đăng ký khai sinh"


@dataclass
class Chat:
    page: Page

    @classmethod
    def open(cls, page: Page, address: str) -> Chat:
        page.goto(address)
        chat = cls(page)
        expect(chat.field).to_be_visible()
        return chat

    @property
    def field(self) -> Locator:
        return self.page.locator("textarea#motcua-question")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def turns(self) -> Locator:
        return self.page.locator("motcua-chat .turn")

    @property
    def answers(self) -> Locator:
        return self.page.locator("motcua-chat .turn:not(.waiting)")

    @property
    def latest(self) -> Locator:
        return self.answers.last

    @property
    def boxes(self) -> Locator:
        return self.latest.get_by_role("checkbox")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def ask(self, text: str) -> Locator:
        """Ask and wait for the answer."""
        before = self.answers.count()
        self.field.fill(text)
        self.field.press("Enter")
        expect(self.answers).to_have_count(before + 1)
        return self.latest

    def choose(self, title: str) -> Locator:
        """Press a button of the latest reply and wait for the answer."""
        before = self.answers.count()
        self.latest.get_by_role("button", name=title, exact=True).click()
        expect(self.answers).to_have_count(before + 1)
        return self.latest

    def ask_about_birth(self) -> Locator:
        """An answer with papers to tick: about registering a birth."""
        self.ask(BIRTH)
        if self.latest.locator(".papers").count() == 0:
            self.choose(BIRTH_NAME)
        expect(self.boxes.first).to_be_visible()
        return self.latest

    def menu(self, item: str) -> None:
        self.page.get_by_role("button", name="Thêm", exact=True).click()
        self.page.get_by_role("button", name=item).click()

    def delete(self) -> None:
        self.menu("Xoá cuộc trò chuyện")
        self.dialog.get_by_role("button", name="Xoá hẳn").click()
        expect(self.log).to_contain_text("Đã xoá cuộc trò chuyện.")

    @property
    def stored(self) -> dict[str, Any]:
        """All that the browser keeps for the site, by key."""
        kept = self.page.evaluate("() => JSON.stringify({...localStorage, ...sessionStorage})")
        return {key: json.loads(value) for key, value in json.loads(kept).items()}

    @property
    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return int(self.page.evaluate("() => document.documentElement.scrollWidth - innerWidth"))
