"""The Zalo channel on a Sanic server of its own, with a small function in Rasa's place."""

from __future__ import annotations

import itertools
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sanic import Sanic
from sqlalchemy.engine import Engine

from bot.channels.zalo import ZaloInput
from bot.settings import Settings
from tests.sanic_server import serving

_NUMBERS = itertools.count()


def served(settings: Settings, engine: Engine, journal: Path, rasa: Any) -> AbstractContextManager[str]:
    """Serve the channel; gives its address."""
    app = Sanic(f"zalo_{next(_NUMBERS)}", configure_logging=False)
    app.blueprint(ZaloInput(settings, engine, journal).blueprint(rasa), url_prefix="/webhooks/zalo")
    return serving(app)
