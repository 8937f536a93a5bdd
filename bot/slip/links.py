"""Paths on our own site for slips and procedure pages, for whoever links to them."""

from __future__ import annotations

from urllib.parse import quote

SLIPS = "/phieu"
NOTICES = "/thu-tuc"


def slip_path(code: str) -> str:
    """The path of a slip's page."""
    return f"{SLIPS}/{quote(code, safe='')}"


def slip_pdf_path(code: str) -> str:
    """The path of a slip as PDF."""
    return f"{slip_path(code)}.pdf"


def notice_path(code: str) -> str:
    """The path of the public notice of a procedure."""
    return f"{NOTICES}/{quote(code, safe='')}"


def poster_path(code: str) -> str:
    """The path of a procedure's poster as PDF."""
    return f"{notice_path(code)}/to-dan.pdf"
