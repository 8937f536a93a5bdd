"""Gives what was told as a slip to print or keep."""

from __future__ import annotations

from actions.turn import TurnAction


class ActionSlip(TurnAction):
    """Gives what was told as a slip to print or keep."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_slip"
