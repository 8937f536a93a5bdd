"""The heart of a turn: which procedure is meant, which aspects are asked, what is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.dialogue import decision, interview
from bot.dialogue.buttons import Button
from bot.dialogue.finding import Finding, without_turning_words
from bot.dialogue.interview import OpenQuestion, ProcedureCase
from bot.dialogue.phrases import labels, say, settings
from bot.dialogue.turn import Conversation, Message, Reply
from bot.procedures import at_hand, cases, journey, yes_no
from bot.procedures.at_hand import AtHand
from bot.procedures.catalogue import Snapshot
from bot.procedures.journey import Goal
from bot.procedures.model import ASPECTS, Procedure
from bot.procedures.render import Renderer
from bot.settings import Settings

#: How much likelier the procedure under discussion is than the words alone say.
CURRENT_PROCEDURE_ODDS = 3.0
#: Buttons below an answer.
MOST_BUTTONS = 4
#: What a checklist for a citizen's own case tells.
CHECKLIST = ("documents", "agency", "deadline", "fee")


class ProcedureDialogue:
    """Answers about procedures out of one snapshot of the catalogue."""

    def __init__(self, snapshot: Snapshot, settings: Settings) -> None:
        self._snapshot = snapshot
        self._settings = settings
        self._finding = Finding(snapshot)
        self._renderer = Renderer(snapshot.name_of)

    # -- what a message can be -------------------------------------------------------------------

    def ask(self, message: Message, conversation: Conversation) -> Reply:
        """A question about a procedure, named or under discussion; or words that change the citizen's case."""
        current = self._current(conversation)
        if current is not None and conversation.case and message.text and message.names_no_aspect:
            corrected = self._corrected(current, message, conversation)
            if corrected is not None:
                return self._tell(current.code, conversation.aspects, corrected)
        if conversation.choices:
            picked = self._finding.named_choice(message, conversation)
            if picked is not None:
                aspects = conversation.aspects if message.names_no_aspect else message.aspects
                return self._tell(picked, aspects, conversation)
        return self._search(message, replace(conversation, told="answer"), message.aspects)

    def choose(self, message: Message, conversation: Conversation) -> Reply:
        """One of the choices offered: by button, ordinal or name."""
        code = message.entities.get("procedure")
        if code is None and conversation.choices:
            position = decision.ordinal(message.text, len(conversation.choices))
            code = conversation.choices[position] if position is not None else None
        if code is None or code not in self._snapshot.procedures:
            return self.ask(message, conversation)
        return self._tell(code, conversation.aspects, conversation)

    def switch(self, message: Message, conversation: Conversation) -> Reply:
        """The same question about another procedure ('còn kết hôn thì sao?'), or another answer to a case question."""
        named = replace(message, text=without_turning_words(message.text), placeless=None)
        current = self._current(conversation)
        corrected = self._corrected(current, message, conversation) if current is not None else None
        if current is not None and corrected is not None:
            return self._tell(current.code, conversation.aspects, corrected)
        aspects = conversation.aspects if message.names_no_aspect else message.aspects
        return self._search(named, replace(conversation, procedure=None, choices=()), aspects)

    def affirm(self, message: Message, conversation: Conversation) -> Reply:
        """Yes: to a single choice."""
        if len(conversation.choices) == 1:
            return self._tell(conversation.choices[0], conversation.aspects, conversation)
        if conversation.choices:
            return self._clarify(conversation.choices, conversation.aspects, conversation)
        return Reply(say("thanks"), "chitchat", conversation)

    def deny(self, message: Message, conversation: Conversation) -> Reply:
        """No: none of the choices, or not what was answered."""
        if conversation.choices or not conversation.runners_up:
            return Reply(say("rephrase"), "not_found", Conversation(aspects=conversation.aspects))
        return self._clarify(conversation.runners_up, conversation.aspects, Conversation())

    def more(self, message: Message, conversation: Conversation) -> Reply:
        """More of what was answered: the aspects not told yet."""
        current = self._current(conversation)
        if current is None:
            return self.which_procedure(message.aspects, conversation)
        untold = [aspect for aspect in ASPECTS if aspect not in conversation.aspects and aspect != "overview"]
        if "documents" not in conversation.aspects:
            untold = ["documents", "confirming_agencies"]
        return self._tell(current.code, untold, replace(conversation, told="answer"))

    def plan(self, message: Message, conversation: Conversation) -> Reply:
        """The visits that a procedure takes, in order."""
        wanted = replace(conversation, told="plan")
        current = self._current(conversation)
        if current is not None and (
            not message.text or not self._finding.means_another(message, conversation.procedure)
        ):
            return self._tell(current.code, ("steps",), wanted, message.text)
        return self._search(message, wanted, ("steps",))

    def have_papers(self, message: Message, conversation: Conversation) -> Reply:
        """What the citizen has already; told is what is still missing."""
        current = self._current(conversation)
        wanted = replace(conversation, told="missing")
        if current is None:
            return self._search(message, wanted, ("documents",))
        # Papers have the names of procedures ("căn cước"): only where it is none of ours another one can be meant.
        is_ours = at_hand.read(current, message.text) != AtHand()
        if not is_ours and self._finding.means_another(message, current.code):
            return self._search(message, wanted, ("documents",))
        return self._tell(current.code, ("documents",), wanted, message.text)

    def start_case(self, _message: Message, conversation: Conversation) -> Reply:
        """The citizen wants the answer for their own case: ask the case questions."""
        current = self._current(conversation)
        if current is None:
            return self.which_procedure((), conversation)
        return self.go_on(replace(conversation.about(current.code), told="answer", skipped=()), first=True)

    def note_case(self, message: Message, conversation: Conversation) -> Reply | None:
        """The reply if a message answers the open case question of a procedure, or None if it does not."""
        current = self._current(conversation)
        if (
            current is None
            or conversation.case_question is None
            or self._finding.means_another(message, conversation.procedure)
        ):
            return None
        noted = interview.note(self._checklist_case(current, conversation), message, conversation)
        return self.go_on(noted) if noted is not None else None

    def go_on(self, conversation: Conversation, first: bool = False) -> Reply:
        """The next case question of the procedure under discussion, or what is told once the case is clear."""
        procedure = self._snapshot.procedures[conversation.procedure or ""]
        question = self._checklist_case(procedure, conversation).next_question(conversation.case, conversation.skipped)
        if question is not None:
            return self._ask_case(procedure, question, conversation, first)
        return self._tell(procedure.code, _with_checklist(conversation), replace(conversation, is_interview=False))

    def resume(self, reply: Reply, conversation: Conversation) -> Reply:
        """The reply to something that came between, with the case question that is still open below it."""
        procedure = self._current(conversation)
        if procedure is None or reply.conversation.procedure != procedure.code:
            return reply
        question = self._checklist_case(procedure, conversation).question(conversation.case_question or "")
        return ask_again(question, reply, conversation) if question else reply

    # -- finding the procedure -------------------------------------------------------------------

    def _search(self, message: Message, conversation: Conversation, aspects: Sequence[str]) -> Reply:
        ranking = decision.favour(self._snapshot.rank(message.sought), conversation.procedure, CURRENT_PROCEDURE_ODDS)
        chosen = decision.decide(ranking)
        current = self._current(conversation)
        if current is not None and yes_no.asks_for_a_paper(message.text):
            return self._tell(current.code, aspects, conversation, message.text)
        if chosen.outcome == "answered":
            runners_up = tuple(candidate.code for candidate in ranking.candidates[1 : decision.MOST_CHOICES])
            found = replace(conversation, runners_up=runners_up)
            return self._tell(chosen.codes[0], aspects, found, message.text)
        if conversation.choices and self._finding.only_names_aspects(message):
            return self._clarify(conversation.choices, aspects, conversation)
        if current is not None and self._finding.may_go_on_about(current, ranking, message):
            return self._tell(current.code, aspects, conversation, message.text)
        if not self._finding.names_something(message):
            return self.which_procedure(aspects, conversation)
        offered = decision.choices(ranking)
        if chosen.outcome == "clarify" or self._finding.is_part_of_names(message, ranking):
            return self._clarify([candidate.code for candidate in offered], aspects, conversation)
        return self._not_found(aspects, conversation)

    def _current(self, conversation: Conversation) -> Procedure | None:
        return self._snapshot.procedures.get(conversation.procedure or "")

    # -- replying --------------------------------------------------------------------------------

    def _tell(self, code: str, aspects: Sequence[str], conversation: Conversation, said: str = "") -> Reply:
        """What is asked of a procedure, for the citizen's case as far as it is known.

        Args:
            code: The procedure.
            aspects: What is asked.
            conversation: The conversation so far, and what is told (``Conversation.told``).
            said: The citizen's words, if they are about this procedure: they may tell the case, or ask yes or no.
        """
        procedure = self._snapshot.procedures[code]
        asked = tuple(aspect for aspect in ASPECTS if aspect in aspects) or ("overview",)
        kept = replace(conversation.about(code), aspects=asked)
        kept = replace(kept, case={**kept.case, **(cases.said(procedure, said) if said else {})})
        if procedure.is_listed_only:
            return self._reply(procedure, self._renderer.listed(procedure), kept, ())
        kept, text, extra = self._words(procedure, kept, said)
        question = self._question_below(procedure, kept)
        if question is None:
            return self._reply(procedure, text, kept, self._next_buttons(procedure, kept), extra)
        text = f"{text}\n\n{question_text(question, below=True)}"
        return self._reply(procedure, text, replace(kept, case_question=question.key), answer_buttons(question), extra)

    def _words(
        self, procedure: Procedure, conversation: Conversation, said: str
    ) -> tuple[Conversation, str, dict[str, Any]]:
        """The conversation with what the citizen has, the text of the reply, and what goes beside it."""
        if conversation.told == "plan":
            held = [(procedure.code, key) for key in conversation.held]
            plan = journey.plan(self._snapshot.procedures, [Goal(procedure.code, conversation.case)], held)
            return conversation, self._renderer.journey(plan), {"visits": [visit.to_content() for visit in plan.visits]}
        if conversation.told == "missing":
            papers = at_hand.read(cases.select(procedure, conversation.case), said).with_earlier(conversation.held)
            text = self._renderer.missing(procedure, conversation.case, papers)
            return replace(conversation, held=papers.held), text, {}
        return conversation, self._renderer.answer(procedure, conversation.aspects, conversation.case, said), {}

    def _reply(
        self,
        procedure: Procedure,
        text: str,
        conversation: Conversation,
        buttons: tuple[Button, ...],
        extra: Mapping[str, Any] | None = None,
    ) -> Reply:
        case = {"case": dict(conversation.case)} if conversation.case else {}
        return Reply(
            text,
            "answered",
            conversation,
            buttons,
            aspects=conversation.aspects,
            procedures=(reference(procedure),),
            sources=(source(procedure),),
            extra={**case, **(extra or {})},
        )

    def _question_below(self, procedure: Procedure, conversation: Conversation) -> OpenQuestion | None:
        """The case question to ask below an answer, where its papers or its visits depend on the case."""
        if conversation.told == "answer" and "documents" not in conversation.aspects:
            return None
        subject = ProcedureCase(procedure, ("documents",), conversation.told)
        return subject.next_question(conversation.case, conversation.skipped)

    def _next_buttons(self, procedure: Procedure, conversation: Conversation) -> tuple[Button, ...]:
        names, aspects = labels(), conversation.aspects
        buttons = []
        if not conversation.case and "overview" in aspects and cases.next_question(procedure, {}) is not None:
            buttons.append(Button.of(names["buttons"]["my_case"], "start_case"))
        if "documents" in aspects or conversation.told != "answer":
            buttons.append(Button.of(names["buttons"]["slip"], "slip"))
        if "documents" in aspects and conversation.told == "answer":
            buttons.append(Button.of(names["buttons"]["plan"], "plan"))
        following = [a for aspect in aspects for a in settings()["next_aspects"][aspect] if a not in aspects]
        for aspect in list(dict.fromkeys(following))[: MOST_BUTTONS - len(buttons)]:
            buttons.append(Button.of(names["aspects"][aspect], "ask", aspect=aspect))
        return tuple(buttons)

    def _clarify(self, codes: Sequence[str], aspects: Sequence[str], conversation: Conversation) -> Reply:
        procedures = [self._snapshot.procedures[code] for code in codes if code in self._snapshot.procedures]
        text = say("clarify", names=[p.short_name for p in procedures], question=_twin_question(procedures))
        return self._choices(text, procedures, aspects, conversation)

    def _choices(
        self, text: str, procedures: Sequence[Procedure], aspects: Sequence[str], conversation: Conversation
    ) -> Reply:
        buttons = [Button.of(p.short_name, "choose", procedure=p.code) for p in procedures]
        buttons.append(Button.of(labels()["buttons"]["none_of_these"], "deny"))
        kept = replace(
            conversation,
            aspects=tuple(aspects),
            choices=tuple(procedure.code for procedure in procedures),
            runners_up=(),
            case_question=None,
            is_interview=False,
        )
        references = tuple(reference(procedure) for procedure in procedures)
        return Reply(text, "clarify", kept, tuple(buttons), tuple(aspects), references)

    def which_procedure(self, aspects: Sequence[str], conversation: Conversation) -> Reply:
        """The question which procedure is meant, with common ones to choose from."""
        codes = settings()["common_procedures"]
        procedures = [self._snapshot.procedures[code] for code in codes if code in self._snapshot.procedures]
        text = say("which_procedure", names=[procedure.short_name for procedure in procedures])
        return self._choices(text, procedures, aspects, conversation)

    def _not_found(self, aspects: Sequence[str], conversation: Conversation) -> Reply:
        text = say("not_found", information_hotline=self._settings.information_hotline)
        kept = replace(conversation, choices=(), case_question=None)
        return Reply(text, "not_found", kept, aspects=tuple(aspects))

    # -- the citizen's case ----------------------------------------------------------------------

    def _corrected(self, current: Procedure, message: Message, conversation: Conversation) -> Conversation | None:
        """The conversation with an answer about the case taken back, or None if a message takes back none."""
        if self._finding.means_another(message, current.code):
            return None
        subject = ProcedureCase(current, conversation.aspects, conversation.told)
        return interview.correct(subject, message, conversation)

    def _checklist_case(self, procedure: Procedure, conversation: Conversation) -> ProcedureCase:
        return ProcedureCase(procedure, _with_checklist(conversation), conversation.told)

    def _ask_case(
        self, procedure: Procedure, question: OpenQuestion, conversation: Conversation, first: bool = False
    ) -> Reply:
        about = procedure.short_name[0].lower() + procedure.short_name[1:]
        return Reply(
            question_text(question, procedure=about if first else None),
            "case_question",
            replace(conversation, case_question=question.key, is_interview=True, choices=()),
            buttons=answer_buttons(question),
            aspects=conversation.aspects,
            procedures=(reference(procedure),),
            extra={"case": dict(conversation.case)} if conversation.case else {},
        )


