"""The heart of a turn: which procedure is meant, which aspects are asked, what is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue import decision
from bot.dialogue.buttons import Button
from bot.dialogue.phrases import labels, say, settings
from bot.dialogue.turn import Conversation, Message, Reply
from bot.language.normalise import comparable
from bot.language.text import fold
from bot.procedures import cases, yes_no
from bot.procedures.catalogue import Snapshot
from bot.procedures.model import ASPECTS, CaseQuestion, Procedure
from bot.procedures.render import Renderer
from bot.procedures.search import Candidate, Ranking
from bot.settings import Settings

#: How much likelier the procedure under discussion is than the words alone say.
CURRENT_PROCEDURE_ODDS = 3.0
#: With more words that no follow-up question has, something else may be meant than what is under discussion.
MOST_FOREIGN_WORDS = 1
EVENS = 0.5
#: Below this probability of "none of them" a message whose words are not all those of follow-up questions names a
#: procedure. Questions that name nothing but an aspect have 0.3 and more, names of ordinary words 0.2 and less.
POSSIBLY_NAMED = 0.25


class ProcedureDialogue:
    """Answers about procedures out of one snapshot of the catalogue."""

    def __init__(self, snapshot: Snapshot, settings: Settings) -> None:
        self._snapshot = snapshot
        self._settings = settings
        self._renderer = Renderer(snapshot.name_of)

    # -- what a message can be -------------------------------------------------------------------

    def ask(self, message: Message, conversation: Conversation) -> Reply:
        """A question about a procedure, named or under discussion."""
        answered_case = self._case_answer(message, conversation)
        if answered_case is not None:
            return answered_case
        if conversation.choices and message.names_no_aspect:
            picked = self._named_choice(message, conversation)
            if picked is not None:
                return self._answer(picked, conversation.aspects, conversation)
        return self._search(message, conversation, message.aspects)

    def choose(self, message: Message, conversation: Conversation) -> Reply:
        """One of the choices offered: by button, ordinal or name."""
        code = message.entities.get("procedure")
        if code is None and conversation.case_question:
            return self._ordinal_case_answer(message, conversation) or self.ask(message, conversation)
        if code is None and conversation.choices:
            position = decision.ordinal(message.text, len(conversation.choices))
            code = conversation.choices[position] if position is not None else None
        if code is None or code not in self._snapshot.procedures:
            return self.ask(message, conversation)
        return self._answer(code, conversation.aspects, conversation)

    def switch(self, message: Message, conversation: Conversation) -> Reply:
        """The same question about another procedure ('còn kết hôn thì sao?')."""
        aspects = conversation.aspects if message.names_no_aspect else message.aspects
        named = replace(message, text=_without_turning_words(message.text))
        return self._search(named, replace(conversation, procedure=None, choices=()), aspects)

    def affirm(self, message: Message, conversation: Conversation) -> Reply:
        """Yes: to a single choice, or to a case question."""
        answered_case = self._case_answer(message, conversation)
        if answered_case is not None:
            return answered_case
        if len(conversation.choices) == 1:
            return self._answer(conversation.choices[0], conversation.aspects, conversation)
        if conversation.choices:
            return self._clarify(conversation.choices, conversation.aspects, conversation)
        return Reply(say("thanks"), "chitchat", conversation)

    def deny(self, message: Message, conversation: Conversation) -> Reply:
        """No: none of the choices, or not what was answered."""
        answered_case = self._case_answer(message, conversation)
        if answered_case is not None:
            return answered_case
        if conversation.choices or not conversation.runners_up:
            return Reply(say("rephrase"), "not_found", Conversation(aspects=conversation.aspects))
        return self._clarify(conversation.runners_up, conversation.aspects, Conversation())

    def more(self, message: Message, conversation: Conversation) -> Reply:
        """More of what was answered: the aspects not told yet."""
        current = self._current(conversation)
        if current is None:
            return self._which_procedure(message.aspects, conversation)
        untold = [aspect for aspect in ASPECTS if aspect not in conversation.aspects and aspect != "overview"]
        if "documents" not in conversation.aspects:
            untold = ["documents", "confirming_agencies"]
        return self._answer(current.code, untold, conversation)

    def start_case(self, _message: Message, conversation: Conversation) -> Reply:
        """The citizen wants the answer for their own case: ask the first case question."""
        current = self._current(conversation)
        if current is None:
            return self._which_procedure((), conversation)
        question = cases.next_question(current, {})
        if question is None:
            return self._answer(current.code, conversation.aspects, conversation)
        return self._ask_case(current, question, replace(conversation, case={}), first=True)

    def is_surely_a_procedure(self, message: Message) -> Candidate | None:
        """The procedure a message means beyond doubt, whatever the NLU took it for."""
        ranking = self._snapshot.rank(message.text)
        chosen = decision.decide(ranking)
        return ranking.best if chosen.outcome == "answered" else None

    # -- finding the procedure -------------------------------------------------------------------

    def _search(self, message: Message, conversation: Conversation, aspects: Sequence[str]) -> Reply:
        ranking = decision.favour(self._snapshot.rank(message.text), conversation.procedure, CURRENT_PROCEDURE_ODDS)
        chosen = decision.decide(ranking)
        current = self._current(conversation)
        if current is not None and yes_no.asks_for_a_paper(message.text):
            return self._answer(current.code, aspects, conversation, message.text)
        if chosen.outcome == "answered":
            runners_up = tuple(candidate.code for candidate in ranking.candidates[1 : decision.MOST_CHOICES])
            found = replace(conversation, runners_up=runners_up)
            return self._answer(chosen.codes[0], aspects, found, message.text)
        if conversation.choices and self._only_names_aspects(message):
            return self._clarify(conversation.choices, aspects, conversation)
        if current is not None and self._may_go_on_about(current, ranking, message):
            return self._answer(current.code, aspects, conversation, message.text)
        if not self._names_something(message):
            return self._which_procedure(aspects, conversation)
        if chosen.outcome == "clarify":
            return self._clarify(chosen.codes, aspects, conversation)
        return self._not_found(aspects, conversation)

    def _current(self, conversation: Conversation) -> Procedure | None:
        return self._snapshot.procedures.get(conversation.procedure or "")

    def _content_words(self, message: Message) -> list[str]:
        ordinary = _follow_up_words()
        return [word for word in self._snapshot.index.telling_words(message.text) if word not in ordinary]

    def _only_names_aspects(self, message: Message) -> bool:
        return not message.names_no_aspect and not self._names_something(message)

    def _names_something(self, message: Message) -> bool:
        """Whether a message names more than an aspect: by a telling word, or by ordinary ones together ("khai tử")."""
        if self._content_words(message) or self._snapshot.index.names_one(message.text):
            return True
        is_a_follow_up = set(comparable(message.text).split()) <= _follow_up_words()
        return not is_a_follow_up and self._snapshot.rank(message.text).none < POSSIBLY_NAMED

    def _may_go_on_about(self, procedure: Procedure, ranking: Ranking, message: Message) -> bool:
        """Whether a message that names no procedure for sure goes on about the one under discussion."""
        content = self._content_words(message)
        if not self._names_something(message):
            return True
        if message.names_no_aspect:
            return False
        if ranking.best is not None and ranking.best.code == procedure.code:
            return ranking.best.probability > ranking.none
        return bool(content) and len(content) <= MOST_FOREIGN_WORDS and ranking.none > EVENS

    def _named_choice(self, message: Message, conversation: Conversation) -> str | None:
        """The choice that a message names: by its whole name, or by far the likeliest by words."""
        said = fold(message.text)
        for code in conversation.choices:
            procedure = self._snapshot.procedures.get(code)
            if procedure is not None and said in (fold(procedure.short_name), fold(procedure.name)):
                return code
        if not self._content_words(message):
            position = decision.ordinal(message.text, len(conversation.choices))
            return conversation.choices[position] if position is not None else None
        ranking = self._snapshot.rank(message.text)
        return decision.among(ranking, conversation.choices)

    # -- replying --------------------------------------------------------------------------------

    def _answer(self, code: str, aspects: Sequence[str], conversation: Conversation, question: str = "") -> Reply:
        procedure = self._snapshot.procedures[code]
        asked = tuple(aspect for aspect in ASPECTS if aspect in aspects) or ("overview",)
        case = conversation.case if conversation.procedure == code else {}
        kept = Conversation(procedure=code, aspects=asked, runners_up=conversation.runners_up, case=case)
        text = (
            self._renderer.listed(procedure)
            if procedure.is_listed_only
            else self._renderer.answer(procedure, asked, case, question)
        )
        return Reply(
            text,
            "answered",
            kept,
            buttons=() if procedure.is_listed_only else self._next_buttons(procedure, asked, case),
            aspects=asked,
            procedures=(_reference(procedure),),
            sources=(_source(procedure),),
            extra={"case": dict(case)} if case else {},
        )

    def _next_buttons(self, procedure: Procedure, aspects: Sequence[str], case: object) -> tuple[Button, ...]:
        names = labels()
        buttons = []
        if not case and "documents" in aspects and cases.next_question(procedure, {}) is not None:
            buttons.append(Button.of(names["buttons"]["my_case"], "start_case"))
        following = [a for aspect in aspects for a in settings()["next_aspects"][aspect] if a not in aspects]
        for aspect in list(dict.fromkeys(following))[: 4 - len(buttons)]:
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
        kept = Conversation(
            procedure=conversation.procedure,
            aspects=tuple(aspects),
            choices=tuple(procedure.code for procedure in procedures),
            case=conversation.case,
        )
        references = tuple(_reference(procedure) for procedure in procedures)
        return Reply(text, "clarify", kept, tuple(buttons), tuple(aspects), references)

    def _which_procedure(self, aspects: Sequence[str], conversation: Conversation) -> Reply:
        codes = settings()["common_procedures"]
        procedures = [self._snapshot.procedures[code] for code in codes if code in self._snapshot.procedures]
        text = say("which_procedure", names=[procedure.short_name for procedure in procedures])
        return self._choices(text, procedures, aspects, conversation)

    def _not_found(self, aspects: Sequence[str], conversation: Conversation) -> Reply:
        text = say("not_found", information_hotline=self._settings.information_hotline)
        kept = replace(conversation, choices=(), case_question=None)
        return Reply(text, "not_found", kept, aspects=tuple(aspects))

    # -- the citizen's case ----------------------------------------------------------------------

    def _case_answer(self, message: Message, conversation: Conversation) -> Reply | None:
        """The reply if a message answers the open case question, or None if it does not."""
        procedure = self._current(conversation)
        question = conversation.case_question
        if procedure is None or question is None:
            return None
        key = message.entities.get("case_answer")
        if key is None:
            understood = cases.understand(procedure, question, message.text)
            key = understood.key if understood else None
        if key is None or key not in {answer.key for answer in cases.answers_of(procedure, question)}:
            return None
        return self._after_case_answer(procedure, {**conversation.case, question: key}, conversation)

    def _ordinal_case_answer(self, message: Message, conversation: Conversation) -> Reply | None:
        procedure = self._current(conversation)
        if procedure is None or conversation.case_question is None:
            return None
        answers = cases.answers_of(procedure, conversation.case_question)
        position = decision.ordinal(message.text, len(answers))
        if position is None:
            return None
        case = {**conversation.case, conversation.case_question: answers[position].key}
        return self._after_case_answer(procedure, case, conversation)

    def _after_case_answer(self, procedure: Procedure, case: dict[str, str], conversation: Conversation) -> Reply:
        following = cases.next_question(procedure, case)
        kept = replace(conversation, case=case, case_question=None)
        if following is None:
            return self._answer(procedure.code, conversation.aspects, kept)
        return self._ask_case(procedure, following, kept)

    def _ask_case(
        self, procedure: Procedure, question: CaseQuestion, conversation: Conversation, first: bool = False
    ) -> Reply:
        answers = cases.answers_of(procedure, question.key)
        text = say(
            "case_question",
            first=first,
            procedure=procedure.short_name[0].lower() + procedure.short_name[1:],
            question=question.question,
            labels=[answer.label for answer in answers],
        )
        return Reply(
            text,
            "case_question",
            replace(conversation, case_question=question.key, choices=()),
            buttons=tuple(Button.of(answer.label, "answer_case", case_answer=answer.key) for answer in answers),
            aspects=conversation.aspects,
            procedures=(_reference(procedure),),
            extra={"case": dict(conversation.case)} if conversation.case else {},
        )


def _without_turning_words(text: str) -> str:
    """The text without the words that turn to another procedure ('à nhầm', 'còn … thì sao')."""
    turning = set(fold(settings()["turning_words"]).split())
    return " ".join(word for word in text.split() if fold(word) not in turning)


def _follow_up_words() -> frozenset[str]:
    return frozenset(fold(settings()["follow_up_words"]).split())


def _twin_question(procedures: Sequence[Procedure]) -> str | None:
    """The plain question that tells two near-twins apart, where the data has one."""
    if len(procedures) != 2:
        return None
    for one, other in (procedures, reversed(procedures)):
        for twin in one.twins:
            if twin.code == other.code:
                return twin.question
    return None


def _reference(procedure: Procedure) -> dict[str, str]:
    return {"code": procedure.code, "name": procedure.short_name}


def _source(procedure: Procedure) -> dict[str, str | None]:
    return {
        "title": procedure.name,
        "number": procedure.decision_number,
        "url": procedure.url,
        "checked_on": procedure.checked_on.isoformat(),
    }
