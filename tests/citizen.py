"""A citizen who holds a dialogue of ``tests/dialogues``: says what is written, answers what is asked, checks replies.

A dialogue is a YAML file::

    about: who the citizen is and what for they come
    facts:                         # the citizen's own words, by the key of the case question that they answer
      birth_proof: bệnh viện cấp rồi
    turns:
      - say: …                     # or press: the title of a button, or answer: all (or how many) case questions
        outcome: [answered]        # what must be true of the reply, each only if given: one of these outcomes,
        code: "1.001193"           # the first procedure of the reply,
        codes: ["1.001193"]        # procedures that it names,
        aspects: [fee]             # what it tells,
        case: {birth_proof: medical}  # what it knows of the case,
        has: […]                   # texts in it,
        lacks: […]                 # texts not in it
    ends:                          # what the last reply, the slip, is about
      life_event: birth            # if it is about a life event,
      case: {…}                    # the case, all of it
      goals: {"1.001193": {…}}     # the procedures on the slip, each with its case
      held: {"1.001193": [key]}    # papers that the citizen has
      visits: [agency, …]          # where to go, in order
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.procedures.life_events import LifeEvent
from bot.procedures.model import Procedure

DIALOGUES = Path(__file__).parent / "dialogues"
#: No case has so many questions.
MOST_QUESTIONS = 20
_CHECKS = {"outcome", "code", "codes", "aspects", "case", "has", "lacks"}


@dataclass(frozen=True)
class Heard:
    """A reply, as a client of the REST channel gets it."""

    text: str
    custom: Mapping[str, Any]
    buttons: list[dict[str, str]]

    @property
    def answers(self) -> list[str]:
        """The answers that are offered to a case question."""
        return [button["title"] for button in self.buttons if button["payload"].startswith("/answer_case")]


#: Says something; the text, the custom object and the buttons of the reply.
Say = Callable[[str], tuple[str, dict[str, Any], list[dict[str, str]]]]


class Questions:
    """Every case question of the catalogue, to know the one that a reply asks."""

    def __init__(self, procedures: Mapping[str, Procedure], events: Iterable[LifeEvent]) -> None:
        asked = [(procedure.code, row.key, row.question) for procedure in procedures.values()
                 for row in procedure.case_questions]  # fmt: skip
        asked += [(event.key, row.key, row.question) for event in events for row in event.questions]
        self._asked = asked

    def asked_in(self, heard: Heard) -> str | None:
        """The key of the case question that a reply asks, if it asks one."""
        if not heard.answers:
            return None
        subjects = {heard.custom.get("life_event"), *(row["code"] for row in heard.custom["procedures"])}
        here = {(heard.text.rfind(text), subject in subjects, key) for subject, key, text in self._asked}
        place, _, key = max(here)  # the last one: an answer may name the others
        assert place >= 0, heard.text[-400:]
        return key


class Citizen:
    """Holds one dialogue.

    Args:
        say: How to talk.
        facts: What the citizen answers to case questions.
        questions: All there are.
    """

    def __init__(self, say: Say, facts: Mapping[str, str], questions: Questions) -> None:
        self._say, self._facts, self._questions = say, facts, questions
        self.heard: list[Heard] = []

    def hold(self, turns: Iterable[Mapping[str, Any]]) -> Heard:
        """Hold the dialogue; the last reply."""
        for turn in turns:
            (does,) = turn.keys() - _CHECKS
            {"say": self._speak, "press": self._press, "answer": self._answer}[does](turn[does])
            check(self.heard[-1], turn)
        return self.heard[-1]

    def _speak(self, text: str) -> None:
        self.heard.append(Heard(*self._say(text)))

    def _press(self, title: str) -> None:
        payloads = {button["title"]: button["payload"] for button in self.heard[-1].buttons}
        assert title in payloads, (title, list(payloads))
        self._speak(payloads[title])

    def _answer(self, how_many: int | str) -> None:
        most = MOST_QUESTIONS if how_many == "all" else int(how_many)
        asked: list[str] = []
        while len(asked) < most and (question := self._questions.asked_in(self.heard[-1])) is not None:
            assert question not in asked, f"“{self._facts[question]}” is no answer to {question}: {self.heard[-1].text}"
            assert question in self._facts, f"nobody knows the answer to {question}: {self.heard[-1].text[-400:]}"
            asked.append(question)
            self._speak(self._facts[question])
        assert how_many == "all" or len(asked) == how_many, asked


def check(heard: Heard, turn: Mapping[str, Any]) -> None:
    """Check what a turn says of its reply."""
    told = (turn, heard.custom["outcome"], heard.custom["procedures"], heard.custom.get("case"), heard.text[:2000])
    codes = [procedure["code"] for procedure in heard.custom["procedures"]]
    if "outcome" in turn:
        assert heard.custom["outcome"] in turn["outcome"], told
    if "code" in turn:
        assert codes[:1] == [turn["code"]], told
    assert set(turn.get("codes", ())) <= set(codes), told
    assert set(turn.get("aspects", ())) <= set(heard.custom["aspects"]), told
    assert turn.get("case", {}).items() <= heard.custom.get("case", {}).items(), told
    for text in turn.get("has", ()):
        assert text in heard.text, (text, *told)
    for text in turn.get("lacks", ()):
        assert text not in heard.text, (text, *told)


def dialogues() -> dict[str, dict[str, Any]]:
    """Every dialogue by its name."""
    paths = sorted(DIALOGUES.glob("*.yml"))
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths}