def _with_checklist(conversation: Conversation) -> tuple[str, ...]:
    """The aspects asked, with those of a whole checklist where aspects are told."""
    asked = [aspect for aspect in conversation.aspects if aspect != "overview"]
    return tuple(asked) if conversation.told != "answer" else tuple(dict.fromkeys((*asked, *CHECKLIST)))


def question_text(
    question: OpenQuestion, procedure: str | None = None, below: bool = False, resumed: bool = False
) -> str:
    """A case question in words, with its answers to choose from by number."""
    answers = [answer.label for answer in question.answers]
    return say(
        "case_question", procedure=procedure, below=below, resumed=resumed, question=question.text, labels=answers
    )


def ask_again(question: OpenQuestion, reply: Reply, conversation: Conversation) -> Reply:
    """A reply to something that came between, with the case question that was open below it, unless it has one."""
    if any(button.payload.startswith("/answer_case") for button in reply.buttons):
        return reply
    return replace(
        reply,
        text=f"{reply.text}\n\n{question_text(question, resumed=True)}",
        buttons=answer_buttons(question),
        conversation=replace(
            reply.conversation,
            aspects=conversation.aspects,
            told=conversation.told,
            case_question=question.key,
            is_interview=True,
        ),
    )


def answer_buttons(question: OpenQuestion) -> tuple[Button, ...]:
    """The answers of a case question to press, and one to leave it out."""
    answers = (Button.of(answer.label, "answer_case", case_answer=answer.key) for answer in question.answers)
    return (*answers, Button.of(labels()["buttons"]["skip_case"], "skip_case"))


def _twin_question(procedures: Sequence[Procedure]) -> str | None:
    """The plain question that tells two near-twins apart, where the data has one."""
    if len(procedures) != 2:
        return None
    for one, other in (procedures, reversed(procedures)):
        for twin in one.twins:
            if twin.code == other.code:
                return twin.question
    return None


def reference(procedure: Procedure) -> dict[str, str]:
    """A procedure as replies name it."""
    return {"code": procedure.code, "name": procedure.short_name}


def source(procedure: Procedure) -> dict[str, str | None]:
    """Where the facts of a procedure are from, as replies carry it."""
    return {
        "title": procedure.name,
        "number": procedure.decision_number,
        "url": procedure.url,
        "checked_on": procedure.checked_on.isoformat(),
    }
