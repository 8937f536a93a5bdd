from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy.engine import Engine

from bot import records
from bot.records.checking import FlagCount, FlaggedPlace, count_flags, flagged, meanings
from bot.records.keeping import RecordKeeper
from tests.records.made_up import DAY, PROVINCE, PROVINCES, fee, method, reply


def test_every_kind_of_dubious_place_has_a_meaning_and_none_is_left_over() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path(records.__file__).parent.glob("*.py"))
    kinds = set(re.findall(r'Flag\(\s*"(\w+)"', code)) | set(re.findall(r'"(deadline_\w+)"', code))
    assert kinds == set(meanings())


def test_dubious_places_are_counted_by_procedure_and_named_one_by_one(engine: Engine) -> None:
    keeper = RecordKeeper(engine, PROVINCE, PROVINCES, lambda: DAY)
    assert count_flags(engine) == []
    keeper.keep("9.000001", "api", reply("9.000001"), DAY)
    for code in ("9.000003", "9.000002"):
        unclear = [method(fees=[fee(7)]), method("ONLINE", fees=[fee(8)])]
        keeper.keep(code, "api", reply(code, executionMethods=unclear), DAY)
    keeper.keep("9.000004", "api", reply("9.000004", executionSteps=[{"description": "Nộp đơn."}]), DAY)
    assert count_flags(engine) == [
        FlagCount("fee_implausible", "fees", True, 2, "9.000002"),
        FlagCount("steps_unstructured", "steps", True, 1, "9.000004"),
    ]
    assert flagged(engine, "steps_unstructured") == [FlaggedPlace("9.000004", "steps", "Nộp đơn.")]
    assert [place.code for place in flagged(engine, "fee_implausible")] == [*["9.000002"] * 2, *["9.000003"] * 2]
    assert flagged(engine, "scrambled") == []
