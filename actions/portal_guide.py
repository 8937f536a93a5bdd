"""Shows how to do something on the public-service portal."""

from __future__ import annotations

from actions.turn import TurnAction


class ActionPortalGuide(TurnAction):
    """Shows how to do something on the public-service portal."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_portal_guide"
