"""Whether a message names a procedure, goes on about the one under discussion, or picks one of the choices."""

from __future__ import annotations

from bot.dialogue import decision
from bot.dialogue.phrases import settings
from bot.dialogue.turn import Conversation, Message
from bot.language.normalise import comparable
from bot.language.text import fold
from bot.procedures.catalogue import Snapshot
from bot.procedures.model import Procedure
from bot.procedures.search import Candidate, Ranking

#: With more words that no follow-up question has, something else may be meant than what is under discussion.
MOST_FOREIGN_WORDS = 1
EVENS = 0.5
#: Below this probability of "none of them" a message whose words are not all those of follow-up questions names a
#: procedure. Questions that name nothing but an aspect have 0.3 and more, names of ordinary words 0.2 and less.
POSSIBLY_NAMED = 0.25


class Finding:
    """Reads what messages say of procedures, out of one snapshot of the catalogue."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def surely_meant(self, message: Message) -> Candidate | None:
        """The procedure a message means beyond doubt, whatever the NLU took it for."""
        ranking = self._snapshot.rank(message.sought)
        chosen = decision.decide(ranking)
        return ranking.best if chosen.outcome == "answered" else None

    def means_another(self, message: Message, current: str | None) -> bool:
        """Whether a message names another procedure than the one under discussion, beyond doubt."""
        if not message.text or not self._snapshot.index.names_one(message.sought):
            return False
        meant = self.surely_meant(message)
        return meant is not None and meant.code != current

    def _content_words(self, message: Message) -> list[str]:
        ordinary = follow_up_words()
        return [word for word in self._snapshot.index.telling_words(message.sought) if word not in ordinary]

    def only_names_aspects(self, message: Message) -> bool:
        """Whether a message names an aspect and nothing else."""
        return not message.names_no_aspect and not self.names_something(message)

    def names_something(self, message: Message) -> bool:
        """Whether a message names more than an aspect: by a telling word, or by ordinary ones together ("khai tử")."""
        if self._content_words(message) or self._snapshot.index.names_one(message.sought):
            return True
        is_a_follow_up = set(comparable(message.sought).split()) <= follow_up_words()
        return not is_a_follow_up and self._snapshot.rank(message.sought).none < POSSIBLY_NAMED

    def is_part_of_names(self, message: Message, ranking: Ranking) -> bool:
        """Whether all that a message tells stands in the names of two likely candidates or more ("căn cước")."""
        told = set(comparable(message.sought).split()) - follow_up_words()
        offered = decision.choices(ranking) if told and ranking.none < EVENS else ()
        return sum(told <= self._words_of_names(one.code) for one in offered) > 1

    def _words_of_names(self, code: str) -> set[str]:
        procedure = self._snapshot.procedures[code]
        return set(comparable(" ".join((procedure.name, procedure.short_name, *procedure.everyday_names))).split())

    def may_go_on_about(self, procedure: Procedure, ranking: Ranking, message: Message) -> bool:
        """Whether a message that names no procedure for sure goes on about the one under discussion."""
        content = self._content_words(message)
        if not self.names_something(message):
            return True
        if message.names_no_aspect:
            return False
        if ranking.best is not None and ranking.best.code == procedure.code:
            return ranking.best.probability > ranking.none
        return bool(content) and len(content) <= MOST_FOREIGN_WORDS and ranking.none > EVENS

    def named_choice(self, message: Message, conversation: Conversation) -> str | None:
        """The choice that a message names: by its whole name, or, if it asks for nothing more, by its words."""
        named = self._choice_in(message, conversation)
        if named is not None or message.names_an_aspect:
            return named
        if not self._content_words(message):
            position = decision.ordinal(message.text, len(conversation.choices))
            return conversation.choices[position] if position is not None else None
        ranking = self._snapshot.rank(message.sought)
        return decision.among(ranking, conversation.choices)

    def _choice_in(self, message: Message, conversation: Conversation) -> str | None:
        """The choice whose name stands in a message; of several the longest, within which the others stand."""
        meant = self.surely_meant(message)
        if meant is not None and meant.code not in conversation.choices:
            return None
        said = f" {comparable(message.text)} "
        chosen = [self._snapshot.procedures[code] for code in conversation.choices if code in self._snapshot.procedures]
        names = {comparable(name): row.code for row in chosen for name in (row.name, row.short_name)}
        found = [name for name in names if f" {name} " in said]
        return names[max(found, key=len)] if found else None


def without_turning_words(text: str) -> str:
    """The text without the words that turn to another procedure ('à nhầm', 'còn … thì sao')."""
    turning = set(fold(settings()["turning_words"]).split())
    return " ".join(word for word in text.split() if fold(word) not in turning)


def follow_up_words() -> frozenset[str]:
    """The unmarked words of follow-up questions, which name no procedure."""
    return frozenset(fold(settings()["follow_up_words"]).split())
