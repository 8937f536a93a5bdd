"""Rasa's REST channel behind our guards, for local use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rasa.core.channels.channel import UserMessage
from rasa.core.channels.rest import RestInput as RasaRestInput
from sanic import Blueprint
from sanic.request import Request

from bot.channels.guard import admit
from bot.channels.never_silent import never_silent


class RestInput(RasaRestInput):
    """POST /webhooks/rest/webhook {"sender", "message"}; replies with a list of messages."""

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[None]]) -> Blueprint:
        """The routes of the channel."""
        return super().blueprint(never_silent(on_new_message))

    def _extract_message(self, req: Request) -> str:
        return admit(super()._extract_message(req))
