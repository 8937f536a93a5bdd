from __future__ import annotations

from bot.slip.links import notice_path, poster_path, slip_path, slip_pdf_path


def test_paths() -> None:
    assert slip_path("k7m2-9qxd-4htp-0abc") == "/phieu/k7m2-9qxd-4htp-0abc"
    assert slip_pdf_path("k7m2-9qxd-4htp-0abc") == "/phieu/k7m2-9qxd-4htp-0abc.pdf"
    assert notice_path("1.001193") == "/thu-tuc/1.001193"
    assert poster_path("1.001193") == "/thu-tuc/1.001193/to-dan.pdf"


def test_a_code_cannot_break_out_of_its_place() -> None:
    assert slip_path("../x?y#z") == "/phieu/..%2Fx%3Fy%23z"
    assert notice_path("a/b") == "/thu-tuc/a%2Fb"
