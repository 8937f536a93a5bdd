"""The search for the fewest visits, against trying every way there is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.procedures import itinerary
from bot.procedures.itinerary import Errand, attainable, shortest
from tests.brute_force import Errands, best_of_all, fewest_visits, met, rank


@st.composite
def errands(draw: st.DrawFn, most: int = 5) -> Errands:
    """Some errands at few places, any of them needing any others, in cycles too."""
    keys = [f"e{number}" for number in range(draw(st.integers(1, most)))]
    group = st.lists(st.sampled_from(keys), min_size=1, max_size=2, unique=True).map(tuple)
    return {
        key: Errand(
            key,
            places=tuple(draw(st.lists(st.sampled_from("PQR"), max_size=2, unique=True))),
            needs=tuple(draw(st.lists(group, max_size=2))),
            days=draw(st.sampled_from([0, 1, 3, None])),
            is_prompt=draw(st.booleans()),
        )
        for key in keys
    }


@st.composite
def attainable_errands(draw: st.DrawFn) -> tuple[Errands, list[str]]:
    """Errands and goals among those that can be done."""
    drawn = draw(errands())
    possible = sorted(attainable(drawn))
    assume(possible)
    return drawn, draw(st.lists(st.sampled_from(possible), min_size=1, max_size=3, unique=True))


@settings(max_examples=100, deadline=None)
@given(attainable_errands())
def test_no_way_is_better(drawn: tuple[Errands, list[str]]) -> None:
    all_errands, goals = drawn
    found = shortest(all_errands, goals)
    assert found.is_exact
    assert rank(found) == best_of_all(all_errands, goals)
    assert len(found.stops) == fewest_visits(all_errands, goals)


@settings(max_examples=100, deadline=None)
@given(attainable_errands())
def test_everything_is_done_once_after_what_it_needs(drawn: tuple[Errands, list[str]]) -> None:
    all_errands, goals = drawn
    found = shortest(all_errands, goals)
    done = [key for stop in found.stops for key in stop.errands]
    assert sorted([*done, *found.without_visit]) == sorted(found.ready)
    assert set(goals) <= set(found.ready)
    days = [stop.day for stop in found.stops]
    assert days == sorted(days)
    before: set[str] = set()
    for stop in found.stops:
        here: set[str] = set()
        for key in stop.errands:
            errand = all_errands[key]
            at_hand = {k for k in before | set(found.without_visit) if found.ready[k] <= stop.day}
            assert stop.place in errand.places
            assert met(errand, at_hand | {k for k in here if all_errands[k].is_prompt})
            here.add(key)
        before |= here


@given(errands())
def test_what_is_not_attainable_is_behind_a_cycle(all_errands: Errands) -> None:
    possible = attainable(all_errands)
    for key, errand in all_errands.items():
        groups = [set(group) & possible for group in errand.needs]
        assert (key in possible) == all(groups)


def test_goals_in_a_cycle_are_refused() -> None:
    cycle = {"a": Errand("a", ("P",), (("b",),)), "b": Errand("b", ("P",), (("a",),))}
    with pytest.raises(ValueError, match="attainable"):
        shortest(cycle, ["a"])


def test_waiting_saves_a_visit() -> None:
    ways: Mapping[str, Errand] = {
        "paper": Errand("paper", ("Q",), days=5),
        "with": Errand("with", ("P",), (("paper",),)),
        "without": Errand("without", ("P",)),
    }
    found = shortest(ways, ["with", "without"])
    assert [(stop.place, stop.day, set(stop.errands)) for stop in found.stops] == [
        ("Q", 0, {"paper"}),
        ("P", 5, {"with", "without"}),
    ]


def test_many_errands_still_have_a_plan_which_is_marked() -> None:
    many = {
        f"e{number}": Errand(f"e{number}", ("PQRS"[number % 4],), ((f"e{number - 3}",),) if number > 2 else ())
        for number in range(2 * itinerary.MOST_ERRANDS)
    }
    found = shortest(many, list(many))
    assert not found.is_exact
    assert set(found.ready) == set(many)


def test_many_alternatives_still_have_a_plan_which_is_marked() -> None:
    sources = {f"s{number}": Errand(f"s{number}", ("PQ"[number % 2],)) for number in range(24)}
    goal = Errand("goal", ("P",), tuple((f"s{number}", f"s{number + 1}") for number in range(0, 24, 2)))
    found = shortest({**sources, "goal": goal}, ["goal"])
    assert not found.is_exact
    assert "goal" in found.ready
