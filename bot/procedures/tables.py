"""The tables of the procedure database; migrations/ creates them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from bot.procedures import model

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_TYPES: dict[str, Any] = {
    "str": sa.Text,
    "int": sa.Integer,
    "float": sa.Float,
    "bool": sa.Boolean,
    "date": sa.Date,
    "When": sa.JSON,
    "tuple[str, ...]": sa.JSON,
}


def _columns(kind: type[Any], skip: set[str]) -> list[Any]:
    columns = []
    for field in fields(kind):
        if field.name in skip:
            continue
        annotation = str(field.type)
        optional = annotation.endswith(" | None")
        columns.append(sa.Column(field.name, _TYPES[annotation.removesuffix(" | None")], nullable=optional))
    return columns


#: One row a procedure, as it is served. ``digest`` is the SHA-256 of all its rows: unchanged means nothing to write.
procedure = sa.Table(
    "procedure",
    metadata,
    *_columns(model.Procedure, skip=set(model.PARTS)),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.PrimaryKeyConstraint("code"),
)


def _part_table(name: str, kind: type[Any]) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("procedure_code", sa.ForeignKey("procedure.code", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        *_columns(kind, skip=set()),
        sa.PrimaryKeyConstraint("procedure_code", "position"),
    )


#: The parts of a procedure: attribute name → table.
PART_TABLES: dict[str, sa.Table] = {
    "sayings": _part_table("saying", model.Saying),
    "twins": _part_table("twin", model.Twin),
    "case_questions": _part_table("case_question", model.CaseQuestion),
    "case_answers": _part_table("case_answer", model.CaseAnswer),
    "documents": _part_table("document", model.Document),
    "document_notes": _part_table("document_note", model.DocumentNote),
    "forms": _part_table("form", model.Form),
    "confirmations": _part_table("confirmation", model.Confirmation),
    "agencies": _part_table("agency", model.Agency),
    "channels": _part_table("channel", model.Channel),
    "deadlines": _part_table("deadline", model.Deadline),
    "fees": _part_table("fee", model.Fee),
    "steps": _part_table("step", model.Step),
    "results": _part_table("result", model.Result),
    "conditions": _part_table("condition", model.Condition),
    "legal_basis": _part_table("legal_basis", model.LegalBasis),
    "flags": _part_table("flag", model.Flag),
}

#: What one source says of a procedure, whole; the served rows are made from these (``bot.procedures.layers``).
layer = sa.Table(
    "layer",
    metadata,
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.PrimaryKeyConstraint("code", "kind"),
)

#: What a procedure required from a day on: its served rows without sayings; no content: it was served no more.
version = sa.Table(
    "version",
    metadata,
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("content", sa.JSON),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.PrimaryKeyConstraint("code", "since"),
)

#: The portal's records as they were fetched, word for word; no content: the portal has no details of it.
portal_record = sa.Table(
    "portal_record",
    metadata,
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("source", sa.String(8), nullable=False),
    sa.Column("content", sa.JSON),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("fetched_on", sa.Date, nullable=False),
    sa.PrimaryKeyConstraint("code", "source"),
)

#: A part of a record that the portal changed after a person had curated the procedure.
portal_change = sa.Table(
    "portal_change",
    metadata,
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("part", sa.String(32), nullable=False),
    sa.Column("seen_on", sa.Date, nullable=False),
    sa.PrimaryKeyConstraint("code", "part"),
)

#: What staff decided on a proposed confirmation: accepted or rejected.
confirmation_review = sa.Table(
    "confirmation_review",
    metadata,
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.String(16), nullable=False),
    sa.Column("verdict", sa.String(8), nullable=False),
    sa.Column("reviewed_on", sa.Date, nullable=False),
    sa.PrimaryKeyConstraint("code", "fingerprint"),
)

#: A guide to the portal, one a topic; ``content`` is the checked guide file as it stands.
portal_guide = sa.Table(
    "portal_guide",
    metadata,
    sa.Column("topic", sa.String(64), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("checked_on", sa.Date, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
)

#: A life event; ``content`` is the checked file as it stands.
life_event = sa.Table(
    "life_event",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
)

#: An office, as shipped ("data") or as staff brought it in ("staff"); what nobody verified is null.
office = sa.Table(
    "office",
    metadata,
    sa.Column("origin", sa.String(8), nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("ward_code", sa.Text),
    sa.Column("address", sa.Text),
    sa.Column("phone", sa.Text),
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
    sa.Column("hours", sa.JSON, nullable=False),
    sa.Column("checked_on", sa.Date),
    sa.Column("source", sa.Text),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.PrimaryKeyConstraint("origin", "key"),
)

#: One row; ``number`` goes up with every change of the catalogue, so that an index in memory notices.
revision = sa.Table(
    "revision",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)
