"""Declines politely what is not about procedures."""

from __future__ import annotations

from actions.turn import TurnAction


class ActionOutOfScope(TurnAction):
    """Declines politely what is not about procedures."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_out_of_scope"
