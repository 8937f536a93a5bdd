"""The words of slips, posters and procedure pages that are no row of the database."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

WORDS = Path(__file__).parent / "words.yml"


@cache
def words(part: str) -> dict[str, Any]:
    """The words of one part of words.yml, such as "slip"."""
    return dict(YAML(typ="safe").load(WORDS.read_text(encoding="utf-8"))[part])
