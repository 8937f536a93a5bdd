"""Every button that the data can give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.dialogue.buttons import Button
from bot.dialogue.phrases import labels
from bot.procedures.model import ASPECTS, Procedure
from bot.procedures.portal_guides import Guide


def every_button(procedures: Mapping[str, Procedure], guides: Iterable[Guide]) -> list[Button]:
    names = labels()
    answers = [answer for procedure in procedures.values() for answer in procedure.case_answers]
    return [
        *(Button.of(p.short_name, "choose", procedure=p.code) for p in procedures.values()),
        *(Button.of(answer.label, "answer_case", case_answer=answer.key) for answer in answers),
        *(Button.of(guide.title, "portal_guide", topic=guide.topic) for guide in guides),
        *(Button.of(names["aspects"][aspect], "ask", aspect=aspect) for aspect in ASPECTS),
        Button.of(names["buttons"]["my_case"], "start_case"),
        Button.of(names["buttons"]["none_of_these"], "deny"),
    ]
