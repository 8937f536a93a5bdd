"""Tells how to find out where a dossier stands."""

from __future__ import annotations

from actions.turn import TurnAction


class ActionDossierStatus(TurnAction):
    """Tells how to find out where a dossier stands."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_dossier_status"
