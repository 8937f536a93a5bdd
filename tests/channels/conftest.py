from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sanic import Sanic
from sanic.response import text

from bot.channels.page import PageInput
from bot.procedures.store import connect
from bot.stores.database import migrate
from tests.played_rasa import PlayedRasa
from tests.sanic_server import serving

PUBLIC_URL = "https://motcua.example.vn"


@dataclass
class Site:
    """The page's channel on a server, with a client and the URL of the conversation database."""

    http: httpx.Client
    rasa: PlayedRasa
    conversations: str

    def send(self, page: str, **fields: str) -> str:
        """Send the form of a page with what a citizen typed or pressed."""
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        answer = self.http.post("/", data={**hidden, **fields})
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
def site(tmp_path: Path, loaded_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path / 'conversations.db'}"
    monkeypatch.setenv("DATABASE_URL", loaded_url)
    monkeypatch.setenv("CONVERSATION_DATABASE_URL", url)
    monkeypatch.setenv("TOKEN_KEY", "k" * 40)
    monkeypatch.setenv("PROXIES", "1")
    monkeypatch.setenv("PUBLIC_URL", PUBLIC_URL)
    engine = connect(url)
    migrate(engine)
    engine.dispose()
    rasa = PlayedRasa(url)
    app = Sanic(f"page-{tmp_path.name}", configure_logging=False)
    app.add_route(lambda _request: text("Hello from Rasa"), "/", name="hello")
    rasa.behind(app)
    channel = PageInput.from_credentials(None)
    app.blueprint(channel.blueprint(rasa), url_prefix=channel.url_prefix())
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as http:
        yield Site(http, rasa, url)
    rasa.store.engine.dispose()
