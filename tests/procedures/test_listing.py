from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from bot.procedures.definitions import Definition
from bot.procedures.listing import Listing, Listings
from bot.procedures.model import Procedure
from bot.procedures.store import Head, Store
from tests.conftest import TODAY


@pytest.fixture(scope="module")
def listing(procedures: dict[str, Procedure]) -> Listing:
    columns = ("code", "name", "short_name", "field", "details", "origin")
    return Listing(Head(*(getattr(row, column) for column in columns)) for row in procedures.values())


@pytest.mark.parametrize(
    "words", ["đăng ký khai sinh", "dang ky khai sinh", "  ĐĂNG   KÝ khai sinh?", "khai sinh đăng"]
)
def test_a_name_is_found_with_and_without_marks(listing: Listing, words: str) -> None:
    assert "1.001193" in [head.code for head in listing.named(words)]


def test_the_words_side_by_side_come_first(listing: Listing) -> None:
    found = [head.short_name for head in listing.named("khai tu")]
    assert found[0].startswith("Đăng ký khai tử")
    assert len(found) > 1


def test_a_code_is_found(listing: Listing) -> None:
    assert [head.code for head in listing.named("1.001193")] == ["1.001193"]


@pytest.mark.parametrize("words", ["", "  ", "?!", "xyzzy", "khai sinh xyzzy"])
def test_without_words_that_fit_nothing_is_found(listing: Listing, words: str) -> None:
    assert listing.named(words) == []


def test_every_procedure_is_in_one_field(listing: Listing) -> None:
    assert sum(count for _, count in listing.fields) == len(listing.heads)
    for field, count in listing.fields:
        assert len(listing.of_field(field)) == count
    assert listing.of_field("không có") == []


def test_the_list_follows_the_database_and_the_day(engine: Engine, curated: list[Definition]) -> None:
    store = Store(engine)
    listings = Listings(store)
    code = str(curated[0].data["code"])
    assert listings.on(TODAY).heads == []
    assert listings.name_of(code) is None
    store.load(curated[:2], [])
    first = listings.on(TODAY)
    assert code in first.names
    assert listings.name_of(code) == first.names[code]
    assert listings.on(TODAY) is first
    assert listings.on(TODAY + timedelta(days=1)) is not first
