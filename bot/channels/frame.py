"""What the page's frame shows of a deployment: province, hotlines, hours."""

from __future__ import annotations

from bot.procedures.store import Store, connect
from bot.settings import Settings


class Frame:
    """Reads it from settings and from the guide to opening hours."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine = connect(settings.database_url)
        self._store = Store(self._engine)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def read(self) -> dict[str, str]:
        """The frame's words; asks the database."""
        hours = self._store.guides().get("opening_hours")
        return {
            "province": self._settings.province,
            "information_hotline": self._settings.information_hotline,
            "portal_hotline": self._settings.portal_hotline,
            "opening_hours": str(hours.content["summary"]) if hours else "",
        }
