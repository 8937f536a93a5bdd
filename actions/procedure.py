"""Answers a question about a procedure: finds it, asks back, or tells what was asked."""

from __future__ import annotations

from actions.turn import TurnAction


class ActionAnswerProcedure(TurnAction):
    """Answers a question about a procedure: finds it, asks back, or tells what was asked."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_answer_procedure"
