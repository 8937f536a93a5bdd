"""Tells in which order to visit which offices."""

from __future__ import annotations

from actions.turn import TurnAction


class ActionPlan(TurnAction):
    """Tells in which order to visit which offices."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_plan"
