"""Telex and VNI keystrokes that were left undecoded: 'ddawng kys' and 'd9a8ng ky1' → 'đăng ký'."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.language.text import nfc, unmark

_TELEX_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONES = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_TELEX_LETTERS = {"aa": "â", "ee": "ê", "oo": "ô", "dd": "đ", "uow": "ươ", "aw": "ă", "ow": "ơ", "uw": "ư"}
_VNI_LETTERS = {"a6": "â", "e6": "ê", "o6": "ô", "o7": "ơ", "u7": "ư", "a8": "ă", "d9": "đ"}

_ONSET = r"(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdghklmnprstvx])?"
_NUCLEUS = (
    r"(?:uyeu|ieu|yeu|oai|oay|oeo|uay|uoi|uou|uya|uye|uyu|uai|ai|ao|au|ay|eo|eu|ia|ie|iu"
    r"|oa|oe|oi|ua|ue|ui|uo|uu|uy|ye|[aeiouy])"
)
_CODA = r"(?:ng|nh|ch|[cmnpt])?"
_SYLLABLE = re.compile(f"{_ONSET}{_NUCLEUS}{_CODA}")
_VOWELS = "aăâeêioôơuưy"
_TOKEN = re.compile(r"[^\W_]+")


def decode(text: str) -> str:
    """The text with every word decoded that is no syllable as typed but is one when decoded."""
    return _TOKEN.sub(lambda match: _decode_word(match[0]), text)


@lru_cache(maxsize=65536)
def is_syllable(word: str) -> bool:
    """Whether a word, marks aside, has the shape of a Vietnamese syllable."""
    return _SYLLABLE.fullmatch(unmark(word.lower())) is not None


@lru_cache(maxsize=65536)
def _decode_word(word: str) -> str:
    if is_syllable(word) or not word.isascii():
        return word
    lower = word.lower()
    if any(char.isdigit() for char in lower):
        decoded = _decode_keys(lower, _VNI_LETTERS, _VNI_TONES) if len(lower) > 2 else None
    else:
        decoded = _decode_keys(lower, _TELEX_LETTERS, _TELEX_TONES)
    return word if decoded is None else decoded


def _decode_keys(word: str, letters: dict[str, str], tones: dict[str, str]) -> str | None:
    tone = ""
    body = word[0]
    for char in word[1:]:  # a tone key may come anywhere after the first letter
        if char in tones and not _belongs_to_onset(body, char):
            if tone:
                return None
            tone = tones[char]
        else:
            body += char
    body = _join_letters(body, letters)
    if not is_syllable(body) or any(char.isdigit() for char in body):
        return None
    return _with_tone(body, tone)


def _belongs_to_onset(body: str, char: str) -> bool:
    return char == "r" and body == "t"


def _join_letters(body: str, letters: dict[str, str]) -> str:
    keys = {key[-1] for key in letters}
    result = body
    for key, letter in letters.items():
        result = result.replace(key, letter)
    for index, char in enumerate(result):  # the key came later than its letter: 'dangd', 'tien6'
        if char in keys and char not in _VOWELS.replace("d", ""):
            for key, letter in letters.items():
                if key[-1] == char and key[0] in result[:index] and len(key) == 2:
                    rest = result[:index] + result[index + 1 :]
                    return _join_letters(rest.replace(key[0], letter, 1), letters) if index else result
    return result


def _with_tone(syllable: str, tone: str) -> str:
    if not tone:
        return nfc(syllable)
    vowels = [index for index, char in enumerate(syllable) if char in _VOWELS]
    if syllable.startswith(("qu", "gi")) and len(vowels) > 1:
        vowels = vowels[1:]
    marked = [index for index in vowels if syllable[index] in "ăâêôơư"]
    ends_open = vowels[-1] == len(syllable) - 1
    if marked:
        place = marked[-1]
    elif len(vowels) == 1 or (ends_open and len(vowels) == 2):
        place = vowels[0]
    else:
        place = vowels[1]
    toned = unicodedata.normalize("NFC", syllable[place] + tone)
    return nfc(syllable[:place] + toned + syllable[place + 1 :])
