"""Unicode form, tone-mark styles, unmarked text and words."""

from __future__ import annotations

import re
import unicodedata

# The tone mark of an open syllable in oa, oe, uy stands on either vowel: hoà = hòa, thuý = thúy.
_TONES = {"\u0300": "huyền", "\u0301": "sắc", "\u0303": "ngã", "\u0309": "hỏi", "\u0323": "nặng"}
_NEW_STYLE = re.compile(
    r"(?P<first>[ou])(?P<second>[aey])(?P<tone>[\u0300\u0301\u0303\u0309\u0323])(?![\u0300-\u0323\w])", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+")


def _bare(char: str) -> str:
    """A letter without its marks, or nothing for a mark that stands alone."""
    decomposed = unicodedata.normalize("NFD", char.replace("đ", "d").replace("Đ", "D"))
    return "".join(part for part in decomposed if not unicodedata.combining(part))


#: Every marked letter of Latin, and every combining mark, as code point → what is left without marks.
_UNMARKED = {
    code: bare for code in (*range(0x00C0, 0x0370), *range(0x1E00, 0x1F00)) if (bare := _bare(chr(code))) != chr(code)
}


def nfc(text: str) -> str:
    """The text in Unicode form NFC, the one form used everywhere."""
    return unicodedata.normalize("NFC", text)


def unify_tone_marks(text: str) -> str:
    """The text with the tone mark of open oa, oe and uy on the first vowel (hoà → hòa)."""

    def move(match: re.Match[str]) -> str:
        pair = (match["first"] + match["second"]).lower()
        before = match.string[: match.start()]
        if pair not in ("oa", "oe", "uy") or (pair == "uy" and before[-1:].lower() == "q"):
            return match[0]
        return match["first"] + match["tone"] + match["second"]

    return nfc(_NEW_STYLE.sub(move, unicodedata.normalize("NFD", text)))


def unmark(text: str) -> str:
    """The text without Vietnamese marks: 'Đăng ký' → 'Dang ky'."""
    return nfc(nfc(text).translate(_UNMARKED))


def fold(text: str) -> str:
    """Lower-case, unmarked words with single spaces between: what texts are compared by."""
    return " ".join(_WORD.findall(unmark(text.casefold()).casefold()))


def words(text: str) -> list[str]:
    """The words of a text, marks and case kept."""
    return _WORD.findall(nfc(text))


def is_unmarked(text: str) -> bool:
    """Whether a text carries no Vietnamese mark at all."""
    return unmark(text) == nfc(text)
