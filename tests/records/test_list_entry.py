from __future__ import annotations

from typing import Any

import pytest

from bot.records.list_entry import read_entry
from bot.records.reading import UnreadableRecord
from bot.records.record import Record
from tests.records.made_up import CODE, entry


def test_everything_of_an_entry_is_read() -> None:
    assert read_entry(entry(departments=["Phòng Vịt xã", "Phòng Vịt xã", "Không có thông tin"])) == Record(
        code=CODE,
        name=f"Thủ tục cấp thẻ nuôi vịt số {CODE}",
        source="list",
        formality_id=f"id-{CODE}",
        kind="STANDARD",
        fields=("Chăn vịt",),
        applicants=("Người nuôi vịt",),
        publisher="Bộ Ao hồ",
        agencies=(("performs", "Phòng Vịt xã"),),
    )


def test_what_an_entry_may_lack() -> None:
    record = read_entry(entry(categories=None, formalityTargetType=None, departments=None, departmentPromulgate=None))
    assert (record.fields, record.applicants, record.agencies, record.publisher) == ((), (), (), None)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        entry(code="9"),
        entry(name=" "),
        entry(name=5),
        entry(id=None),
        entry(type=None),
        entry(categories=7),
        entry(departments=[{"name": "Phòng Vịt"}]),
    ],
    ids=repr,
)
def test_what_is_no_entry_is_said_to_be_none(raw: Any) -> None:
    with pytest.raises(UnreadableRecord):
        read_entry(raw)


def test_a_text_in_place_of_a_list_is_no_entry() -> None:
    with pytest.raises(UnreadableRecord):
        read_entry(entry(categories="Chăn vịt"))
