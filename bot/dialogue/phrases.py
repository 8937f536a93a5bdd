"""Motcua's own short sentences, from the templates in templates/."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from ruamel.yaml import YAML

_FOLDER = Path(__file__).parent
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
    autoescape=False,  # plain text: channels that show HTML escape it themselves
)


def say(template: str, **values: Any) -> str:
    """A message from templates/<template>.j2."""
    return _ENVIRONMENT.get_template(f"{template}.j2").render(**values).strip()


@cache
def labels() -> dict[str, dict[str, str]]:
    """The words on buttons, by kind."""
    return dict(YAML(typ="safe").load((_FOLDER / "labels.yml").read_text(encoding="utf-8")))


@cache
def settings() -> dict[str, Any]:
    """Word lists and defaults of the dialogue."""
    return dict(YAML(typ="safe").load((_FOLDER / "dialogue.yml").read_text(encoding="utf-8")))
