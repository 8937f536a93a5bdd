from __future__ import annotations

import base64
import gzip
import hashlib
import re

import pytest

from bot.web.assets import FOLDER, MODULES, assets
from bot.web.pages import render_page

#: Bytes over the network, compressed.
SCRIPT_BUDGET = 30_000
FIRST_PAINT_BUDGET = 27_000
FORBIDDEN = (
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc",
    r"\beval\(|new Function|setTimeout\(\s*[\"'`]",
    r"\.style\b|[\"']style[\"']|\bstyle=",
    r"https?://(?!www\.(?:w3\.org/2000/svg|sitemaps\.org/schemas))\w",
)
MODULE = re.compile(r'import \{([^}]*)\} from "\./(\w+)\.js";')


def source(module: str) -> str:
    return (FOLDER / "src" / f"{module}.js").read_text(encoding="utf-8")


def test_the_script_is_small() -> None:
    assert len(assets()["motcua-chat.js"].gzipped) < SCRIPT_BUDGET


def test_the_first_page_is_small() -> None:
    loaded = [assets()[name] for name in ("motcua-chat.js", "motcua.css", "motcua.svg")]
    page = gzip.compress(render_page(province="Hưng Yên").encode())
    assert len(page) + sum(len(asset.gzipped) for asset in loaded) < FIRST_PAINT_BUDGET


def test_an_asset_is_what_its_integrity_and_compression_say() -> None:
    for asset in assets().values():
        assert gzip.decompress(asset.gzipped) == asset.body
        assert asset.integrity == "sha384-" + base64.b64encode(hashlib.sha384(asset.body).digest()).decode()
        assert asset.path == f"/{asset.name}?v={asset.etag.strip(chr(34))}"


def test_every_module_is_in_the_script_after_those_it_imports() -> None:
    assert {file.stem for file in (FOLDER / "src").glob("*.js")} == set(MODULES)
    for number, module in enumerate(MODULES):
        for names, imported in MODULE.findall(source(module)):
            assert imported in ("data", *MODULES[:number]), f"{module} imports {imported} before it is there"
            for name in names.split(","):
                assert imported == "data" or re.search(rf"^export .*\b{name.strip()}\b", source(imported), re.MULTILINE)
                assert len(re.findall(rf"\b{name.strip()}\b", source(module))) > 1, f"{module} does not use {name}"


def test_no_two_modules_give_one_name_to_two_things() -> None:
    """They share one scope when they are joined."""
    named = r"^(?:export )?(?:async )?(?:const|let|function|class) (\w+)"
    names = [name for module in MODULES for name in re.findall(named, source(module), re.MULTILINE)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("forbidden", FORBIDDEN)
def test_no_source_has_what_lets_data_become_code(forbidden: str) -> None:
    files = [*(FOLDER / "src").glob("*.js"), *(FOLDER / "templates").glob("*.j2")]
    found = [(file.name, match[0]) for file in files for match in re.finditer(forbidden, file.read_text("utf-8"))]
    assert found == []
