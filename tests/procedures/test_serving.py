from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.procedures import model, serving, tables
from bot.procedures.model import Confirmation, Procedure, Saying
from bot.procedures.store import Store
from tests.procedures.test_layers import CURATED, DAY, PORTAL

CODE = PORTAL.code


def put(connection: Connection, kind: str, procedure: Procedure) -> bool:
    return serving.put_layer(connection, procedure.code, kind, model.to_content(procedure))


def table_sizes(connection: Connection) -> dict[str, int]:
    parts = [tables.procedure, *tables.PART_TABLES.values()]
    sizes = {table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() for table in parts}
    return {name: size for name, size in sizes.items() if size}


def test_the_order_of_keys_is_no_difference() -> None:
    assert serving.digest({"a": 1, "b": [1, 2]}) == serving.digest({"b": [1, 2], "a": 1})
    assert serving.digest({"a": 1, "b": [1, 2]}) != serving.digest({"a": 1, "b": [2, 1]})
    assert serving.digest(None) != serving.digest({})


def test_layers_are_kept_side_by_side_and_what_they_make_is_served(engine: Engine) -> None:
    store = Store(engine)
    with engine.begin() as connection:
        assert put(connection, "portal", PORTAL)
        assert not put(connection, "portal", PORTAL)
        assert serving.serve_all(connection, [CODE, CODE], DAY)
        assert not serving.serve_all(connection, [CODE], DAY)
    assert (store.revision(), store.procedure(CODE, DAY)) == (1, PORTAL)
    with engine.begin() as connection:
        assert put(connection, "definition", CURATED)
        assert set(serving.layers_of(connection, CODE)) == {"portal", "definition"}
        assert set(serving.layer_digests(connection, "portal")) == {CODE}
        # Nothing is served before it is asked for, and what a code would be without a layer can be seen.
        assert serving.served(connection, CODE, without="definition") == PORTAL
        assert serving.serve(connection, CODE, DAY)
        assert table_sizes(connection) == {
            "procedure": 1, "saying": 1, "twin": 1, "agency": 1, "fee": 1
        }  # fmt: skip
    assert (store.revision(), store.heads(DAY)[0].name) == (1, CURATED.name)
    with engine.begin() as connection:
        assert serving.drop_layer(connection, CODE, "definition")
        assert not serving.drop_layer(connection, CODE, "definition")
        assert serving.serve_all(connection, [CODE], DAY)
    assert (store.revision(), store.procedure(CODE, DAY)) == (2, PORTAL)
    with engine.begin() as connection:
        serving.drop_layer(connection, CODE, "portal")
        assert serving.serve_all(connection, [CODE], DAY)
        assert table_sizes(connection) == {}
    assert store.procedure(CODE, DAY) is None


def test_a_failure_leaves_layers_rows_and_history_as_they_were(engine: Engine) -> None:
    store = Store(engine)
    with engine.begin() as connection:
        put(connection, "portal", PORTAL)
        serving.serve_all(connection, [CODE], DAY)

    def change() -> None:
        with engine.begin() as connection:
            put(connection, "definition", CURATED)
            serving.serve_all(connection, [CODE], DAY + timedelta(days=1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change()
    assert store.procedure(CODE, DAY) == PORTAL
    assert (store.versions(CODE), store.revision()) == ([DAY], 1)
    with engine.connect() as connection:
        assert set(serving.layers_of(connection, CODE)) == {"portal"}


def test_ways_of_asking_are_a_layer_that_alone_serves_nothing(engine: Engine) -> None:
    rows = {
        "sayings": [{"style": "formal", "text": "cấp thẻ vịt"}],
        "twins": [{"code": "9.000002", "question": "Vịt?"}],
    }
    with engine.begin() as connection:
        serving.put_layer(connection, CODE, serving.SAYINGS, rows)
        assert not serving.serve_all(connection, [CODE], DAY)
        put(connection, "portal", PORTAL)
        assert serving.serve_all(connection, [CODE], DAY)
        served = serving.served(connection, CODE)
    assert served is not None
    assert served.sayings == (Saying("formal", "cấp thẻ vịt"),)
    assert Store(engine).procedure(CODE, DAY) == served


def test_only_what_is_required_makes_a_version_and_a_day_has_one(engine: Engine) -> None:
    store = Store(engine)

    def serve(procedure: Procedure | None, days: int) -> None:
        with engine.begin() as connection:
            if procedure is None:
                serving.drop_layer(connection, CODE, "portal")
            else:
                put(connection, "portal", procedure)
            serving.serve_all(connection, [CODE], DAY + timedelta(days=days))

    def versions() -> list[int]:
        return [(since - DAY).days for since in store.versions(CODE)]

    serve(PORTAL, 0)
    serve(model.build(Procedure, {**vars(PORTAL), "sayings": (Saying("name", "thẻ vịt"),)}), 1)
    serve(model.build(Procedure, {**vars(PORTAL), "checked_on": DAY + timedelta(days=2)}), 2)
    assert versions() == [0]
    serve(model.build(Procedure, {**vars(PORTAL), "name": "Cấp thẻ ngan"}), 3)
    serve(model.build(Procedure, {**vars(PORTAL), "name": "Cấp thẻ gà"}), 3)
    assert versions() == [0, 3]
    serve(None, 4)
    serve(PORTAL, 6)
    assert versions() == [0, 3, 4, 6]
    names = [store.procedure_as_of(CODE, DAY + timedelta(days=days)) for days in range(-1, 7)]
    assert [procedure and procedure.name for procedure in names] == [
        PORTAL.name, PORTAL.name, PORTAL.name, PORTAL.name, "Cấp thẻ gà", None, None, PORTAL.name
    ]  # fmt: skip


def test_verdicts_of_staff_are_part_of_what_is_served(engine: Engine) -> None:
    from bot.procedures.layers import fingerprint

    row = Confirmation("Trưởng thôn", "xác nhận", "7/QĐ", "hồ sơ", status="proposed", quote="Sổ vịt …")
    with engine.begin() as connection:
        put(connection, "portal", model.build(Procedure, {**vars(PORTAL), "confirmations": (row,)}))
        verdict = {"code": CODE, "fingerprint": fingerprint(row), "verdict": "accepted", "reviewed_on": DAY}
        connection.execute(sa.insert(tables.confirmation_review).values(**verdict))
        serving.serve_all(connection, [CODE], DAY)
    served = Store(engine).procedure(CODE, DAY)
    assert served is not None
    assert [row.status for row in served.confirmations] == ["accepted"]
