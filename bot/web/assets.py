"""The files that a browser loads: the chat's script, the style sheets and the icon, made once, without a bundler."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent
LANGUAGES = ("vi", "en")

#: The modules of the script, each after those that it imports.
MODULES = (
    "dom",
    "words",
    "store",
    "client",
    "outbox",
    "speech",
    "blocks",
    "rating",
    "trace",
    "composer",
    "reply",
    "desk",
    "dialogs",
    "chat",
    "page",
)

_COMMENT = re.compile(r"^\s*/\*.*?\*/\s*?$", re.MULTILINE | re.DOTALL)
_LINE_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_IMPORT = re.compile(r"^import .*?;$", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_AROUND_MARKS = re.compile(r"\s*([{};,])\s*")
_INDENT = re.compile(r"\n\s*")


@dataclass(frozen=True)
class Asset:
    """A file as it is served.

    ``path`` changes with the content, so that a browser may keep what it loaded for good.
    """

    name: str
    content_type: str
    body: bytes

    @cached_property
    def gzipped(self) -> bytes:
        """The body for browsers that take gzip."""
        return gzip.compress(self.body, 9, mtime=0)

    @cached_property
    def etag(self) -> str:
        """The entity tag, quoted as HTTP wants it."""
        return f'"{self._version}"'

    @cached_property
    def integrity(self) -> str:
        """What goes into the attribute ``integrity`` of whoever loads it (Subresource Integrity)."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.body).digest()).decode()

    @property
    def path(self) -> str:
        """Where it is served, with its version."""
        return f"/{self.name}?v={self._version}"

    @cached_property
    def _version(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:16]


@cache
def assets() -> dict[str, Asset]:
    """All files, by name."""
    made = (
        Asset("motcua-chat.js", "text/javascript; charset=utf-8", _script().encode()),
        Asset("motcua-chat.css", "text/css; charset=utf-8", _styles("blocks", "chat").encode()),
        Asset("motcua.css", "text/css; charset=utf-8", _styles("blocks", "page").encode()),
        Asset("motcua.svg", "image/svg+xml", (FOLDER / "motcua.svg").read_bytes()),
    )
    return {asset.name: asset for asset in made}


@cache
def strings(language: str) -> dict[str, Any]:
    """The words of the frame in a language of ``LANGUAGES``."""
    return dict(_yaml(f"strings/{language}.yml"))


@cache
def icons() -> dict[str, str]:
    """The icons: SVG paths on a grid of 24 × 24, by name."""
    return dict(_yaml("icons.yml"))


def _yaml(path: str) -> Any:
    return YAML(typ="safe").load((FOLDER / path).read_text(encoding="utf-8"))


def _script() -> str:
    """One script of all modules: their imports and exports go, they share one scope."""
    data = {
        "STRINGS": {language: strings(language) for language in LANGUAGES},
        "ICONS": icons(),
        "CSS": _styles("blocks", "chat"),
    }
    constants = "".join(
        f"const {name}={json.dumps(value, ensure_ascii=False, separators=(',', ':'))};\n"
        for name, value in data.items()
    )
    modules = "\n".join((FOLDER / "src" / f"{name}.js").read_text(encoding="utf-8") for name in MODULES)
    return f'(()=>{{"use strict";\n{constants}{_lean(_EXPORT.sub("", _IMPORT.sub("", modules)))}\n}})();\n'


def _styles(*names: str) -> str:
    source = "\n".join((FOLDER / "styles" / f"{name}.css").read_text(encoding="utf-8") for name in names)
    return _AROUND_MARKS.sub(r"\1", _lean(source))


def _lean(source: str) -> str:
    """Without comments that fill lines and without indentation; gzip does the rest."""
    return _INDENT.sub("\n", _LINE_COMMENT.sub("", _COMMENT.sub("", source))).strip()
