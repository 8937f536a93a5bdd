"""How people name and ask for procedures: reading ``data/sayings/<field>.yml`` and reporting every problem in them.

A file holds, by procedure code, everyday names, ways of asking by kind, and the near-twins it is confused with. The
official title stands beside them for the reader only: what is served comes from the procedure's own record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.language.text import fold
from bot.procedures.yaml_files import Place, Problem, SourceFile, read_all, schema_problems, text_problems

SCHEMA = Path(__file__).parent / "schema" / "sayings.schema.json"
#: The kinds of ways of asking, in the order of a file.
KINDS = (
    "formal",
    "colloquial",
    "story",
    "keywords",
    "north",
    "central",
    "south",
    "elderly",
    "texting",
    "unmarked",
    "mistyped",
)
#: An entry with fewer ways of asking, or fewer kinds of them, is thin or one-sided.
FEWEST_WAYS = 4
FEWEST_KINDS = 3
#: Two texts that share this share of their words (by number, marks aside) are near-copies.
NEAR_COPY = 0.9


def read_folder(folder: Path) -> tuple[list[SourceFile], list[Problem]]:
    """Read every file of a folder; unreadable files become problems."""
    return read_all(sorted(folder.glob("*.yml")))


def by_code(files: Iterable[SourceFile]) -> dict[str, dict[str, Any]]:
    """Code → ``sayings`` (style, text) and ``twins`` (code, question), as rows."""
    rows: dict[str, dict[str, Any]] = {}
    for file in files:
        for code, entry in file.data.items():
            texts = [{"style": "name", "text": text} for text in entry["names"]]
            texts += [{"style": kind, "text": text} for kind in KINDS for text in entry.get(kind, ())]
            rows[code] = {"sayings": texts, "twins": entry.get("twins", [])}
    return rows


def check_form(files: Sequence[SourceFile]) -> list[Problem]:
    """What keeps a set of files from being loaded: departures from the schema, and codes that stand twice."""
    broken = [problem for file in files for problem in (*schema_problems(file, SCHEMA), *text_problems(file))]
    return sorted([*broken, *_repeated_codes(files)])


def check(files: Sequence[SourceFile]) -> list[Problem]:
    """Every problem in a set of files that belong together; takes a while, because it compares all texts."""
    broken = check_form(files)
    if broken:
        return broken
    return sorted([*(problem for file in files for problem in _entry_problems(file)), *_copies(files)])


def _texts(code: str, entry: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Every name and way of asking of an entry, with its place."""
    for kind in ("names", *KINDS):
        for number, text in enumerate(entry.get(kind, ())):
            yield (code, kind, number), text


def _repeated_codes(files: Sequence[SourceFile]) -> Iterator[Problem]:
    first: dict[str, SourceFile] = {}
    for file in files:
        for code in file.data:
            other = first.setdefault(code, file)
            if other is not file:
                yield file.problem((code,), f"{code} stands in {other.path.name} too", "Keep it in one file")


def _entry_problems(file: SourceFile) -> Iterator[Problem]:
    for code, entry in file.data.items():
        ways = Counter({kind: len(entry.get(kind, ())) for kind in KINDS})
        kinds = [kind for kind, number in ways.items() if number]
        if ways.total() < FEWEST_WAYS:
            yield file.problem((code,), f"{ways.total()} ways of asking are too few", f"Write at least {FEWEST_WAYS}")
        elif len(kinds) < FEWEST_KINDS:
            advice = f"Let people of at least {FEWEST_KINDS} kinds speak"
            yield file.problem((code,), f"it is one-sided: only {', '.join(kinds)}", advice)
        yield from _wording_problems(file, code, entry)
        for number, twin in enumerate(entry.get("twins", ())):
            if twin["code"] == code:
                place = (code, "twins", number)
                yield file.problem(place, "the procedure names itself", "Name the one it is confused with")


def _wording_problems(file: SourceFile, code: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    title = fold(entry["title"]).removeprefix("thu tuc ")
    for place, text in _texts(code, entry):
        if fold(text).removeprefix("thu tuc ") == title:
            yield file.problem(place, f"'{text[:50]}' repeats the title", "Write what people say")
        if place[1] == "unmarked" and not text.isascii():
            yield file.problem(place, f"'{text[:50]}' has Vietnamese marks", "Write it as typed without marks")


def _copies(files: Sequence[SourceFile]) -> Iterator[Problem]:
    """Texts that stand under two codes, word for word or nearly so: they tell nobody which one is meant."""
    places = [
        (file, code, place, text)
        for file in files
        for code, entry in file.data.items()
        for place, text in _texts(code, entry)
    ]
    words = [frozenset(fold(text).split()) for _, _, _, text in places]
    holding: dict[str, list[int]] = {}
    same: dict[frozenset[str], list[int]] = {}
    for number, own in enumerate(words):
        same.setdefault(own, []).append(number)
        for word in own:
            holding.setdefault(word, []).append(number)
    for number, (file, code, place, text) in enumerate(places):
        alike = (*same[words[number]], *_near(number, words, holding))
        near = (other for other in alike if other < number and places[other][1] != code)
        other = next(near, None)
        if other is not None:
            yield file.problem(
                place,
                f"'{text[:50]}' stands nearly so under {places[other][1]} too",
                "Keep it where it is meant, or say what tells the two apart",
            )


def _near(number: int, words: Sequence[frozenset[str]], holding: Mapping[str, list[int]]) -> Iterator[int]:
    """The earlier texts that share nearly all words with a text, but not all: of few words, none can."""
    own = words[number]
    may_differ = int(len(own) * (1 - NEAR_COPY) + 1e-9)
    if not may_differ:
        return
    # So few words may differ that one of the rarest must be shared.
    rarest = sorted(own, key=lambda word: len(holding[word]))[: may_differ + 1]
    for other in sorted({other for word in rarest for other in holding[word] if other < number}):
        theirs = words[other]
        if NEAR_COPY * len(own) <= len(theirs) <= len(own) / NEAR_COPY:
            shared = len(own & theirs)
            if shared >= NEAR_COPY * (len(own) + len(theirs) - shared):
                yield other
