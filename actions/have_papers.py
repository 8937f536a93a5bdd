"""Tells which papers are still missing, given those a citizen has."""

from __future__ import annotations

from actions.turn import TurnAction


class ActionCheckPapers(TurnAction):
    """Tells which papers are still missing, given those a citizen has."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_check_papers"
