from __future__ import annotations

from datetime import timedelta

from sqlalchemy.engine import Engine

from bot.procedures import reviews
from bot.procedures.model import Procedure
from bot.procedures.render import Renderer
from bot.procedures.store import Store
from bot.records.keeping import RecordKeeper
from tests.records.made_up import CODE, DAY, PROVINCE, PROVINCES, details, page, reply

LATER = DAY + timedelta(days=3)
QUOTES = ("Sổ vịt có xác nhận của Trưởng thôn", "Ảnh vịt có xác nhận của Trạm thú y")


def record(code: str = CODE, *quotes: str) -> dict[str, object]:
    papers = [{"name": quote, "originalQty": 1} for quote in quotes or QUOTES]
    return reply(code, executionCases=[{"name": "", "profileComponents": papers}])


def told(store: Store) -> str:
    procedure = store.procedure(CODE, DAY)
    assert isinstance(procedure, Procedure)
    return Renderer(lambda _code: None).aspect(procedure, "confirming_agencies")


def test_what_staff_decide_holds_for_citizens_and_survives_a_new_import(engine: Engine) -> None:
    keeper, store = RecordKeeper(engine, PROVINCE, PROVINCES, lambda: DAY), Store(engine)
    keeper.keep("9.000002", "api", record("9.000002", QUOTES[0]), DAY)
    keeper.keep(CODE, "api", record(), DAY)
    first, second = reviews.proposed(engine, CODE)
    assert (first.code, first.agency, first.confirms, first.quote) == (
        CODE, "Trưởng thôn", "xác nhận trên giấy tờ này", QUOTES[0]
    )  # fmt: skip
    assert [row.code for row in reviews.proposed(engine)] == [CODE, CODE, "9.000002"]
    assert f"nguyên văn trong thành phần hồ sơ: “{QUOTES[0]}”" in told(store)

    revision = store.revision()
    assert reviews.decide(engine, CODE, first.fingerprint, "accepted", DAY)
    assert reviews.decide(engine, CODE, second.fingerprint, "rejected", DAY)
    assert store.revision() == revision + 2
    # What is decided on is proposed no more; the other procedure's row with the same words still is.
    assert [row.code for row in reviews.proposed(engine)] == ["9.000002"]
    assert not reviews.decide(engine, CODE, first.fingerprint, "rejected", DAY)
    assert not reviews.decide(engine, CODE, "0" * 16, "accepted", DAY)

    def as_decided() -> None:
        text = told(store)
        assert "✔ Trưởng thôn xác nhận trên giấy tờ này (theo 7/QĐ-BAH, thành phần hồ sơ)" in text
        assert text.count("xác nhận trên giấy tờ này") == 1
        assert "nguyên văn" not in text
        assert "Trạm thú y" not in text

    as_decided()
    # The same record again; read anew; changed elsewhere, so that the papers have other keys.
    keeper.keep(CODE, "api", record(), LATER)
    as_decided()
    keeper.reinterpret(CODE)
    as_decided()
    keeper.keep(CODE, "api", record(CODE, "Đơn xin thẻ", *QUOTES), LATER)
    as_decided()
    assert [row.code for row in reviews.proposed(engine)] == ["9.000002"]
    # Other words are another confirmation, which nobody has decided on.
    keeper.keep(CODE, "api", record(CODE, "Sổ vịt và ao có xác nhận của Trưởng thôn"), LATER)
    assert [row.code for row in reviews.proposed(engine)] == [CODE, "9.000002"]
    assert "nguyên văn" in told(store)


def test_a_decision_holds_whichever_record_says_it(engine: Engine) -> None:
    keeper, store = RecordKeeper(engine, PROVINCE, PROVINCES, lambda: DAY), Store(engine)
    keeper.keep(CODE, "api", {"data": details()}, DAY)
    (row,) = reviews.proposed(engine)
    reviews.decide(engine, CODE, row.fingerprint, "rejected", DAY)
    assert "Trưởng thôn" not in told(store)
    keeper.keep(CODE, "page", page(), DAY)
    keeper.reinterpret(CODE)
    assert reviews.proposed(engine) == []
