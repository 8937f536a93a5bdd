"""Starting the action server and Rasa together, with database and model up to date."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from types import FrameType
from typing import Any

from bot.settings import ROOT, Settings
from bot.training import MODEL_NAME, MODELS, ensure_model

#: Seconds that a server may take until it answers.
PATIENCE = 180
#: Seconds that a server has to stop by itself.
GRACE = 10
#: The first question after a start, so that no citizen waits until everything is loaded.
FIRST_QUESTION = {"id": "first-question", "text": "làm giấy khai sinh cần gì"}

Say = Callable[[str], object]


class CannotStart(Exception):
    """Something stands in the way; the message says what and what to do."""


def serve(settings: Settings, say: Say) -> int:
    """Serve until a signal comes or a server ends; returns the exit code."""
    with _stopped_by_signal():
        try:
            _prepare(settings, say)
            with _servers(settings, [_rasa("run", settings)], say) as running:
                address = f"http://{settings.host}:{settings.port}"
                _wait_until_up(f"{address}/", running)
                _warm_up(f"{address}/webhooks/portal/conversations", say)
                say(f"Motcua is ready at {address} (Ctrl-C stops it). Open it in a browser.")
                return _watch(running, say)
        except CannotStart as error:
            say(str(error))
            return 1
        except KeyboardInterrupt:
            say("Stopped.")
            return 0


def shell(settings: Settings, say: Say) -> int:
    """Chat in the Rasa shell with the action server behind it; returns the exit code."""
    try:
        _prepare(settings, say)
        with _servers(settings, [], say):
            # The shell itself must own the terminal, so it runs in the foreground.
            command = [*_rasa("shell", settings), "--request-timeout", "60"]
            return subprocess.run(command, cwd=ROOT, env=_environment(settings), check=False).returncode
    except CannotStart as error:
        say(str(error))
        return 1


def _prepare(settings: Settings, say: Say) -> None:
    _require_free("PORT", settings.host, settings.port)
    _require_free("ACTION_PORT", settings.action_host, settings.action_port)
    say("Bringing the procedure database up to date …")
    loaded = subprocess.run([sys.executable, "-m", "bot.cli", "load"], cwd=ROOT, check=False)
    if loaded.returncode:
        raise CannotStart("The procedure database could not be loaded; the lines above say why.")
    if not ensure_model(force=False, say=say):
        raise CannotStart("There is no model to start with.")


def _require_free(name: str, host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} cannot be used ({error.strerror}): another program has it. "
                f"Stop that program, or choose another port: {name}={port + 1} make run"
            ) from error


@contextmanager
def _servers(settings: Settings, others: Sequence[Sequence[str]], say: Say) -> Iterator[list[subprocess.Popen[bytes]]]:
    say("Starting the action server …" + (" and Rasa (about half a minute) …" if others else ""))
    action_server = [sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(settings.action_port)]
    running = []
    try:
        for command in (action_server, *others):
            running.append(subprocess.Popen(command, cwd=ROOT, env=_environment(settings)))
        _wait_until_up(f"http://{settings.action_host}:{settings.action_port}/health", running)
        yield running
    finally:
        _stop(running)


def _rasa(command: str, settings: Settings) -> list[str]:
    model = str(MODELS / f"{MODEL_NAME}.tar.gz")
    options = ["--model", model, "--endpoints", "endpoints.yml", "--port", str(settings.port)]
    if command == "run":
        options += ["--interface", settings.host, "--credentials", settings.credentials]
    return [sys.executable, "-m", "rasa", command, *options]


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "SANIC_HOST": settings.action_host,
        "ACTION_PORT": str(settings.action_port),
        "DATABASE_URL": settings.database_url,
        "CONVERSATION_DATABASE_URL": settings.conversation_database_url,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # Rasa's own libraries warn about each other on every start; ours are tested with warnings as errors.
        "PYTHONWARNINGS": "ignore",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }


def _wait_until_up(address: str, running: Sequence[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in running):
            raise CannotStart("A server ended while starting; its last lines above say why.")
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise CannotStart(f"{address} did not answer within {PATIENCE} seconds.")


def _warm_up(conversations: str, say: Say) -> None:
    """Take one turn as the page would, and delete it."""
    try:
        started = _request("POST", conversations, {})
        conversation = f"{conversations}/{started['conversation']}"
        turn = _request("POST", f"{conversation}/messages", FIRST_QUESTION, started["token"])
        _request("DELETE", conversation, None, started["token"])
    except urllib.error.HTTPError as error:
        # Without the page's channel there is nobody to ask.
        if error.code != HTTPStatus.NOT_FOUND:
            say(f"The first question was not answered ({error}); the lines above may say why.")
        return
    except (OSError, ValueError) as error:
        say(f"The first question was not answered ({error}); the lines above may say why.")
        return
    if turn["reply"]["outcome"] == "unavailable":
        say("The first question was answered with an apology only; the lines above may say why.")


def _request(method: str, address: str, body: object, token: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Conversation-Token": token}
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(address, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        return dict(json.load(response)) if response.status != 204 else {}


def _watch(running: Sequence[subprocess.Popen[bytes]], say: Say) -> int:
    while True:
        for process in running:
            if process.poll() is not None:
                say(f"A server ended by itself (exit code {process.returncode}); stopping the other.")
                return 1
        time.sleep(0.5)


def _stop(running: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in running:
        if process.poll() is None:
            process.terminate()
    for process in running:
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _stopped_by_signal() -> Iterator[None]:
    """SIGTERM stops us the way Ctrl-C does, so that no server is left behind."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
