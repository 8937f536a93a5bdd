"""Finding the right procedure among all: ours against plain ways, with titles only and with sayings.

`make benchmark-search` prints a table and writes it, with a plot of the learning curve, to docs/. All ways are asked
the same questions in one run; times are ratios against the plain TF-IDF of this run.
"""

from __future__ import annotations

import gc
import random
import re
import resource
import sqlite3
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib
import numpy as np
from rapidfuzz import fuzz, process
from rich.console import Console
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks import confusions
from benchmarks.catalogue import whole_catalogue, with_title_only, with_ways
from bot.evaluation import Question, read_questions
from bot.language.normalise import comparable
from bot.procedures import search
from bot.procedures.model import Procedure
from bot.settings import ROOT

matplotlib.use("Agg")
from matplotlib import pyplot  # the backend comes first

QUESTIONS = [ROOT / "tests" / "questions" / f"{name}.jsonl" for name in ("catalogue", "everyday", "generated")]
TABLE = ROOT / "docs" / "search-benchmark.md"
PLOT = ROOT / "docs" / "images" / "search-learning-curve.png"
WAYS = (0, 1, 2, 4, 7, 10, 14, 19)

Rank = Callable[[str], list[str]]
console = Console()


@dataclass(frozen=True)
class Figures:
    """How a way of searching did: right first, among three and ten, and milliseconds a question."""

    first: float
    three: float
    ten: float
    milliseconds: float


def ours(procedures: Sequence[Procedure]) -> Rank:
    """The search that is shipped."""
    index = search.build({procedure.code: procedure for procedure in procedures})
    return lambda text: [candidate.code for candidate in index.rank(text).candidates[:10]]


def tfidf(procedures: Sequence[Procedure]) -> Rank:
    """Plain TF-IDF of unmarked words over all that is known of a procedure, by cosine."""
    vectorizer = TfidfVectorizer(token_pattern=r"\S+")
    matrix = vectorizer.fit_transform([_text(procedure) for procedure in procedures])

    def rank(text: str) -> list[str]:
        scores = np.asarray((matrix @ vectorizer.transform([comparable(text)]).T).todense()).ravel()
        return [procedures[number].code for number in np.argsort(-scores)[:10]]

    return rank


def fts5(procedures: Sequence[Procedure]) -> Rank:
    """SQLite's full-text search with its BM25, any of the words."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE known USING fts5(code UNINDEXED, text)")
    database.executemany("INSERT INTO known VALUES (?, ?)", [(p.code, _text(p)) for p in procedures])

    def rank(text: str) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(re.findall(r"\w+", comparable(text))))
        if not words:
            return []
        query = "SELECT code FROM known WHERE known MATCH ? ORDER BY bm25(known) LIMIT 10"
        return [code for (code,) in database.execute(query, (words,))]

    return rank


def fuzzy(procedures: Sequence[Procedure]) -> Rank:
    """rapidfuzz: the phrase whose set of words is most like the question's."""
    phrases = [(p.code, comparable(text)) for p in procedures for text in (p.name, *(s.text for s in p.sayings))]
    texts = [text for _, text in phrases]

    def rank(text: str) -> list[str]:
        found = process.extract(comparable(text), texts, scorer=fuzz.token_set_ratio, limit=60)
        return list(dict.fromkeys(phrases[number][0] for _, _, number in found))[:10]

    return rank


def measure(rank: Rank, questions: Sequence[Question]) -> Figures:
    """Ask every question."""
    hits, times = [], []
    for question in questions:
        started = time.perf_counter()
        codes = rank(question.question)
        times.append((time.perf_counter() - started) * 1000)
        hits.append([bool(set(codes[:depth]) & set(question.codes)) for depth in (1, 3, 10)])
    first, three, ten = np.mean(hits, axis=0)
    return Figures(float(first), float(three), float(ten), float(np.median(times)))


def ten_times(procedures: Sequence[Procedure]) -> list[Procedure]:
    """A catalogue ten times as large: in each copy half of the words, by their spelling, are words of its own."""

    def spelt(text: str, copy: int) -> str:
        return " ".join(f"{word}{'x' * copy}" if zlib.crc32(word.encode()) % 2 else word for word in text.split())

    def copied(procedure: Procedure, copy: int) -> Procedure:
        sayings = tuple(replace(saying, text=spelt(saying.text, copy)) for saying in procedure.sayings)
        name, short = spelt(procedure.name, copy), spelt(procedure.short_name, copy)
        return replace(procedure, code=f"{procedure.code}-{copy}", name=name, short_name=short, sayings=sayings)

    return [*procedures, *(copied(procedure, copy) for copy in range(1, 10) for procedure in procedures)]


