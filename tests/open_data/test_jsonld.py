from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from rdflib import XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, SDO, SKOS

from bot.open_data.jsonld import DONG, document
from bot.procedures.model import Condition, Deadline, Document, Fee, Flag, LegalBasis, Procedure, Result, Saying
from tests.records.made_up import CODE, described, entry, reply

CPSV = Namespace("http://purl.org/vocab/cpsv#")
CV = Namespace("http://data.europa.eu/m8g/")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
PAGE = f"https://dichvucong.gov.vn/thu-tuc-hanh-chinh/id-{CODE}"
SERVICE = URIRef(f"{PAGE}#service")


def graph_of(*procedures: Procedure) -> Graph:
    return Graph().parse(data=json.dumps(document(procedures), ensure_ascii=False), format="json-ld")


def vi(text: str) -> Literal:
    return Literal(text, lang="vi")


def values(graph: Graph, subject: Any, predicate: Any) -> set[Any]:
    return set(graph.objects(subject, predicate))


@pytest.fixture
def procedure() -> Procedure:
    return replace(described(reply()), sayings=(Saying("name", "thẻ vịt"), Saying("formal", "xin thẻ vịt")))


def test_a_procedure_is_a_public_service_with_all_that_is_told(procedure: Procedure) -> None:
    graph = graph_of(procedure)
    assert set(graph.subjects(RDF.type, CPSV.PublicService)) == {SERVICE}
    assert values(graph, SERVICE, DCTERMS.title) == {vi(procedure.name)}
    assert values(graph, SERVICE, DCTERMS.identifier) == {Literal(CODE)}
    assert values(graph, SERVICE, DCTERMS.description) == {vi(procedure.name)}
    assert values(graph, SERVICE, FOAF.page) == {URIRef(PAGE)}
    assert values(graph, SERVICE, DCTERMS.modified) == {Literal("2026-11-20", datatype=XSD.date)}
    titles = {
        part: {graph.value(row, DCTERMS.title) for row in values(graph, SERVICE, predicate)}
        for part, predicate in {
            "documents": CPSV.hasInput,
            "results": CPSV.produces,
            "conditions": CV.holdsRequirement,
            "laws": CV.hasLegalResource,
        }.items()
    }
    assert titles == {
        "documents": {vi("Đơn xin thẻ theo mẫu"), vi("Sổ vịt có xác nhận của Trưởng thôn")},
        "results": {vi("Thẻ nuôi vịt")},
        "conditions": {vi("Có ao"), vi("Có vịt")},
        "laws": {vi("Nghị định về vịt")},
    }
    (authority,) = values(graph, SERVICE, CV.hasCompetentAuthority)
    assert graph.value(authority, SKOS.prefLabel) == vi("Ủy ban nhân dân cấp xã")
    assert len(values(graph, SERVICE, CV.hasChannel)) == 2
    # Ways of asking are names only where people call it so.
    keywords = values(graph, SERVICE, URIRef("http://www.w3.org/ns/dcat#keyword"))
    assert keywords == {vi("thẻ vịt")}


def test_the_same_procedure_stands_beside_it_in_the_words_of_schema_org(procedure: Procedure) -> None:
    graph = graph_of(procedure)
    (service,) = graph.subjects(RDF.type, SDO.GovernmentService)
    assert graph.value(service, SDO.name) == Literal(procedure.short_name)
    assert graph.value(service, SDO.identifier) == Literal(CODE)
    assert graph.value(service, SDO.sameAs) == SERVICE
    assert graph.value(service, SDO.areaServed) == Literal("Việt Nam")
    (provider,) = graph.objects(service, SDO.provider)
    assert graph.value(provider, SDO.name) == Literal("Ủy ban nhân dân cấp xã")
    local = graph_of(replace(procedure, scope="Hưng Yên"))
    assert set(local.objects(None, SDO.areaServed)) == {Literal("Hưng Yên")}


def test_a_cost_has_a_value_only_where_it_is_known(procedure: Procedure) -> None:
    fees = (
        Fee("Phí", "fixed", 20_000),
        Fee("Lệ phí", "free"),
        Fee("Phí tỉnh", "provincial"),
        Fee("Phí lạ", "not_published", note="25 USD"),
    )
    graph = graph_of(replace(procedure, fees=fees))
    costs = {str(graph.value(cost, DCTERMS.description)): cost for cost in values(graph, SERVICE, CV.hasCost)}
    assert set(costs) == {"Phí", "Lệ phí", "Phí tỉnh", "Phí lạ. 25 USD"}
    assert {name: values(graph, cost, CV.hasValue) for name, cost in costs.items()} == {
        "Phí": {Literal(20_000.0, datatype=XSD.double)},
        "Lệ phí": {Literal(0.0, datatype=XSD.double)},
        "Phí tỉnh": set(),
        "Phí lạ. 25 USD": set(),
    }
    assert {name: values(graph, cost, CV.currency) for name, cost in costs.items() if "Phí" in name} == {
        "Phí": {URIRef(DONG)},
        "Phí tỉnh": set(),
        "Phí lạ. 25 USD": set(),
    }


