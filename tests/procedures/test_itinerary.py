"""The search for the fewest visits, against trying every way there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.procedures import itinerary
from bot.procedures.itinerary import Errand, Itinerary, attainable, shortest

Errands = dict[str, Errand]
Rank = tuple[float, ...]


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


def blocks(keys: list[str]) -> Iterator[list[list[str]]]:
    """Every way to spread errands over visits, in every order of the visits."""
    if not keys:
        yield []
    for size in range(1, len(keys) + 1):
        for first in combinations(keys, size):
            rest = [key for key in keys if key not in first]
            yield from ([list(first), *others] for others in blocks(rest))


def wait(errand: Errand) -> float:
    return 0 if errand.is_prompt else errand.days or 0


def met(errand: Errand, at_hand: set[str]) -> bool:
    return all(at_hand & set(group) for group in errand.needs)


def do_at_home(chosen: Errands, ready: dict[str, float]) -> None:
    for _ in chosen:
        for key, errand in chosen.items():
            if not errand.places and met(errand, set(ready)):
                start = max((min(ready[k] for k in g if k in ready) for g in errand.needs), default=0)
                ready[key] = min(start + wait(errand), ready.get(key, float("inf")))


def can_do(chosen: Errands, block: list[str], at_hand: set[str]) -> bool:
    left = list(block)
    while left:
        done = next((key for key in left if met(chosen[key], at_hand)), None)
        if done is None:
            return False
        left.remove(done)
        at_hand = at_hand | ({done} if chosen[done].is_prompt else set())
    return True


def rank_of(chosen: Errands, visits: list[list[str]]) -> Rank | None:
    """How good a way is, or None if it cannot be gone."""
    if any(not set.intersection(*(set(chosen[key].places) for key in block)) for block in visits):
        return None
    ready: dict[str, float] = {}
    day = 0.0
    do_at_home(chosen, ready)
    for block in visits:
        days = sorted({day, *(later for later in ready.values() if later > day)})
        fitting = (d for d in days if can_do(chosen, block, {key for key, r in ready.items() if r <= d}))
        found = next(fitting, None)
        if found is None:
            return None
        day = found
        ready |= {key: day + wait(chosen[key]) for key in block}
        do_at_home(chosen, ready)
    return None if len(ready) < len(chosen) else (len(visits), len(chosen), day, max(ready.values(), default=0))


def best_of_all(all_errands: Errands, goals: list[str]) -> Rank:
    ranks = []
    others = [key for key in all_errands if key not in goals]
    for size in range(len(others) + 1):
        for more in combinations(others, size):
            chosen = {key: all_errands[key] for key in (*goals, *more)}
            outdoors = [key for key in chosen if chosen[key].places]
            ranks += [rank for visits in blocks(outdoors) if (rank := rank_of(chosen, visits)) is not None]
    return min(ranks)


def rank(found: Itinerary) -> Rank:
    return (len(found.stops), len(found.ready), found.days, found.days_to_end)


@settings(max_examples=100, deadline=None)
@given(attainable_errands())
def test_no_way_is_better(drawn: tuple[Errands, list[str]]) -> None:
    all_errands, goals = drawn
    found = shortest(all_errands, goals)
    assert found.is_exact
    assert rank(found) == best_of_all(all_errands, goals)


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
