"""One reply to one message: every intent has its capability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.dialogue.buttons import Button
from bot.dialogue.finding import Finding
from bot.dialogue.life_events import LifeEventDialogue
from bot.dialogue.phrases import labels, say
from bot.dialogue.places import PlaceDialogue
from bot.dialogue.procedures import ProcedureDialogue
from bot.dialogue.slips import KeepSlip, SlipDialogue
from bot.dialogue.turn import Conversation, Message, Reply
from bot.procedures.calibration import SHARE_OF_NONE
from bot.procedures.catalogue import Snapshot
from bot.procedures.render import Renderer
from bot.settings import Settings

#: Below this confidence the NLU's word on what a message is about gives way to a sure search.
SURE = 0.8
#: With an open case question, these are still what they are.
NEVER_AN_ANSWER = ("handoff", "start_over", "slip", "start_case")
#: These are answers up to so many words, where the question understands them: "tôi tự đi" sounds like a plan,
#: "có giấy chứng sinh rồi" like papers at hand. What is longer, and sure, plans, tells what happened or lists papers.
LONGEST_ANSWERS = {"plan": 3, "life_event": 3, "have_papers": 6}
#: A question that names no procedure for sure is about a life event if the NLU thinks it at least so likely.
POSSIBLY_A_LIFE_EVENT = 0.2
#: A message of so few words that nothing of ours understands was meant for the open question.
LONGEST_UNCLEAR_ANSWER = 12
NOT_UNDERSTOOD = ("out_of_scope", "not_found", "clarify")
#: After these the case question that was open is asked again.
COME_BETWEEN = ("answered", "portal_guide", "place", "dossier_status", "out_of_scope")


class Responder:
    """Replies out of one snapshot of the catalogue."""

    def __init__(self, snapshot: Snapshot, settings: Settings, keep_slip: KeepSlip) -> None:
        self._snapshot = snapshot
        self._settings = settings
        self._finding = Finding(snapshot)
        self._procedures = ProcedureDialogue(snapshot, settings)
        self._life_events = LifeEventDialogue(snapshot)
        self._slips = SlipDialogue(snapshot, settings, self._procedures, self._life_events, keep_slip)
        self._places = PlaceDialogue(snapshot, settings)

    def respond(self, message: Message, conversation: Conversation) -> Reply:
        """The reply to a message; an intent without a capability is a question about a procedure."""
        answered = self._places.answer(message, conversation) if message.intent != "place" else None
        if answered is not None:
            return answered
        if message.intent != "place":
            conversation = self._places.remember(message, replace(conversation, place_choices=()))
            message = self._places.leave_out(message)
        reply = self._note_case(message, conversation) or self._reply(message, conversation)
        return self._with_place(reply, conversation) if message.intent != "start_over" else reply

    def _note_case(self, message: Message, conversation: Conversation) -> Reply | None:
        """The reply if a message says something of the citizen's case, or None if it does not."""
        if message.intent in NEVER_AN_ANSWER:
            return None
        if message.confidence >= SURE and self._is_no_answer(message):
            return None
        if conversation.life_event is not None:
            return self._life_events.note_case(message, conversation)
        return self._procedures.note_case(message, conversation)

    def _is_no_answer(self, message: Message) -> bool:
        """Whether a message that the NLU is sure about is what it says, even with an open case question."""
        length = len(message.text.split())
        return message.intent == "crisis" or length > LONGEST_ANSWERS.get(message.intent, length)

    def _with_place(self, reply: Reply, conversation: Conversation) -> Reply:
        """The reply with the citizen's commune kept, and the office there that receives what is asked about."""
        kept = reply.conversation
        reply = replace(reply, conversation=replace(kept, place=kept.place or conversation.place))
        procedure = self._snapshot.procedures.get(kept.procedure or "")
        if reply.outcome != "answered" or "agency" not in reply.aspects or procedure is None:
            return reply
        lines = self._places.lines(procedure, reply.conversation)
        return replace(reply, text=f"{reply.text}\n\n{lines}") if lines else reply

    def _reply(self, message: Message, conversation: Conversation) -> Reply:
        opens = conversation.procedure is None and not conversation.choices
        is_unsure_event = message.intent == "life_event" and message.confidence < SURE
        if message.intent in ("ask", "choose", "correct", "switch") or is_unsure_event:
            message = self._weigh_scope(message) if opens else message
        elif message.intent == "out_of_scope":
            message = self._weigh_scope(message)
        if self._is_a_life_event_after_all(message, conversation):
            message = replace(message, intent="life_event")
        reply = self._capabilities().get(message.intent, self._procedures.ask)(message, conversation)
        return self._resume(message, reply, conversation)

    def _resume(self, message: Message, reply: Reply, conversation: Conversation) -> Reply:
        """The reply with the case question that is still open, where something came between or was not understood."""
        if conversation.case_question is None:
            return reply
        if self._is_unclear_answer(message, reply):
            reply = Reply(say("unclear_answer"), "case_question", conversation)
        elif not conversation.is_interview or reply.outcome not in COME_BETWEEN:
            return reply
        subject = self._life_events if conversation.life_event is not None else self._procedures
        return subject.resume(reply, conversation)

    def _is_unclear_answer(self, message: Message, reply: Reply) -> bool:
        """Whether a message was meant for the open question, though nothing understood it."""
        if not 0 < len(message.text.split()) <= LONGEST_UNCLEAR_ANSWER:
            return False
        says_something = message.names_an_aspect or self._finding.names_something(message)
        is_overview = reply.outcome == "answered" and reply.aspects == ("overview",) and message.intent == "ask"
        if reply.outcome == "clarify" or is_overview:
            return not says_something
        return reply.outcome in NOT_UNDERSTOOD

    def _is_a_life_event_after_all(self, message: Message, conversation: Conversation) -> bool:
        """Whether a question that names no procedure may tell what happened in the citizen's life."""
        if message.intent not in ("ask", "place") or message.life_event < POSSIBLY_A_LIFE_EVENT:
            return False
        is_open = conversation.procedure is None and not conversation.choices
        return is_open and self._life_events.event_of(message) is not None and not self._finding.surely_meant(message)

    def _capabilities(self) -> dict[str, Callable[[Message, Conversation], Reply]]:
        procedures = self._procedures
        return {
            "ask": procedures.ask,
            "choose": self.choose,
            "correct": procedures.switch,
            "switch": procedures.switch,
            "affirm": procedures.affirm,
            "deny": procedures.deny,
            "more": procedures.more,
            "start_case": procedures.start_case,
            "answer_case": procedures.ask,
            "skip_case": procedures.ask,
            "plan": self.plan,
            "have_papers": procedures.have_papers,
            "life_event": self.life_event,
            "slip": self._slips.slip,
            "portal_guide": self.portal_guide,
            "place": self.place,
            "dossier_status": self.dossier_status,
            "handoff": self.handoff,
            "crisis": self.crisis,
            "abuse": self.abuse,
            "out_of_scope": self.out_of_scope,
            "start_over": self.start_over,
            **dict.fromkeys(("greet", "thanks", "goodbye", "bot_challenge", "help"), self.chitchat),
        }

    def choose(self, message: Message, conversation: Conversation) -> Reply:
        """One of the choices offered; of a life event's procedures, with what it says of their cases."""
        pressed = message.entities.get("procedure")
        goal = next((goal for goal in self._life_events.goals(conversation) if goal.code == pressed), None)
        if goal is not None:
            conversation = replace(conversation.about(goal.code), case=goal.case)
        return self._procedures.choose(message, conversation)

    def plan(self, message: Message, conversation: Conversation) -> Reply:
        """The visits that a procedure, or the life event under discussion, takes."""
        event = self._snapshot.life_events.get(conversation.life_event or "")
        if event is not None and conversation.procedure is None:
            return self._life_events.go_on(event, message, conversation)
        return self._procedures.plan(message, conversation)

    def life_event(self, message: Message, conversation: Conversation) -> Reply:
        """Something happened in the citizen's life, and they ask what to do."""
        event = self._life_events.event_of(message)
        under_discussion = conversation.procedure is not None or bool(conversation.choices)
        goes_on = under_discussion and bool(message.text) and not self._finding.names_something(message)
        if event is None or goes_on or self._is_procedure_after_all(message):
            return self._procedures.ask(message, conversation)
        return self._life_events.start(event, message, conversation)

    def portal_guide(self, message: Message, conversation: Conversation) -> Reply:
        """How to do something on the portal."""
        guide = self._snapshot.guides.get(message.entities.get("topic") or message.topic or "")
        goes_on = conversation.procedure is not None and not message.names_no_aspect and message.confidence < SURE
        if guide is None or goes_on or self._is_procedure_after_all(message):
            return self._procedures.ask(message, conversation)
        hours = self._places.opening_hours(conversation) if guide.topic == "opening_hours" else None
        if hours is not None:
            return hours
        related = [self._snapshot.guides[topic] for topic in guide.content.get("related", [])]
        sources = [
            {
                "title": s["title"],
                "number": s.get("number"),
                "url": s.get("url"),
                "checked_on": guide.checked_on.isoformat(),
            }
            for s in guide.content["sources"]
        ]
        return Reply(
            Renderer(self._snapshot.name_of).guide(guide),
            "portal_guide",
            conversation,
            buttons=tuple(Button.of(other.title, "portal_guide", topic=other.topic) for other in related),
            sources=tuple(sources),
            extra={"topic": guide.topic},
        )

    def place(self, message: Message, conversation: Conversation) -> Reply:
        """Which office today, and where."""
        is_new = not conversation.place_choices and "ward_code" not in message.entities
        if is_new and self._is_procedure_after_all(message):
            return self._procedures.ask(replace(message, aspects=message.aspects or ("agency",)), conversation)
        return self._places.place(message, conversation)

    def dossier_status(self, message: Message, conversation: Conversation) -> Reply:
        """Where a citizen's own dossier stands: we cannot see it, the portal can."""
        names = labels()["buttons"]
        buttons = (
            Button.of(names["track_dossier"], "portal_guide", topic="track_dossier"),
            Button.of(names["complaint"], "portal_guide", topic="complaint_feedback"),
        )
        return Reply(say("dossier_status"), "dossier_status", conversation, buttons)

    def handoff(self, message: Message, conversation: Conversation) -> Reply:
        """How to reach a person."""
        hours = self._snapshot.guides.get("opening_hours")
        text = say(
            "handoff",
            information_hotline=self._settings.information_hotline,
            portal_hotline=self._settings.portal_hotline,
            opening_hours=hours.content["summary"] if hours else "",
        )
        button = Button.of(labels()["buttons"]["opening_hours"], "portal_guide", topic="opening_hours")
        return Reply(text, "handoff", conversation, (button,) if hours else ())

    def crisis(self, message: Message, conversation: Conversation) -> Reply:
        """Danger to life: the hotlines, at once."""
        return Reply(say("crisis"), "crisis", conversation)

    def abuse(self, message: Message, conversation: Conversation) -> Reply:
        """Insults: polite, short, still willing."""
        return Reply(say("abuse"), "out_of_scope", conversation)

    def out_of_scope(self, message: Message, conversation: Conversation) -> Reply:
        """Nothing to do with procedures."""
        return Reply(say("out_of_scope"), "out_of_scope", conversation)

    def start_over(self, message: Message, conversation: Conversation) -> Reply:
        """A fresh start."""
        return Reply(say("start_over"), "chitchat", Conversation())

    def chitchat(self, message: Message, conversation: Conversation) -> Reply:
        """Greeting, thanks, goodbye, who are you, what can you do."""
        return Reply(say(message.intent), "chitchat", conversation)

    def _weigh_scope(self, message: Message) -> Message:
        """The message as out of scope, or as a question, whichever NLU and search together make likelier.

        The NLU's odds that it is about nothing of ours times the search's odds that it means no
        procedure, over the odds that both start from: two witnesses that know different things.
        """
        none = self._snapshot.rank(message.sought).none
        odds = _odds(message.out_of_scope) * _odds(none) / _odds(SHARE_OF_NONE)
        if odds > 1:
            return replace(message, intent="out_of_scope")
        return replace(message, intent="ask") if message.intent == "out_of_scope" else message

    def _is_procedure_after_all(self, message: Message) -> bool:
        return message.confidence < SURE and self._finding.surely_meant(message) is not None


def _odds(probability: float) -> float:
    return probability / max(1 - probability, 1e-9)


def unavailable(conversation: Conversation, settings: Settings) -> Reply:
    """A fault on our side, said honestly; the conversation is kept."""
    return Reply(say("unavailable", information_hotline=settings.information_hotline), "unavailable", conversation)
