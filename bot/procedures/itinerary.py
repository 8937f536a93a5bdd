"""The shortest itinerary: which places to visit in which order, so that every errand is done in the fewest visits.

An errand is done at one of its places, once a paper of each group it needs is at hand, and gives a paper itself. At a
visit everything that can be done there is done. Which visits come first is searched exactly, layer by layer (all
itineraries of one visit, of two …), over the errands done and the days their papers are ready. Many errands would
make too many itineraries: then only the most promising of each layer are followed, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

#: Up to so many errands, and so many ways to choose among them, the answer is the best there is.
MOST_ERRANDS = 16
MOST_CHOICES = 500
#: So many itineraries of a layer are followed where there are more errands.
MOST_FOLLOWED = 12


@dataclass(frozen=True)
class Errand:
    """Something to do.

    Attributes:
        places: Where it can be done, any one of them; nowhere means without a visit (online, by post).
        needs: Groups of errands; of each group the paper of one must be at hand.
        days: Until its paper is ready; None where nobody says.
        is_prompt: Its paper is handed over while one waits, and serves in the same visit.
    """

    key: str
    places: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    days: float | None = 0
    is_prompt: bool = False

    @property
    def wait(self) -> float:
        """Days to reckon with until its paper is ready."""
        return 0 if self.is_prompt or self.days is None else self.days


@dataclass(frozen=True)
class Stop:
    """A visit: where, how many days after the start at the earliest, and the errands done there, in order."""

    place: str
    day: float
    errands: tuple[str, ...]


@dataclass(frozen=True)
class Itinerary:
    """The stops in order, the errands that need no visit, and the day each paper is ready."""

    stops: tuple[Stop, ...]
    without_visit: tuple[str, ...]
    ready: Mapping[str, float]
    is_exact: bool = True

    @property
    def days(self) -> float:
        """Days from the start to the last visit."""
        return self.stops[-1].day if self.stops else 0

    @property
    def days_to_end(self) -> float:
        """Days from the start until every paper is ready."""
        return max(self.ready.values(), default=0)


@dataclass(frozen=True)
class _State:
    """Where an itinerary has got to: today, and the day on which each paper is or was ready."""

    stops: tuple[Stop, ...]
    day: float
    ready: Mapping[str, float]


def attainable(errands: Mapping[str, Errand]) -> frozenset[str]:
    """The errands that can be done at all: those in or behind a cycle, or needing what is not there, cannot."""
    done: frozenset[str] = frozenset()
    while True:
        more = frozenset(
            key for key, errand in errands.items() if all(not done.isdisjoint(group) for group in errand.needs)
        )
        if more == done:
            return done
        done = more


def shortest(errands: Mapping[str, Errand], goals: Sequence[str]) -> Itinerary:
    """The itinerary with the fewest visits that does the goals; then with the fewest errands, then the shortest.

    Args:
        errands: Every errand by its key; those that are needed must be attainable.
        goals: The keys of those that must be done.
    """
    choices = list(_choices(errands, goals))
    is_exact = len(choices) <= MOST_CHOICES
    if not is_exact:
        choices[MOST_CHOICES:] = [attainable(errands)]  # everything: it surely can be done
    best: tuple[tuple[float, ...], Itinerary] | None = None
    for chosen in sorted(choices, key=len):
        found = _search({key: errands[key] for key in errands if key in chosen}, len(best[1].stops) if best else None)
        if found is not None:
            rank = (len(found.stops), len(chosen), found.days, found.days_to_end)
            best = (rank, found) if best is None or rank < best[0] else best
    if best is None:
        raise ValueError("these goals cannot be attained: leave out what attainable() does not name")
    found = best[1]
    return Itinerary(found.stops, found.without_visit, found.ready, found.is_exact and is_exact)


def _choices(errands: Mapping[str, Errand], goals: Sequence[str]) -> Iterator[frozenset[str]]:
    """The sets of errands that do the goals, one of each group taken; in stable order, a little more than the most."""
    possible = attainable(errands)
    seen: set[tuple[frozenset[str], tuple[str, ...]]] = set()
    given: set[frozenset[str]] = set()
    todo: list[tuple[frozenset[str], tuple[str, ...]]] = [(frozenset(), tuple(goals))]
    while todo and len(given) <= MOST_CHOICES:
        chosen, waiting = todo.pop()
        waiting = tuple(dict.fromkeys(key for key in waiting if key not in chosen))
        if (chosen, waiting) in seen:
            continue
        seen.add((chosen, waiting))
        if not waiting:
            if chosen not in given:
                given.add(chosen)
                yield chosen
            continue
        picks: list[tuple[str, ...]] = [()]
        for group in errands[waiting[0]].needs:
            wider = (tuple(dict.fromkeys((*pick, key))) for pick in picks for key in group if key in possible)
            picks = list(dict.fromkeys(wider))[: MOST_CHOICES + 1]
        todo += [(chosen | {waiting[0]}, (*waiting[1:], *pick)) for pick in reversed(picks)]


def _search(errands: Mapping[str, Errand], limit: int | None) -> Itinerary | None:
    """The shortest itinerary that does all errands, or None if it takes more visits than the limit."""
    is_exact = len(errands) <= MOST_ERRANDS
    layer = [_State((), 0, _done_at_home(errands, {}))]
    visits = 0
    while layer:
        ended = [state for state in layer if len(state.ready) == len(errands)]
        if ended:
            state = min(ended, key=lambda state: (state.day, max(state.ready.values(), default=0)))
            at_home = tuple(key for key, errand in errands.items() if not errand.places)
            return Itinerary(state.stops, at_home, state.ready, is_exact)
        if visits == limit:
            return None
        visits += 1
        layer = _best_of_each(following for state in layer for following in _following(errands, state))
        if not is_exact:
            layer = sorted(layer, key=lambda state: (-len(state.ready), state.day))[:MOST_FOLLOWED]
    return None


def _following(errands: Mapping[str, Errand], state: _State) -> list[_State]:
    """The states after one more visit: to any place, today or on a day when one more paper is ready."""
    left = {key: errand for key, errand in errands.items() if key not in state.ready}
    today = _visits_on(left, state, state.day)
    for following in today:
        place = following.stops[-1].place
        here = [key for key, errand in left.items() if place in errand.places]
        if all(key in following.ready for key in here) and any(left[key].places == (place,) for key in here):
            return [following]  # all of this place is done, it must be visited anyway: nothing is better first
    later = sorted({day for day in state.ready.values() if day > state.day})
    return [*today, *(following for day in later for following in _visits_on(left, state, day))]


def _visits_on(left: Mapping[str, Errand], state: _State, day: float) -> list[_State]:
    places = dict.fromkeys(place for errand in left.values() for place in errand.places)
    visits = (_visit(left, state, place, day) for place in places)
    return [following for following in visits if following is not None]


def _visit(left: Mapping[str, Errand], state: _State, place: str, day: float) -> _State | None:
    """The state after a visit in which everything possible is done, or None if nothing is."""
    at_hand = {key for key, ready in state.ready.items() if ready <= day}
    here = {key: errand for key, errand in left.items() if place in errand.places}
    done: list[str] = []
    while True:
        more = [key for key, errand in here.items() if key not in done and _is_ready(errand, at_hand)]
        if not more:
            break
        done += more
        at_hand.update(key for key in more if here[key].is_prompt)
    if not done:
        return None
    ready = {**state.ready, **{key: day + here[key].wait for key in done}}
    rest = {key: errand for key, errand in left.items() if key not in done}
    return _State((*state.stops, Stop(place, day, tuple(done))), day, _done_at_home(rest, ready))


def _is_ready(errand: Errand, at_hand: Collection[str]) -> bool:
    return all(any(key in at_hand for key in group) for group in errand.needs)


def _done_at_home(left: Mapping[str, Errand], before: Mapping[str, float]) -> Mapping[str, float]:
    """What is ready after the errands without a visit are done, each as soon as its papers are there."""
    ready = dict(before)
    at_home = [errand for errand in left.values() if not errand.places]
    while True:
        starts = [
            (max((min(ready[key] for key in group if key in ready) for group in errand.needs), default=0.0), errand)
            for errand in at_home
            if errand.key not in ready and _is_ready(errand, ready)
        ]
        if not starts:
            return ready
        ready.update({errand.key: start + errand.wait for start, errand in starts})


def _best_of_each(states: Iterable[_State]) -> list[_State]:
    """The states that no other one beats: that has done the same, not later, with every paper not later."""
    kept: dict[frozenset[str], list[_State]] = {}
    for state in states:
        others = kept.setdefault(frozenset(state.ready), [])
        if not any(_is_as_good(other, state) for other in others):
            others[:] = [other for other in others if not _is_as_good(state, other)]
            others.append(state)
    return [state for others in kept.values() for state in others]


def _is_as_good(state: _State, other: _State) -> bool:
    return state.day <= other.day and all(
        ready <= max(other.ready[key], other.day) for key, ready in state.ready.items()
    )
