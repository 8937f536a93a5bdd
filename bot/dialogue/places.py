"""Where to go: which commune of today, which office there, and when it is open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.dialogue import decision
from bot.dialogue.buttons import Button
from bot.dialogue.phrases import labels, say
from bot.dialogue.turn import Conversation, Message, Reply
from bot.procedures import cases, offices, places
from bot.procedures.catalogue import Snapshot
from bot.procedures.gazetteer import Ward, short_province
from bot.procedures.model import Procedure
from bot.procedures.offices import Office, Receiver
from bot.procedures.opening import VIETNAM, WEEKDAYS, Opening, holiday, opening
from bot.procedures.places import Choice, Found
from bot.settings import Settings

#: More communes than these are not listed: the former district is asked for instead.
MOST_CHOICES = 6
#: The intents whose messages may answer the question which commune it is.
ANSWERS = ("place", "ask", "choose", "affirm", "deny", "correct", "switch", "answer_case", "out_of_scope")
#: An answer with more words names something, and its "hai" or "tư" is no ordinal.
LONGEST_ORDINAL = 4
_VERIFIABLE = ("address", "phone", "hours")


class PlaceDialogue:
    """Answers about places and offices out of one snapshot of the catalogue.

    Args:
        snapshot: The catalogue.
        settings: The deployment's.
        now: Gives the moment for which an office is open or closed.
    """

    def __init__(
        self, snapshot: Snapshot, settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(VIETNAM)
    ) -> None:
        self._snapshot = snapshot
        self._settings = settings
        self._now = now

    def place(self, message: Message, conversation: Conversation) -> Reply:
        """Which office today, and where: of the commune that is named, or else of the citizen's."""
        pressed = places.ward(message.entities.get("ward_code", ""))
        if pressed is not None:
            return self._tell(pressed, None, conversation)
        kind = offices.kind_asked(message.text)
        answered = self._answered(message, conversation)
        if answered is not None:
            return self._tell(answered, kind, conversation)
        found = places.find(message.text, self._settings.province)
        remembered = places.ward(conversation.place or "")
        if found.ward is not None:
            return self._tell(found.ward, kind, conversation)
        if found == Found() and remembered is not None:
            return self._tell(remembered, kind, conversation)
        return self._ask_back(found, kind, conversation)

    def answer(self, message: Message, conversation: Conversation) -> Reply | None:
        """The reply to an answer to the question which commune it is, or None if no such question is answered."""
        ward = self._answered(message, conversation)
        return self._tell(ward, None, conversation) if ward is not None else None

    def remember(self, message: Message, conversation: Conversation) -> Conversation:
        """The conversation with the commune that a message names beyond doubt, if it says one in so many words."""
        if not places.says_kind(message.text):
            return conversation
        ward = places.find(message.text, self._settings.province).ward
        return replace(conversation, place=ward.code, place_choices=()) if ward is not None else conversation

    def leave_out(self, message: Message) -> Message:
        """The message with its places left out of what a procedure is sought by."""
        if not places.says_kind(message.text):
            return message
        return replace(message, placeless=places.without_places(message.text))

    def lines(self, procedure: Procedure, conversation: Conversation) -> str:
        """Which office of the citizen's commune receives a procedure, to end an answer; empty if it is not known."""
        ward = places.ward(conversation.place or "")
        if ward is None:
            return ""
        found = self._receivers(procedure, conversation, ward)
        return say("place_here", **_names(ward), **self._shown(found)) if found else ""

    def opening_hours(self, conversation: Conversation) -> Reply | None:
        """When the centre of the citizen's commune is open, or None if its hours are not known."""
        ward = places.ward(conversation.place or "")
        known = ward is not None and offices.office("commune_centre", ward, self._snapshot.offices).hours
        return self._tell(ward, "commune_centre", conversation) if ward is not None and known else None

    # -- which commune ---------------------------------------------------------------------------

    def _answered(self, message: Message, conversation: Conversation) -> Ward | None:
        """The commune that a message picks of those that were offered."""
        codes = conversation.place_choices
        if not codes or message.intent not in ANSWERS:
            return None
        ward = places.among(message.text, codes, self._settings.province)
        if ward is not None or len(codes) > MOST_CHOICES:
            return ward
        if len(codes) == 1:
            return places.ward(codes[0]) if message.intent == "affirm" else None
        position = decision.ordinal(message.text, len(codes)) if message.intent in ("choose", "place") else None
        is_short = len(message.text.split()) <= LONGEST_ORDINAL
        return places.ward(codes[position]) if position is not None and is_short else None

    def _ask_back(self, found: Found, kind: str | None, conversation: Conversation) -> Reply:
        if 0 < len(found.choices) <= MOST_CHOICES:
            return self._offer(found, conversation)
        in_district = places.wards_in(found.area) if found.area else ()
        of_province = self._office_of_province(found, kind)
        text = say(
            "place_which",
            district=offices.in_sentence(found.area.name) if found.area and in_district else None,
            **self._shown([Receiver(of_province)] if of_province else []),
        )
        kept = replace(conversation, place_choices=tuple(ward.code for ward in in_district))
        return Reply(text, "place", kept)

    def _office_of_province(self, found: Found, kind: str | None) -> Office | None:
        """The office of a whole province that is asked for, which needs no commune."""
        if kind is None or not offices.is_of_province(kind):
            return None
        name = short_province(found.area.name) if found.area and found.area.is_province else ""
        wards = places.wards_of(name) or places.wards_of(self._settings.province)
        return offices.office(kind, wards[0], self._snapshot.offices) if wards else None

    def _offer(self, found: Found, conversation: Conversation) -> Reply:
        names = [_described(choice) for choice in found.choices]
        text = say("place_choices", names=names, area=offices.in_sentence(found.area.name) if found.area else None)
        codes = [choice.ward.code for choice in found.choices]
        others = [ward.code for ward in places.wards_in(found.area)] if found.area else []
        return Reply(
            text,
            "place",
            replace(conversation, place_choices=tuple(dict.fromkeys(codes + others))),
            tuple(
                Button.of(name, "place", ward_code=choice.ward.code)
                for name, choice in zip(names, found.choices, strict=True)
            ),
            extra={"places": [choice.ward.custom for choice in found.choices]},
        )

    # -- which office ----------------------------------------------------------------------------

    def _tell(self, ward: Ward, kind: str | None, conversation: Conversation) -> Reply:
        procedure = self._snapshot.procedures.get(conversation.procedure or "")
        found = self._receivers(procedure, conversation, ward) if procedure and kind is None else ()
        of_procedure = procedure.short_name if procedure and found else None
        if not found:
            found = (Receiver(offices.office(kind or "commune_centre", ward, self._snapshot.offices)),)
        text = say(
            "place",
            **_names(ward),
            procedure=of_procedure,
            **self._shown(found),
        )
        return Reply(
            text,
            "place",
            replace(conversation, place=ward.code, place_choices=()),
            self._buttons(found),
            extra={"place": ward.custom},
        )

    def _receivers(self, procedure: Procedure, conversation: Conversation, ward: Ward) -> tuple[Receiver, ...]:
        case = conversation.case if conversation.procedure == procedure.code else {}
        return offices.receivers(cases.select(procedure, case), ward, self._snapshot.offices)

    def _buttons(self, found: Iterable[Receiver]) -> tuple[Button, ...]:
        """How to find out the hours, where we have none."""
        if "opening_hours" not in self._snapshot.guides or all(receiver.office.hours for receiver in found):
            return ()
        return (Button.of(labels()["buttons"]["opening_hours"], "portal_guide", topic="opening_hours"),)

    def _shown(self, found: Sequence[Receiver]) -> dict[str, Any]:
        """What the templates show of offices, and what of it nobody has verified."""
        lacking = [name for name in _VERIFIABLE if any(not getattr(receiver.office, name) for receiver in found)]
        return {
            "entries": [self._entry(receiver) for receiver in found],
            "has_centre": any(receiver.office.is_centre for receiver in found),
            "missing": [labels()["missing"][name] for name in lacking],
            "information_hotline": self._settings.information_hotline,
        }

    def _entry(self, receiver: Receiver) -> dict[str, Any]:
        now = self._now()
        hours = receiver.office.hours
        state = opening(hours, now) if hours else Opening(holiday=holiday(now.astimezone(VIETNAM).date()))
        return {
            "office": receiver.office,
            "condition": receiver.condition,
            "week": offices.week(hours),
            "holiday": state.holiday,
            "closes": f"{state.closes:%H:%M}" if state.closes else None,
            "opens": _moment(state.opens) if state.opens else None,
        }


def _names(ward: Ward) -> dict[str, str]:
    return {"ward": offices.in_sentence(ward.name), "province": offices.in_sentence(ward.province)}


def _described(choice: Choice) -> str:
    """A commune with the former name that tells it from the others."""
    return f"{choice.ward.name} ({choice.former})" if choice.former else f"{choice.ward.name}, {choice.ward.province}"


def _moment(moment: datetime) -> str:
    return f"{moment:%H:%M} {offices.weekdays()[WEEKDAYS[moment.weekday()]]}, {moment:%d/%m/%Y}"
