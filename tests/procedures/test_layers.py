from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.procedures.layers import fingerprint, merge, reviewed, without_naming
from bot.procedures.model import PARTS, Agency, Confirmation, Fee, Flag, Procedure, Result, Saying, Twin

NOTHING: tuple[tuple[Saying, ...], tuple[Twin, ...]] = ((), ())
DAY = date(2026, 11, 20)

PORTAL = Procedure(
    code="9.000001",
    name="Thủ tục cấp thẻ nuôi vịt",
    short_name="Cấp thẻ nuôi vịt",
    field="Chăn vịt",
    levels=("commune",),
    applicants=("Người nuôi vịt",),
    scope="national",
    url="https://dichvucong.gov.vn/thu-tuc-hanh-chinh/id-9.000001",
    checked_on=DAY,
    details="complete",
    summary="",
    origin="portal",
    publisher="Bộ Ao hồ",
    decision_number="7/QĐ-BAH",
    agencies=(Agency("performs", "Trạm vịt"),),
    fees=(Fee("Phí", "fixed", 20_000),),
    results=(Result("Thẻ nuôi vịt"),),
    flags=(Flag("scrambled", "steps", "…", True),),
)
CURATED = replace(
    PORTAL,
    name="Cấp thẻ",
    summary="Ai nuôi vịt thì làm.",
    origin="curated",
    publisher=None,
    decision_number=None,
    checked_on=date(2026, 11, 1),
    agencies=(Agency("decides", "Sở Vịt"),),
    fees=(Fee("Lệ phí", "free"),),
    results=(),
    flags=(),
    sayings=(Saying("name", "làm thẻ vịt"),),
    twins=(Twin("9.000002", "Vịt hay ngan ạ?"),),
)
LISTED = replace(CURATED, details="listed", fees=())
TABLE = replace(PORTAL, origin="table", summary="Từ bảng.", flags=(), fees=())


def merged(**layers: Procedure) -> Procedure:
    procedure = merge(layers, NOTHING)
    assert procedure is not None
    return procedure


def test_nothing_is_served_where_no_layer_describes_it() -> None:
    assert merge({}, ((Saying("name", "thẻ vịt"),), ())) is None


@pytest.mark.parametrize("procedure", [PORTAL, CURATED, LISTED, TABLE])
def test_one_layer_alone_is_served_as_it_is(procedure: Procedure) -> None:
    assert merged(portal=procedure) == procedure


def test_a_complete_definition_says_everything_and_only_open_head_columns_are_filled() -> None:
    served = merged(portal=PORTAL, definition=CURATED)
    assert served == replace(CURATED, publisher="Bộ Ao hồ", decision_number="7/QĐ-BAH")
    assert served.results == ()


def test_a_head_column_that_a_stronger_layer_has_is_kept() -> None:
    curated = replace(CURATED, decision_number="8/QĐ-BAH", valid_to=date(2027, 1, 1))
    served = merged(portal=replace(PORTAL, valid_to=date(2028, 1, 1)), definition=curated)
    assert (served.decision_number, served.valid_to) == ("8/QĐ-BAH", date(2027, 1, 1))


def test_a_listed_definition_keeps_its_head_and_gets_the_details() -> None:
    served = merged(portal=PORTAL, definition=LISTED)
    assert served == replace(
        LISTED,
        details="complete",
        origin="portal",
        checked_on=DAY,
        publisher="Bộ Ao hồ",
        decision_number="7/QĐ-BAH",
        fees=PORTAL.fees,
        results=PORTAL.results,
        flags=PORTAL.flags,
    )
    # What is withheld in the record stays withheld.
    assert served.withheld == {"steps"}


def test_a_listed_definition_over_a_list_entry_stays_listed() -> None:
    entry = replace(PORTAL, details="listed", fees=(), results=(), flags=())
    served = merged(portal=entry, definition=LISTED)
    assert served == replace(LISTED, publisher="Bộ Ao hồ", decision_number="7/QĐ-BAH")
    assert served.is_listed_only
    assert served.origin == "curated"


def test_a_table_stands_between_definition_and_record() -> None:
    assert merged(portal=PORTAL, table=TABLE).origin == "table"
    assert merged(portal=PORTAL, table=TABLE).fees == ()
    over_all = merged(portal=PORTAL, table=TABLE, definition=LISTED)
    assert (over_all.name, over_all.summary) == (LISTED.name, LISTED.summary)
    assert (over_all.origin, over_all.fees, over_all.results) == ("table", (), TABLE.results)


def test_ways_of_asking_are_added_each_once() -> None:
    texts = (Saying("formal", "cấp thẻ vịt"), Saying("texting", "làm thẻ vịt"))
    twins = (Twin("9.000002", "Vịt ạ?"), Twin("9.000003", "Gà ạ?"))
    served = merge({"definition": CURATED}, (texts, twins))
    assert served is not None
    assert served.sayings == (Saying("name", "làm thẻ vịt"), Saying("formal", "cấp thẻ vịt"))
    assert served.twins == (Twin("9.000002", "Vịt hay ngan ạ?"), Twin("9.000003", "Gà ạ?"))
    of_record = merge({"portal": PORTAL}, (texts, twins))
    assert of_record is not None
    assert (of_record.sayings, of_record.twins) == (texts, twins)


def test_what_a_procedure_requires_is_all_but_its_naming() -> None:
    bare = without_naming(CURATED)
    assert (bare.sayings, bare.twins) == ((), ())
    assert all(getattr(bare, part) == getattr(CURATED, part) for part in PARTS if part not in ("sayings", "twins"))


def confirmation(**changes: Any) -> Confirmation:
    row = Confirmation("Trưởng thôn", "xác nhận", "7/QĐ", "hồ sơ", document="d1", status="proposed", quote="Sổ vịt …")
    return replace(row, **changes)


def test_a_proposed_confirmation_is_known_by_what_it_says_and_not_by_where_it_stands() -> None:
    mark = fingerprint(confirmation())
    assert len(mark) == 16
    assert fingerprint(confirmation(document="d9", when={"case": ("c1",)}, reference_document="8/QĐ")) == mark
    for change in ({"agency": "Trạm vịt"}, {"confirms": "chứng nhận"}, {"quote": "Sổ ngan …"}, {"quote": None}):
        assert fingerprint(confirmation(**change)) != mark


def test_staff_accept_and_reject_only_what_is_proposed() -> None:
    first, second, third = confirmation(), confirmation(agency="Trạm vịt"), confirmation(agency="Hội vịt")
    curated = confirmation(agency="Hội gà", status="accepted")
    procedure = replace(PORTAL, confirmations=(first, second, third, curated))
    verdicts = {fingerprint(first): "accepted", fingerprint(second): "rejected", fingerprint(curated): "rejected"}
    assert reviewed(procedure, verdicts).confirmations == (replace(first, status="accepted"), third, curated)
    assert reviewed(procedure, {}) == procedure