@pytest.mark.parametrize(
    ("deadlines", "duration"),
    [
        ([("3 ngày", 3, "day")], "P3D"),
        ([("2 giờ", 2, "hour")], "PT2H"),
        ([("2 tháng", 2, "month"), ("hai tháng", 2, "month")], "P2M"),
        ([("1 năm", 1, "year")], "P1Y"),
        ([("3 ngày", 3, "day"), ("5 ngày", 5, "day")], None),
        ([("3 ngày", 3, "day"), ("5 ngày làm việc", 5, "working_day")], None),
        ([("3 ngày làm việc", 3, "working_day")], None),
        ([("0,5 ngày", 0.5, "day")], None),
        ([("theo vịt", None, None)], None),
    ],
)
def test_a_channel_has_one_duration_or_words(procedure: Procedure, deadlines: list[Any], duration: str | None) -> None:
    rows = tuple(Deadline("online", *row) for row in deadlines)
    graph = graph_of(replace(procedure, deadlines=rows))
    channel = URIRef(f"{PAGE}#online")
    assert [str(value) for value in graph.objects(channel, CV.processingTime)] == ([duration] if duration else [])
    assert values(graph, channel, DCTERMS.description) == {vi(row.text) for row in rows}
    assert not values(graph, URIRef(f"{PAGE}#in_person"), CV.processingTime)


#: Part → rows with a word of their own, which must not be there when the part is withheld.
SECRET = {
    "documents": (Document("d1", "Bí mật", "submit", 1, 0, note="Bí mật"),),
    "fees": (Fee("Bí mật", "fixed", 77_777, note="Bí mật"),),
    "deadlines": (Deadline("online", "Bí mật", 77_777, "day"),),
    "results": (Result("Bí mật"),),
    "conditions": (Condition("Bí mật"),),
    "legal_basis": (LegalBasis("77777/BM", "Bí mật", date(2026, 1, 1)),),
}


@pytest.mark.parametrize("part", SECRET)
def test_a_withheld_part_is_not_there(procedure: Procedure, part: str) -> None:
    given = replace(procedure, **{part: SECRET[part]})
    assert "Bí mật" in json.dumps(document([given]), ensure_ascii=False)
    for withheld in (True, False):
        flagged = replace(given, flags=(Flag("glued_cells", part, "…", withheld),))
        text = json.dumps(document([flagged]), ensure_ascii=False)
        assert ("Bí mật" not in text and "77777" not in text) == withheld
        assert procedure.name in text


def test_only_accepted_confirmations_are_there(procedure: Procedure) -> None:
    def confirming(status: str) -> set[str]:
        rows = tuple(replace(row, status=status) for row in procedure.confirmations)
        graph = graph_of(replace(procedure, confirmations=rows))
        return {
            str(graph.value(graph.value(row, CV.hasParticipant), DCTERMS.title))
            for row in values(graph, SERVICE, CV.hasParticipation)
            if graph.value(graph.value(row, CV.role), SKOS.prefLabel) == vi("confirms")
        }

    assert procedure.confirmations
    assert confirming("proposed") == set()
    assert confirming("accepted") == {"Trưởng thôn"}
    assert "Trưởng thôn:" not in json.dumps(document([procedure]), ensure_ascii=False)


def test_a_procedure_known_from_the_list_only_is_a_service_with_its_head() -> None:
    graph = graph_of(described(entry(), "list"), described(reply("9.000002")))
    assert len(set(graph.subjects(RDF.type, CPSV.PublicService))) == 2
    assert values(graph, SERVICE, DCTERMS.title) == {vi(f"Thủ tục cấp thẻ nuôi vịt số {CODE}")}
    for predicate in (CPSV.hasInput, CPSV.produces, CV.hasChannel, CV.hasCost, CV.hasLegalResource):
        assert values(graph, SERVICE, predicate) == set()


def test_nothing_is_empty_and_every_name_is_one_of_a_vocabulary(procedure: Procedure) -> None:
    content = document([procedure, described(entry("9.000002"), "list")])

    def check(value: Any) -> None:
        if isinstance(value, dict):
            assert value
            for key, inner in value.items():
                assert key.startswith("@") or key.split(":")[0] in content["@context"], key
                assert inner not in (None, "", []), key
                check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    check(content["@graph"])
