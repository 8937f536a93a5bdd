from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from bot.web.assets import FOLDER, LANGUAGES, icons, strings


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for one in value:
            yield from texts(one)


def shape(value: Any) -> Any:
    """What must agree between languages: lists' lengths and what is filled in."""
    return len(value) if isinstance(value, list) else sorted(re.findall(r"\{\w+\}", value))


def sources(suffix: str) -> str:
    folder = FOLDER / {"js": "src", "j2": "templates"}[suffix]
    return "\n".join(file.read_text(encoding="utf-8") for file in folder.glob(f"*.{suffix}"))


def test_every_language_has_the_same_words() -> None:
    vi, en = (strings(language) for language in LANGUAGES)
    assert list(vi) == list(en)
    assert {key: shape(value) for key, value in vi.items()} == {key: shape(value) for key, value in en.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_composed_letters_and_not_empty(language: str) -> None:
    for text in texts(list(strings(language).values())):
        assert text.strip() == text != ""
        assert unicodedata.is_normalized("NFC", text)


def test_every_word_is_used_and_every_word_used_is_there() -> None:
    script, templates = sources("js"), sources("j2")
    used = set(re.findall(r"""\bt\("(\w+)\"""", script)) | set(re.findall(r"\bwords\.(\w+)", templates))
    assert used <= set(strings("vi"))
    assert set(strings("vi")) <= used | set(re.findall(r'"(\w+)"', script))


def test_every_icon_is_used_and_every_icon_used_is_there() -> None:
    script = sources("js")
    assert set(icons()) <= set(re.findall(r'"(\w+)"', script))
    assert set(re.findall(r'\b(?:icon|button)\("(\w+)"', script)) <= set(icons())
