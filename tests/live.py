"""A whole Motcua in processes of its own, on free ports, with a database of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.settings import ROOT

PATIENCE = 170


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Live:
    process: subprocess.Popen[bytes]
    port: int
    action_port: int
    log: Path
    database: Path

    def say(self, message: Any, sender: str) -> tuple[str, dict[str, Any], list[dict[str, str]]]:
        """Say something; the text, the custom object and the buttons of the reply."""
        address = f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"
        answer = httpx.post(address, json={"sender": sender, "message": message}, timeout=60)
        answer.raise_for_status()
        messages = answer.json()
        (custom,) = [sent["custom"] for sent in messages if "custom" in sent]
        said = [sent for sent in messages if "text" in sent]
        # Rasa cuts a text without buttons at its empty lines.
        text = "\n\n".join(sent["text"] for sent in said)
        return text, custom, said[-1].get("buttons", [])

    def action_server(self) -> int:
        """The process of the action server."""
        found = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        return next(int(line.split()[0]) for line in found.stdout.splitlines() if "rasa_sdk" in line)


@contextmanager
def live(folder: Path) -> Iterator[Live]:
    port, action_port = free_port(), free_port()
    log, database = folder / "motcua.log", folder / "motcua.db"
    environment = {
        **os.environ,
        "PORT": str(port),
        "ACTION_PORT": str(action_port),
        "DATABASE_URL": f"sqlite:///{database}",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"], cwd=ROOT, env=environment, stdout=output, stderr=output
        )
        running = Live(process, port, action_port, log, database)
        try:
            _wait(running)
            yield running
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _wait(running: Live) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if "Motcua is ready" in running.log.read_text(encoding="utf-8", errors="replace"):
            return
        assert running.process.poll() is None, running.log.read_text(encoding="utf-8", errors="replace")[-3000:]
        time.sleep(0.3)
    raise AssertionError(running.log.read_text(encoding="utf-8", errors="replace")[-3000:])
