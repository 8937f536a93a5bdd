"""Tells which office serves a commune today."""

from __future__ import annotations

from actions.turn import TurnAction


class ActionPlace(TurnAction):
    """Tells which office serves a commune today."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_place"
