"""Tells how to reach a person."""

from __future__ import annotations

from actions.turn import TurnAction


class ActionHandoff(TurnAction):
    """Tells how to reach a person."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_handoff"
