from __future__ import annotations

from pathlib import Path

import pytest

from bot.procedures.yaml_files import UnreadableFile, read, text_problems


def write(folder: Path, text: str) -> Path:
    path = folder / "file.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_data_is_plain_and_every_part_has_its_line(tmp_path: Path) -> None:
    file = read(write(tmp_path, 'a: "1"\nb:\n  - {c: 2026-11-23, d: 3}\n  - e\nf: "yes"\ng: no\nh: true\n'))
    assert file.data == {"a": "1", "b": [{"c": "2026-11-23", "d": 3}, "e"], "f": "yes", "g": "no", "h": True}
    assert file.line(("b", 1)) == 4
    assert file.line(("b", 0, "c")) == 3
    assert file.line(("b", 0, "missing")) == 3


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: [1, 2\n", 3, "not valid YAML"),
        ("- a\n- b\n", 1, "no keys at the top"),
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands twice"),
        ("a: b: c\n", 1, "not valid YAML"),
    ],
)
def test_an_unreadable_file_names_its_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(write(tmp_path, text))
    assert caught.value.problem.line == line
    assert what in caught.value.problem.what


def test_a_file_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "file.yml"
    path.write_bytes("tên: Đăng ký".encode("utf-16"))
    with pytest.raises(UnreadableFile):
        read(path)


def test_decomposed_text_is_reported(tmp_path: Path) -> None:
    file = read(write(tmp_path, "a: ok\nb: 'Đăng ky\u0301'\n"))
    (problem,) = text_problems(file)
    assert problem.line == 2
    assert "NFC" in problem.what
