"""Procedures as linked data: CPSV-AP 3.2, with schema.org's GovernmentService beside it.

The terms are those of the CPSV-AP 3.2.0 specification (SEMIC, European Commission) and of schema.org. Only what is
told to citizens is exported: parts that are withheld, and confirmations that staff have not accepted, are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.procedures.model import Agency, Channel, Deadline, Document, Fee, Procedure

CONTEXT: dict[str, Any] = {
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dct": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
VIETNAM = "http://publications.europa.eu/resource/authority/country/VNM"
VIETNAMESE = "http://publications.europa.eu/resource/authority/language/VIE"
DONG = "http://publications.europa.eu/resource/authority/currency/VND"
#: ISO 8601 durations; working days and hours have none, and are told in words only.
_DURATIONS = {"hour": "PT{}H", "day": "P{}D", "month": "P{}M", "year": "P{}Y"}

Node = dict[str, Any]


def document(procedures: Iterable[Procedure]) -> Node:
    """All procedures as one JSON-LD document."""
    return {"@context": CONTEXT, "@graph": [node for procedure in procedures for node in nodes(procedure)]}


def nodes(procedure: Procedure) -> Iterator[Node]:
    """A procedure as a CPSV-AP PublicService and as a schema.org GovernmentService."""
    yield _public_service(procedure)
    yield _government_service(procedure)


def _public_service(procedure: Procedure) -> Node:
    told = _told(procedure)
    return _without_empty(
        {
            "@id": f"{procedure.url}#service",
            "@type": "cpsv:PublicService",
            "dct:identifier": procedure.code,
            "dct:title": _vietnamese(procedure.name),
            "dct:description": _vietnamese(procedure.summary or procedure.name),
            "dct:language": {"@id": VIETNAMESE},
            "dct:spatial": {"@id": VIETNAM},
            "dct:audience": [_concept(name) for name in procedure.applicants],
            "cv:thematicArea": _concept(procedure.field),
            "dcat:keyword": [_vietnamese(name) for name in procedure.everyday_names],
            "foaf:page": {"@id": procedure.url},
            "cv:hasCompetentAuthority": [_organisation(row) for row in _deciding(procedure)],
            "cv:hasParticipation": [
                *(_participation(procedure, row, number) for number, row in enumerate(procedure.agencies, start=1)),
                *_confirming(procedure),
            ],
            "cpsv:hasInput": [_evidence(procedure, row) for row in told("documents")],
            "cpsv:produces": [
                {
                    "@id": _part(procedure, f"result{number}"),
                    "@type": "cv:Output",
                    "dct:identifier": f"{procedure.code}-result{number}",
                    "dct:title": _vietnamese(row.name),
                }
                for number, row in enumerate(told("results"), start=1)
            ],
            "cv:hasChannel": [_channel(procedure, row, told("deadlines")) for row in told("channels")],
            "cv:hasCost": [_cost(procedure, row, number) for number, row in enumerate(told("fees"), start=1)],
            "cv:holdsRequirement": [
                {
                    "@id": _part(procedure, f"condition{number}"),
                    "@type": "cv:Requirement",
                    "dct:identifier": f"{procedure.code}-condition{number}",
                    "dct:title": _vietnamese(row.text),
                }
                for number, row in enumerate(told("conditions"), start=1)
            ],
            "cv:hasLegalResource": [
                _without_empty(
                    {
                        "@type": "eli:LegalResource",
                        "dct:identifier": row.number,
                        "dct:title": _vietnamese(row.name) if row.name else None,
                        "dct:issued": _date(row.issued_on),
                    }
                )
                for row in told("legal_basis")
            ],
            "dct:modified": _date(procedure.checked_on),
        }
    )


def _government_service(procedure: Procedure) -> Node:
    providers = [{"@type": "schema:GovernmentOrganization", "schema:name": row.name} for row in _deciding(procedure)]
    return _without_empty(
        {
            "@id": f"{procedure.url}#government-service",
            "@type": "schema:GovernmentService",
            "schema:identifier": procedure.code,
            "schema:name": procedure.short_name,
            "schema:alternateName": list(procedure.everyday_names),
            "schema:description": procedure.summary or procedure.name,
            "schema:serviceType": procedure.field,
            "schema:provider": providers,
            "schema:audience": [
                {"@type": "schema:Audience", "schema:audienceType": name} for name in procedure.applicants
            ],
            "schema:areaServed": "Việt Nam" if procedure.scope == "national" else procedure.scope,
            "schema:inLanguage": "vi",
            "schema:url": {"@id": procedure.url},
            "schema:sameAs": {"@id": f"{procedure.url}#service"},
        }
    )


def _told(procedure: Procedure) -> Any:
    """The rows of a part, or none where the part is withheld."""
    return lambda part: () if part in procedure.withheld else getattr(procedure, part)


def _deciding(procedure: Procedure) -> list[Agency]:
    """The competent authorities: who decides, or who performs where nobody is said to decide."""
    deciding = [row for row in procedure.agencies if row.role == "decides"]
    return deciding or [row for row in procedure.agencies if row.role == "performs"]


def _organisation(row: Agency) -> Node:
    return {"@type": "cv:PublicOrganisation", "skos:prefLabel": _vietnamese(row.name), "dct:spatial": {"@id": VIETNAM}}


def _participation(procedure: Procedure, row: Agency, number: int) -> Node:
    return {
        "@id": _part(procedure, f"participation{number}"),
        "@type": "cv:Participation",
        "dct:identifier": f"{procedure.code}-participation{number}",
        "cv:role": _concept(row.role),
        "cv:hasParticipant": _organisation(row),
    }


def _confirming(procedure: Procedure) -> Iterator[Node]:
    """The confirming agencies as participations of the role "confirms"."""
    for number, row in enumerate(procedure.confirmations, start=1):
        if row.status == "accepted":
            yield {
                "@id": _part(procedure, f"confirmation{number}"),
                "@type": "cv:Participation",
                "dct:identifier": f"{procedure.code}-confirmation{number}",
                "dct:description": _vietnamese(row.confirms),
                "cv:role": _concept("confirms"),
                "cv:hasParticipant": {"@type": "foaf:Agent", "dct:title": _vietnamese(row.agency)},
            }


def _evidence(procedure: Procedure, row: Document) -> Node:
    return _without_empty(
        {
            "@id": _part(procedure, row.key),
            "@type": "cv:Evidence",
            "dct:identifier": f"{procedure.code}-{row.key}",
            "dct:title": _vietnamese(row.name),
            "dct:description": _vietnamese(row.note) if row.note else None,
        }
    )


def _channel(procedure: Procedure, row: Channel, deadlines: Iterable[Deadline]) -> Node:
    own = [deadline for deadline in deadlines if deadline.channel == row.kind]
    durations = {_duration(deadline) for deadline in own}
    duration = durations.pop() if len(durations) == 1 else None
    return _without_empty(
        {
            "@id": _part(procedure, row.kind),
            "@type": "cv:Channel",
            "dct:identifier": f"{procedure.code}-{row.kind}",
            "dct:type": _concept(row.kind),
            "dct:description": [_vietnamese(text) for text in (row.note, *(deadline.text for deadline in own)) if text],
            # Only where every case has the same: one channel has one processing time.
            "cv:processingTime": {"@value": duration, "@type": "xsd:duration"} if duration else None,
        }
    )


def _duration(deadline: Deadline) -> str | None:
    pattern = _DURATIONS.get(deadline.unit or "")
    if pattern is None or deadline.amount is None or deadline.amount != int(deadline.amount):
        return None
    return pattern.format(int(deadline.amount))


def _cost(procedure: Procedure, row: Fee, number: int) -> Node:
    is_known = row.kind in ("fixed", "free")
    return _without_empty(
        {
            "@id": _part(procedure, f"cost{number}"),
            "@type": "cv:Cost",
            "dct:identifier": f"{procedure.code}-cost{number}",
            "dct:description": _vietnamese(". ".join(text for text in (row.name, row.note) if text)),
            "cv:hasValue": {"@value": float(row.amount or 0), "@type": "xsd:double"} if is_known else None,
            "cv:currency": {"@id": DONG} if is_known else None,
        }
    )


def _part(procedure: Procedure, name: str) -> str:
    return f"{procedure.url}#{name}"


def _concept(label: str) -> Node:
    return {"@type": "skos:Concept", "skos:prefLabel": _vietnamese(label)}


def _vietnamese(text: str) -> Node:
    return {"@value": text, "@language": "vi"}


def _date(day: Any) -> Node | None:
    return {"@value": day.isoformat(), "@type": "xsd:date"} if day else None


def _without_empty(node: Mapping[str, Any]) -> Node:
    return {key: value for key, value in node.items() if value not in (None, [], "")}