def cost(procedures: Sequence[Procedure], questions: Sequence[Question]) -> str:
    """What the search costs: building, a question, memory; and with ten times the catalogue. One core, as Markdown."""
    rows = []
    for name, known in (("whole catalogue", procedures), ("ten times as many", ten_times(procedures))):
        console.print(f"cost: {name} …")
        before, started = _memory(), time.process_time()
        index = search.build({procedure.code: procedure for procedure in known})
        built, memory = time.process_time() - started, _memory() - before
        times = [_milliseconds(index, question.question) for question in questions]
        rows.append((name, len(known), built, memory, *np.percentile(times, [50, 95])))
    ratio = rows[1][4] / rows[0][4]
    lines = [
        "| | procedures | index built, s of CPU | index, MB | median, ms of CPU | 95th percentile, ms of CPU |",
        "|---|---|---|---|---|---|",
    ]
    lines += [f"| {n} | {size} | {b:.1f} | {m:.0f} | {p50:.1f} | {p95:.1f} |" for n, size, b, m, p50, p95 in rows]
    return "\n".join(lines) + f"\n\nTen times the catalogue costs {ratio:.1f} times the time of a question."


def _milliseconds(index: search.Index, text: str) -> float:
    started = time.process_time()
    index.rank(text)
    return (time.process_time() - started) * 1000


def _memory() -> float:
    """The memory of this process in MB, without what is free again."""
    gc.collect()
    return float(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def _text(procedure: Procedure) -> str:
    return comparable(" ".join((procedure.name, procedure.short_name, *(saying.text for saying in procedure.sayings))))


def compare(procedures: Sequence[Procedure], questions: Sequence[Question]) -> str:
    """The table of all ways, as Markdown."""
    titles = [with_title_only(procedure) for procedure in procedures]
    some = random.Random(0).sample(list(questions), min(len(questions), 60))
    rows, unit = [], 1.0
    ways: tuple[tuple[str, Callable[[Sequence[Procedure]], Rank]], ...] = (
        ("plain TF-IDF", tfidf),
        ("SQLite FTS5 BM25", fts5),
        ("rapidfuzz token_set_ratio (60 questions)", fuzzy),
        ("ours", ours),
    )
    for name, make in ways:
        for known, what in ((titles, "titles only"), (procedures, "with sayings")):
            console.print(f"{name}, {what} …")
            figures = measure(make(known), some if make is fuzzy else questions)
            unit = figures.milliseconds if make is tfidf and known is procedures else unit
            rows.append((name, what, figures))
    lines = [
        "| way | knows | hit@1 | hit@3 | hit@10 | time, against plain TF-IDF with sayings |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {what} | {f.first:.3f} | {f.three:.3f} | {f.ten:.3f} | {f.milliseconds / unit:.1f} |"
        for name, what, f in rows
    ]
    return "\n".join(lines)


def learning_curve(procedures: Sequence[Procedure], questions: Sequence[Question], plot: Path) -> str:
    """How it grows with the number of ways of asking: a table, and a plot written to a file."""
    curve = []
    for most in WAYS:
        console.print(f"ours with names and at most {most} ways of asking …")
        curve.append(measure(ours([with_ways(procedure, most) for procedure in procedures]), questions))
    figure, axes = pyplot.subplots(figsize=(7, 4))
    axes.plot(WAYS, [f.first for f in curve], marker="o", label="right one first")
    axes.plot(WAYS, [f.three for f in curve], marker="o", label="among the first three")
    axes.set(xlabel="ways of asking a procedure, at most", ylabel="share of questions", ylim=(0, 1))
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(plot, dpi=110)
    lines = ["| ways of asking, at most | hit@1 | hit@3 | hit@10 |", "|---|---|---|---|"]
    lines += [f"| {most} | {f.first:.3f} | {f.three:.3f} | {f.ten:.3f} |" for most, f in zip(WAYS, curve, strict=True)]
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark and write its page."""
    procedures = list(whole_catalogue().values())
    questions = [question for path in QUESTIONS for question in read_questions(path) if question.codes]
    table = compare(procedures, questions)
    curve = learning_curve(procedures, questions, PLOT)
    page = (
        "# Finding one procedure among all\n\n"
        f"`make benchmark-search` over {len(procedures)} procedures and {len(questions)} questions of ten styles\n"
        "by writers who saw no sayings. Every way is asked the same questions in one run.\n\n"
        f"{table}\n\n## How many ways of asking\n\n{curve}\n\n![Learning curve](images/{PLOT.name})\n\n"
        f"## What it costs\n\n{cost(procedures, questions)}\n\n"
        "## The costliest confusions\n\n"
        f"{confusions.table({procedure.code: procedure for procedure in procedures})}\n"
    )
    TABLE.write_text(page, encoding="utf-8")
    console.print(page)


if __name__ == "__main__":
    main()
