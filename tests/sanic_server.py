"""A Sanic app in a thread, on a port of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sanic import Sanic

PATIENCE = 10.0
# Sanic rewrites its own methods at the start of an app; only in this mode can it do so for a second one.
Sanic.test_mode = True


@contextmanager
def serving(app: Sanic) -> Iterator[str]:
    """Serve an app; gives its address."""
    ready = threading.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    @app.after_server_start
    async def _ready(*_: object) -> None:
        loops.append(asyncio.get_running_loop())
        ready.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(
            target=app.run, kwargs={"sock": listener, "register_sys_signals": False, "access_log": False}
        )
        thread.start()
        try:
            assert ready.wait(PATIENCE)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            loops[0].call_soon_threadsafe(app.stop)
            thread.join(PATIENCE)
            assert not thread.is_alive()
