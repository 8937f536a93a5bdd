"""Tells which procedures something that happened in a life calls for."""

from __future__ import annotations

from actions.turn import TurnAction


class ActionLifeEvent(TurnAction):
    """Tells which procedures something that happened in a life calls for."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_life_event"
