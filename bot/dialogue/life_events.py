"""What a life event takes: the procedures it needs, and the visits to get them all done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue import interview
from bot.dialogue.buttons import Button
from bot.dialogue.finding import Finding
from bot.dialogue.interview import LifeEventCase, OpenQuestion
from bot.dialogue.phrases import labels
from bot.dialogue.procedures import answer_buttons, ask_again, question_text, reference, source
from bot.dialogue.turn import Conversation, Message, Reply
from bot.procedures import journey, life_events
from bot.procedures.catalogue import Snapshot
from bot.procedures.journey import Goal, Plan
from bot.procedures.life_events import LifeEvent, NeededProcedure
from bot.procedures.render import Renderer

#: What nearly everybody needs is planned; what only some need is named.
PLANNED = ("must", "usually")
#: Procedures offered to ask about.
MOST_OFFERED = 3


class LifeEventDialogue:
    """Tells of life events out of one snapshot of the catalogue."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._finding = Finding(snapshot)
        self._renderer = Renderer(snapshot.name_of)

    def event_of(self, message: Message) -> LifeEvent | None:
        """The life event that a message tells of, if it is known."""
        return self._snapshot.life_events.get(message.entities.get("life_event") or "")

    def start(self, event: LifeEvent, message: Message, conversation: Conversation) -> Reply:
        """Something happened: what to do, as far as it is clear, and the first question."""
        assumed = {question: answer.key for question, answer in life_events.assumed(event).items()}
        case = {**assumed, **(self._subject(event).said(message.text) if message.text else {})}
        begun = replace(Conversation(), place=conversation.place, life_event=event.key, case=case)
        return self._tell(event, begun)

    def go_on(self, event: LifeEvent, message: Message, conversation: Conversation) -> Reply:
        """What the life event under discussion takes, for the case as far as it is known, and the visits for it."""
        restated = interview.restate(self._subject(event), message, conversation)
        return self._tell(event, restated or conversation)

    def note_case(self, message: Message, conversation: Conversation) -> Reply | None:
        """The reply if a message says something of a life event's case, asked or not, or None if it does not."""
        event = self._snapshot.life_events.get(conversation.life_event or "")
        if event is None or self._finding.means_another(message, None):
            return None
        if conversation.case_question is None:
            restated = interview.restate(self._subject(event), message, conversation)
            return self._tell(event, restated) if restated is not None else None
        noted = interview.note(self._subject(event), message, conversation)
        if noted is None:
            return None
        question = self._subject(event).next_question(noted.case, noted.skipped)
        if question is None:
            return self._tell(event, replace(noted, is_interview=False))
        return self._ask(event, question, noted)

    def resume(self, reply: Reply, conversation: Conversation) -> Reply:
        """The reply to something that came between, with the question that is still open below it."""
        event = self._snapshot.life_events.get(conversation.life_event or "")
        if event is None or reply.conversation.life_event != event.key:
            return reply
        question = self._subject(event).question(conversation.case_question or "")
        return ask_again(question, reply, conversation) if question else reply

    def goals(self, conversation: Conversation) -> list[Goal]:
        """The procedures that the life event under discussion surely takes, with what is known of their cases."""
        event = self._snapshot.life_events.get(conversation.life_event or "")
        rows = self._needed(event, conversation) if event else []
        return [Goal(row.code, row.case, row.after) for row in rows if row.need in PLANNED and not row.when]

    def plan(self, conversation: Conversation) -> Plan:
        """The visits that the life event under discussion takes."""
        return journey.plan(self._snapshot.procedures, self.goals(conversation))

    def _tell(self, event: LifeEvent, conversation: Conversation) -> Reply:
        rows = self._needed(event, conversation)
        plan = self.plan(conversation)
        procedures = [self._snapshot.procedures[code] for code in dict.fromkeys(row.code for row in rows)]
        question = self._subject(event).next_question(conversation.case, conversation.skipped)
        text = self._renderer.life_event(event, rows, plan, conversation.case)
        buttons: tuple[Button, ...] = self._buttons(rows)
        if question is not None:
            text = f"{text}\n\n{question_text(question, below=True)}"
            buttons = answer_buttons(question)
        extra = {"life_event": event.key, "visits": [visit.to_content() for visit in plan.visits]}
        return Reply(
            text,
            "answered",
            replace(conversation, case_question=question.key if question else None),
            buttons,
            procedures=tuple(reference(procedure) for procedure in procedures),
            sources=tuple(source(procedure) for procedure in procedures),
            extra={**extra, **({"case": dict(conversation.case)} if conversation.case else {})},
        )

    def _ask(self, event: LifeEvent, question: OpenQuestion, conversation: Conversation) -> Reply:
        codes = [row.code for row in self._needed(event, conversation)]
        return Reply(
            question_text(question),
            "case_question",
            replace(conversation, case_question=question.key, is_interview=True),
            answer_buttons(question),
            procedures=tuple(reference(self._snapshot.procedures[code]) for code in dict.fromkeys(codes)),
            extra={"life_event": event.key, "case": dict(conversation.case)},
        )

    def _buttons(self, rows: Sequence[NeededProcedure]) -> tuple[Button, ...]:
        offered = [row.code for row in rows if row.need in PLANNED][:MOST_OFFERED]
        names = [self._snapshot.procedures[code].short_name for code in offered]
        choices = (Button.of(name, "choose", procedure=code) for name, code in zip(names, offered, strict=True))
        return (Button.of(labels()["buttons"]["slip"], "slip"), *choices)

    def _needed(self, event: LifeEvent, conversation: Conversation) -> list[NeededProcedure]:
        return life_events.needed(event, conversation.case, self._snapshot.procedures.keys())

    def _subject(self, event: LifeEvent) -> LifeEventCase:
        return LifeEventCase(event, self._snapshot.procedures.keys())
