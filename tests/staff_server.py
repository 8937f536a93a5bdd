"""The staff view served from a thread, with databases of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from rasa.core.channels.channel import register
from sanic import Sanic

from bot.channels.staff import StaffInput
from bot.settings import Settings
from tests.sanic_server import serving

PASSWORD = "mật khẩu của cơ quan"
_NUMBERS = count()


@contextmanager
def staff_server(environment: dict[str, str]) -> Iterator[str]:
    """Serve the staff view as Rasa would register it; gives its address."""
    app = Sanic(f"staff_{next(_NUMBERS)}")
    settings = Settings.read({"TOKEN_KEY": "k" * 32, **environment})
    register([StaffInput(settings)], app, route="/webhooks/")
    with serving(app) as address:
        yield address
