"""The slip: what was told, written down behind a short link to print or to keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.dialogue.finding import Finding
from bot.dialogue.life_events import LifeEventDialogue
from bot.dialogue.phrases import say
from bot.dialogue.procedures import ProcedureDialogue, reference, source
from bot.dialogue.turn import Conversation, Message, Reply
from bot.procedures import journey
from bot.procedures.catalogue import Snapshot
from bot.procedures.journey import Goal
from bot.settings import Settings
from bot.slip.links import slip_path

#: Keeps what a slip is about, and gives the code of its link (``bot.stores.slips``).
KeepSlip = Callable[[Mapping[str, Any]], str]


class SlipDialogue:
    """Hands out slips.

    Args:
        snapshot: The state of the catalogue.
        settings: The settings of the deployment.
        procedures: Where the procedure is asked for, if none is under discussion.
        life_events: What a life event takes.
        keep: Where slips are kept.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        settings: Settings,
        procedures: ProcedureDialogue,
        life_events: LifeEventDialogue,
        keep: KeepSlip,
    ) -> None:
        self._snapshot = snapshot
        self._settings = settings
        self._finding = Finding(snapshot)
        self._procedures = procedures
        self._life_events = life_events
        self._keep = keep

    def slip(self, message: Message, conversation: Conversation) -> Reply:
        """The link to a slip about the procedure or the life event under discussion, or the one that is named."""
        about = conversation
        if self._finding.means_another(message, conversation.procedure):
            meant = self._finding.surely_meant(message)
            about = conversation.about(meant.code if meant else "")
        goals = self._goals(about)
        if not goals:
            return self._procedures.which_procedure(("documents",), conversation)
        address = f"{self._settings.public_url}{slip_path(self._keep(_content(goals, about)))}"
        procedures = [self._snapshot.procedures[goal.code] for goal in goals]
        plan = journey.plan(self._snapshot.procedures, goals, [(about.procedure or "", key) for key in about.held])
        visits = [visit.to_content() for visit in plan.visits]
        return Reply(
            say("slip", address=address, names=[procedure.short_name for procedure in procedures]),
            "answered",
            about,
            procedures=tuple(reference(procedure) for procedure in procedures),
            sources=tuple(source(procedure) for procedure in procedures),
            extra={"slip_url": address, "visits": visits, **({"case": dict(about.case)} if about.case else {})},
        )

    def _goals(self, conversation: Conversation) -> list[Goal]:
        if conversation.life_event:
            return self._life_events.goals(conversation)
        known = conversation.procedure in self._snapshot.procedures
        return [Goal(conversation.procedure or "", conversation.case)] if known else []


def _content(goals: Sequence[Goal], about: Conversation) -> dict[str, Any]:
    """What is kept of a slip: the rest is worked out anew when it is looked at."""
    known = {"life_event": about.life_event, "ward_code": about.place}
    return {
        "goals": [_goal(goal) for goal in goals],
        "held": [[about.procedure or "", key] for key in about.held],
        **{name: value for name, value in known.items() if value},
    }


def _goal(goal: Goal) -> dict[str, Any]:
    after = {"after": list(goal.after)} if goal.after else {}
    return {"code": goal.code, "case": dict(goal.case), **after}
