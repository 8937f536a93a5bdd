from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.procedures.catalogue import Snapshot
from bot.procedures.model import ASPECTS
from bot.procedures.outline import headings, outline
from bot.procedures.render import Renderer

MARKS = re.compile(r"^(\s*[☐✔•·▸]|\d+\.)\s*")


def words(blocks: list[dict[str, Any]]) -> Iterator[str]:
    """The words of blocks in reading order, without the marks."""
    for block in blocks:
        label = f"{block['label']}: " if block.get("label") else ""
        yield block["title"] if "title" in block else label + block["text"]
        if block.get("url"):
            yield block["url"]
        yield from (note["text"] for note in block.get("notes", ()))
        yield from words(block.get("blocks", []))


def kinds(blocks: list[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        yield block["kind"]
        yield from kinds(block.get("blocks", []))


def test_every_aspect_but_the_overview_has_a_heading() -> None:
    assert set(headings()) == set(ASPECTS) - {"overview"}


def test_nothing_of_any_answer_is_lost(snapshot: Snapshot) -> None:
    renderer = Renderer(snapshot.name_of)
    for procedure in snapshot.procedures.values():
        answer = renderer.listed(procedure) if procedure.is_listed_only else renderer.answer(procedure, ASPECTS, {})
        said = [MARKS.sub("", line).strip() for line in answer.splitlines() if line.strip()]
        assert list(words(outline(answer))) == said, procedure.code


def test_every_paper_step_and_confirmation_is_told_apart(snapshot: Snapshot) -> None:
    for procedure in snapshot.procedures.values():
        if procedure.is_listed_only:
            continue
        answer = Renderer(snapshot.name_of).answer(procedure, [a for a in ASPECTS if a != "overview"], {})
        found = list(kinds(outline(answer)))
        assert found.count("paper") == len(procedure.documents), procedure.code
        assert found.count("step") == len(procedure.steps), procedure.code
        assert found.count("section") == len(headings()), procedure.code
        assert found[0] == "title"
        assert found[-1] == "source"


def test_papers_of_a_case_stand_below_it_with_their_notes() -> None:
    blocks = outline(
        "GIẤY TỜ CẦN CHUẨN BỊ\n☐ Đơn\n   · Lưu ý: ký\n"
        "▸ Trường hợp bị mất:\n☐ Bản cam đoan\n   ✔ Phải có xác nhận: Công an\nLưu ý chung:\n• Một ngày: được"
    )
    assert blocks == [
        {
            "kind": "section",
            "aspect": "documents",
            "title": "GIẤY TỜ CẦN CHUẨN BỊ",
            "blocks": [
                {"kind": "paper", "text": "Đơn", "notes": [{"kind": "note", "text": "Lưu ý: ký"}]},
                {
                    "kind": "group",
                    "title": "Trường hợp bị mất:",
                    "blocks": [
                        {
                            "kind": "paper",
                            "text": "Bản cam đoan",
                            "notes": [{"kind": "confirmation", "text": "Phải có xác nhận: Công an"}],
                        }
                    ],
                },
                {
                    "kind": "group",
                    "title": "Lưu ý chung:",
                    "blocks": [{"kind": "item", "label": "Một ngày", "text": "được", "notes": []}],
                },
            ],
        }
    ]


@pytest.mark.parametrize("topic", ["login_vneid", "pay_online"])
def test_a_guide_has_a_title_steps_and_a_source(snapshot: Snapshot, topic: str) -> None:
    found = list(kinds(outline(Renderer(snapshot.name_of).guide(snapshot.guides[topic]))))
    assert found[0] == "title"
    assert found[-1] == "source"
    assert found.count("step") == len(snapshot.guides[topic].content["steps"])


@given(st.text(alphabet="Aa ☐✔•·▸:.1\n"))
def test_any_text_has_an_outline(text: str) -> None:
    assert bool(outline(text)) == bool(text.strip())
