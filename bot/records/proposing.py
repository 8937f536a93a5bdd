"""Drafts a curated definition from an imported procedure, for a person to finish in their own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from bot.procedures.model import Deadline, Procedure, to_content

#: The parts of a definition whose rows are those of the model, in the order of a file.
_SAME_ROWS = ("forms", "agencies", "fees", "results", "conditions", "legal_basis")
_HEAD = (
    "code",
    "name",
    "short_name",
    "field",
    "levels",
    "applicants",
    "scope",
    "url",
    "checked_on",
    "details",
    "summary",
)
_TO_WRITE = "VIẾT LẠI"
_STYLES = ("formal", "colloquial", "story", "keywords", "regional", "unmarked", "texting")
_NOTE = """\
A draft from the imported record: nothing here is curated yet.
Put every text into short words of your own, compare each row with the official page, add the cases
and who must confirm what, and let a second person check it (docs/curating.md).
`motcua check` says what is still missing; what stands as "{to_write}" is still to be written.
"""


def draft(procedure: Procedure) -> str:
    """A definition file to finish: the procedure's rows, places to fill, and its dubious places as comments."""
    content = to_content(procedure)
    data = CommentedMap({key: content.get(key) or _TO_WRITE for key in _HEAD})
    decision = {"number": procedure.decision_number, "date": content.get("decision_date")}
    data["decision"] = {key: value for key, value in decision.items() if value}
    data["names"] = list(procedure.everyday_names) or [_TO_WRITE]
    data["sayings"] = {style: _said(procedure, style) for style in _STYLES}
    if procedure.case_questions:
        data["case_questions"] = _questions(content)
    data["documents"] = [_document(row) for row in content.get("documents", [])]
    data |= {part: content.get(part, []) for part in _SAME_ROWS}
    data["document_notes"] = [row.text for row in procedure.document_notes]
    data["confirmations"] = [_confirmation(row) for row in content.get("confirmations", [])]
    data["channels"] = [
        {**row, "deadlines": [_deadline(d) for d in procedure.deadlines if d.channel == row["kind"]]}
        for row in content.get("channels", [])
    ]
    data["steps"] = [{"who": row.who or _TO_WRITE, "what": row.what} for row in procedure.steps]
    if procedure.is_listed_only:
        for part in [key for key, value in data.items() if not value]:
            del data[part]
    data.yaml_set_start_comment(_NOTE.format(to_write=_TO_WRITE))
    for flag in procedure.flags:
        if flag.part in data:
            data.yaml_set_comment_before_after_key(flag.part, before=f"{flag.kind}: {flag.quote}")
    return _dump(data)


def _said(procedure: Procedure, style: str) -> list[str]:
    return [saying.text for saying in procedure.sayings if saying.style == style] or [_TO_WRITE]


def _questions(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    answers: Sequence[Mapping[str, Any]] = content["case_answers"]
    return [
        {
            "key": question["key"],
            "question": question["question"],
            "answers": [
                {"key": row["key"], "label": row["label"], "case": row["case_name"]}
                for row in answers
                if row["question"] == question["key"]
            ],
        }
        for question in content["case_questions"]
    ]


def _document(row: Mapping[str, Any]) -> CommentedMap:
    """A document without the heading that it has in the record, which stays as a comment."""
    result = CommentedMap({key: value for key, value in row.items() if key != "heading"})
    if "heading" in row:
        result.yaml_set_comment_before_after_key("name", before=row["heading"], indent=4)
    return result


def _confirmation(row: Mapping[str, Any]) -> CommentedMap:
    """A proposed confirmation without what only the record's own rows have; its passage stays as a comment."""
    kept = {key: row[key] for key in ("agency", "confirms", "document", "step", "when") if key in row}
    kept["reference"] = {"document": row["reference_document"], "provision": row["reference_provision"]}
    result = CommentedMap(kept)
    result.yaml_set_comment_before_after_key("reference", before=row.get("quote", ""), indent=4)
    return result


def _deadline(row: Deadline) -> dict[str, Any]:
    return {key: value for key, value in vars(row).items() if value and key != "channel"}


def _dump(data: CommentedMap) -> str:
    yaml = YAML()
    yaml.width = 120
    yaml.allow_unicode = True
    text = StringIO()
    yaml.dump(data, text)
    return text.getvalue()
