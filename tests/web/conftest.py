from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.conftest import skip_unless_ci
from tests.live import Live, live
from tests.web.chat import Chat
from tests.web.flaky_proxy import FlakyProxy, serving

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Milliseconds for anything that a page waits for.
PATIENCE = 20_000


class Portal:
    """Pages of another site, by path."""

    def __init__(self) -> None:
        self.address = ""
        self.pages: dict[str, str] = {}

    def handler(self) -> type[BaseHTTPRequestHandler]:
        portal = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 2  # for connections that a browser opens in advance and never uses

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

            def do_GET(self) -> None:
                page = portal.pages.get(self.path)
                self.send_response(404 if page is None else 200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write((page or "").encode())

        return Handler


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """A portal on an origin of its own, which may embed the chat."""
    portal = Portal()
    with serving(portal.handler()) as portal.address:
        yield portal


@pytest.fixture(scope="session")
def motcua(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One Motcua for all browsers."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ALLOWED_ORIGINS", portal.address)
        environment.setenv("STAFF_PASSWORD", "mat-khau-thu-nghiem")
        with live(tmp_path_factory.mktemp("web")) as running:
            yield running


@pytest.fixture(scope="session")
def address(motcua: Live) -> str:
    return f"http://127.0.0.1:{motcua.port}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        skip_unless_ci("there is no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def open_context(browser: Browser) -> Iterator[OpenContext]:
    """Opens browser profiles, as Playwright's new_context; at the end no page may have had a fault of its own."""
    contexts, faults = [], []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", note)

    def note(message: ConsoleMessage) -> None:
        # What the network does to a page is not its fault.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            faults.append(message.text)

    def open_one(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": {"width": 390, "height": 800}, "locale": "vi-VN", **options})
        context.set_default_timeout(PATIENCE)
        context.on("page", watch)
        contexts.append(context)
        return context

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def chat(open_context: OpenContext, address: str) -> Chat:
    """The chat on Motcua's own page, in a fresh browser."""
    return Chat.open(open_context().new_page(), address)


@pytest.fixture
def proxy(address: str) -> Iterator[FlakyProxy]:
    proxy = FlakyProxy(address)
    with serving(proxy.handler()) as proxy.address:
        yield proxy
        proxy.release.set()
