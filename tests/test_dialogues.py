"""Dialogues of citizens from their first words to the slip, over the REST channel of a whole Motcua."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from bot.procedures import cases, journey
from bot.procedures.journey import Goal
from bot.procedures.model import Document, Procedure
from bot.procedures.store import Store, connect
from tests.brute_force import fewest_visits
from tests.citizen import Citizen, Heard, Questions, dialogues
from tests.live import Live, live

Procedures = dict[str, Procedure]
DIALOGUES = dialogues()
_QUANTITY = {"submit": "nộp", "show": "xuất trình", "submit_or_show": "nộp hoặc xuất trình"}


@pytest.fixture(scope="module")
def motcua(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("live")) as running:
        yield running


@pytest.fixture(scope="module")
def catalogue(motcua: Live) -> Iterator[Store]:
    """The database that the live Motcua answers out of."""
    engine = connect(f"sqlite:///{motcua.database}")
    yield Store(engine)
    engine.dispose()


@pytest.fixture(scope="module")
def known(catalogue: Store) -> Procedures:
    return catalogue.procedures(date.today())


@pytest.fixture(scope="module")
def questions(catalogue: Store, known: Procedures) -> Questions:
    return Questions(known, catalogue.life_events().values())


@pytest.mark.parametrize("name", DIALOGUES)
def test_a_dialogue_leads_from_first_words_to_the_slip(
    name: str, motcua: Live, known: Procedures, questions: Questions
) -> None:
    dialogue = DIALOGUES[name]
    citizen = Citizen(lambda text: motcua.say(text, name), dialogue.get("facts", {}), questions)
    slip, ends = citizen.hold(dialogue["turns"]), dialogue["ends"]
    assert "slip_url" in slip.custom, slip.text
    assert slip.custom.get("case", {}) == ends.get("case", {})
    check_checklist(citizen.heard, known, ends)
    check_visits(slip.custom["visits"], known, ends)
    check_page(page_of(slip, motcua), known, ends)


def test_there_are_twenty_dialogues() -> None:
    assert len(DIALOGUES) >= 20


# What is told in the end


def check_checklist(heard: list[Heard], known: Procedures, ends: Mapping[str, Any]) -> None:
    """The last checklist about each goal has the papers of its case, with their counts, and no others."""
    for code, case in ends["goals"].items():
        told = [one.text for one in heard if _is_checklist(one, code)]
        if told:
            papers = re.findall(r"^☐ (.+)$", told[-1], flags=re.MULTILINE)
            assert sorted(papers) == sorted(map(line, papers_of(known[code], case))), code


def _is_checklist(one: Heard, code: str) -> bool:
    codes = [procedure["code"] for procedure in one.custom["procedures"]]
    return codes == [code] and "documents" in one.custom["aspects"] and "GIẤY TỜ CẦN CHUẨN BỊ" in one.text


def check_visits(visits: list[dict[str, Any]], known: Procedures, ends: Mapping[str, Any]) -> None:
    """There are no fewer visits, and to each one brings the papers of what is done there."""
    goals = goals_of(ends)
    held = [(code, key) for code, keys in ends.get("held", {}).items() for key in keys]
    errands = journey.errands(known, goals, held)
    assert [visit["agency"] for visit in visits] == ends["visits"]
    assert len(visits) == fewest_visits(errands, [goal.code for goal in goals])
    brought = {code: visit["papers"] for visit in visits for code in visit["codes"]}
    for visit in visits:
        rows = [cases.select(known[code], ends["goals"].get(code, {})) for code in visit["codes"]]
        theirs = {paper.name for row in rows for paper in row.documents} | {
            got.name for row in rows for got in row.results
        }
        gained = {paper.name for goal in goals for paper in papers_of(known[goal.code], goal.case)}
        assert set(visit["papers"]) <= theirs | gained, visit
    for goal in goals:
        for paper in papers_of(known[goal.code], goal.case):
            is_sure = not paper.when and not paper.condition
            if is_sure and (goal.code, paper.key) not in held and goal.code in brought:
                assert paper.name in brought[goal.code], (goal.code, paper.name)


def check_page(page: str, known: Procedures, ends: Mapping[str, Any]) -> None:
    """The page of the slip has the papers of each goal's case, those that the citizen has ticked."""
    expected = {}
    for goal in goals_of(ends):
        held = ends.get("held", {}).get(goal.code, ())
        papers = papers_of(known[goal.code], goal.case)
        expected[known[goal.code].short_name] = sorted((line(paper), paper.key in held) for paper in papers)
    found = SlipPage(page).papers
    assert {name: sorted(papers) for name, papers in found.items()} == expected
    for visit in ends["visits"]:
        assert visit in page


def goals_of(ends: Mapping[str, Any]) -> list[Goal]:
    return [Goal(code, case) for code, case in ends["goals"].items()]


def papers_of(procedure: Procedure, case: Mapping[str, str]) -> tuple[Document, ...]:
    return () if "documents" in procedure.withheld else cases.select(procedure, case).documents


def line(paper: Document) -> str:
    """How a paper stands in a checklist: its name, what is done with it and how many there are."""
    counts = ((paper.originals, "bản chính"), (paper.copies, "bản sao"))
    quantity = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"{paper.name} – {_QUANTITY[paper.action]} {quantity}".rstrip()


def page_of(slip: Heard, motcua: Live) -> str:
    path = urlsplit(slip.custom["slip_url"]).path
    answer = httpx.get(f"http://127.0.0.1:{motcua.port}{path}", timeout=30)
    answer.raise_for_status()
    return answer.text


class SlipPage(HTMLParser):
    """The papers on the page of a slip: by procedure, each as it stands there and whether it is ticked."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.papers: dict[str, list[tuple[str, bool]]] = {}
        self._procedure = self._read = ""
        self._is_ticked = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "section" and "errand" in (given.get("class") or "").split():
            self._procedure, self._read = "", "name"
        elif given.get("type") == "checkbox":
            self._is_ticked, self._read = "checked" in given, "paper"

    def handle_data(self, data: str) -> None:
        if not data.strip():
            return
        if self._read == "name":
            self._procedure = data.strip()
            self.papers[self._procedure] = []
        elif self._read == "paper":
            self.papers[self._procedure].append((data.strip(), self._is_ticked))
        self._read = ""
