"""Greets, thanks, says who it is and what it can do."""

from __future__ import annotations

from actions.turn import TurnAction


class ActionChitchat(TurnAction):
    """Greets, thanks, says who it is and what it can do."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_chitchat"
