"""Every way to do some errands, tried one after the other: what the search for the fewest visits has to equal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations, count, product

from bot.procedures.itinerary import Errand, Itinerary

Errands = dict[str, Errand]
Rank = tuple[float, ...]


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


def fewest_visits(all_errands: Mapping[str, Errand], goals: Collection[str]) -> int:
    """The length of the shortest sequence of places on which the goals are done, doing all that can be at each.

    One can always wait before a visit until all papers are ready, so that days make no difference.
    """
    places = sorted({place for errand in all_errands.values() for place in errand.places})
    for length in count():
        for route in product(places, repeat=length):
            if done_on(all_errands, route).issuperset(goals):
                return length
    raise AssertionError("there is always one more place to go to")


def done_on(all_errands: Mapping[str, Errand], route: Iterable[str]) -> set[str]:
    """What is done on a route, before its first and after each of its visits whatever needs none."""
    done = _done_at(all_errands, None, set())
    for place in route:
        done = _done_at(all_errands, place, done)
        done = _done_at(all_errands, None, done)
    return done


def _done_at(all_errands: Mapping[str, Errand], place: str | None, before: set[str]) -> set[str]:
    """What is done after a visit; nowhere, or in the same visit if it is prompt, one errand can lead to the next."""
    here = {key: errand for key, errand in all_errands.items() if _is_at(errand, place)}
    done, at_hand = set(before), set(before)
    while more := {key for key in here.keys() - done if met(here[key], at_hand)}:
        done |= more
        at_hand |= {key for key in more if place is None or here[key].is_prompt}
    return done


def _is_at(errand: Errand, place: str | None) -> bool:
    return place in errand.places if place is not None else not errand.places
