"""Shows the emergency numbers."""

from __future__ import annotations

from actions.turn import TurnAction


class ActionCrisis(TurnAction):
    """Shows the emergency numbers."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_crisis"
