"""The satisfaction report as a CSV file that is safe to open in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.stores.feedback import Satisfaction

TEMPLATES = Path(__file__).parent / "web" / "templates" / "staff"
#: With the byte order mark by which spreadsheets know the encoding.
ENCODING = "utf-8-sig"

# What a spreadsheet would run as a formula, at the start of a cell or of what it may take for one.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠])")


def as_csv(report: Sequence[Satisfaction], names: Mapping[str, str]) -> str:
    """The report as CSV (RFC 4180), one line for each procedure and office.

    Args:
        report: The rows of the report.
        names: Procedure code → name.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        newline_sequence="\r\n",
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        finalize=_cell,
        autoescape=False,  # every value is made a cell by finalize
    )
    return environment.get_template("ratings.csv.j2").render(report=report, names=names)


def _cell(value: Any) -> str:
    harmless = _FORMULA.sub(r"\1'", str(value))
    return '"{}"'.format(harmless.replace('"', '""'))
