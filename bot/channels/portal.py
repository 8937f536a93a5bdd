"""The channel of the portal's page: conversations over HTTP, each opened by its own token."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.conversation_routes import ConversationRoutes, openapi
from bot.channels.http import ChannelBlueprint, admit_origins, json_response, limit_bodies
from bot.channels.turns import OnNewMessage
from bot.settings import Settings

PREFIX = "/webhooks/portal/"


class PortalInput(InputChannel):
    """Everything below /webhooks/portal; openapi.yml describes it."""

    @classmethod
    def name(cls) -> str:
        """The channel's name, also in its address."""
        return "portal"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> PortalInput:
        """The channel; what it needs comes from the settings."""
        return cls()

    def blueprint(self, on_new_message: OnNewMessage) -> ChannelBlueprint:
        """The routes of the channel."""
        settings = Settings.read()
        blueprint = ChannelBlueprint("portal")

        def prepare(app: Sanic) -> None:
            limit_bodies(app)
            admit_origins(app, PREFIX, settings.allowed_origins)

        blueprint.ctx.prepare = prepare
        ConversationRoutes(self.name(), on_new_message, settings).add_to(blueprint)

        @blueprint.get("/openapi.json")
        async def describe(_request: Request) -> HTTPResponse:
            return json_response(openapi())

        return blueprint
