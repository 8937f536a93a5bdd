from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.procedures import offices_csv, places
from bot.procedures.offices import Office
from bot.procedures.offices_csv import UnusableOffices
from bot.procedures.opening import WEEKDAYS, read_hours
from bot.settings import ROOT
from tests.conftest import TODAY

HEADER = "kind,ward_code,province,name,address,phone,monday,checked_on,source\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "offices.csv"


def problems(table: Path, text: str) -> list[str]:
    table.write_text(text, encoding="utf-8")
    with pytest.raises(UnusableOffices) as error:
        offices_csv.read(table, TODAY)
    return [str(problem) for problem in error.value.problems]


def test_the_shipped_table_names_every_commune_and_claims_nothing_more() -> None:
    found, wrong = offices_csv.read_folder(ROOT / "data" / "offices", TODAY)
    assert wrong == []
    centres = {office.ward_code for office in found if office.kind == "commune_centre"}
    assert centres == {ward.code for ward in places.wards_of("Hưng Yên")}
    assert len(centres) == 104
    assert not [office for office in found if office.address or office.phone or office.hours or office.checked_on]


def test_a_line_is_read(table: Path) -> None:
    table.write_text(
        HEADER + 'commune_centre,11977,,Trung tâm A,"Thôn B, xã Tân Hưng",0221 3888 999,'
        "07:30-11:30; 13:30-17:00,2026-11-20,gọi điện\n",
        encoding="utf-8-sig",
    )
    (office,) = offices_csv.read(table, TODAY)
    assert office == Office(
        *("commune_centre", "Trung tâm A", "Hưng Yên", "11977", "Thôn B, xã Tân Hưng", "0221 3888 999"),
        hours={"monday": read_hours("07:30-11:30; 13:30-17:00")},
        checked_on=date(2026, 11, 20),
        source="gọi điện",
    )


def test_a_table_with_semicolons_as_spreadsheets_write_it_is_read(table: Path) -> None:
    table.write_text("kind;ward_code;name\ncommune_centre;11977;Trung tâm A\n", encoding="utf-8")
    assert offices_csv.read(table, TODAY)[0].ward_code == "11977"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("shop,11977,,A,,,,,", "there is no kind 'shop'. Write one of: commune_centre"),
        ("commune_centre,99999,,A,,,,,", "no commune with the code '99999'"),
        ("commune_centre,11977,Hà Nội,A,,,,,", "Xã Tân Hưng (11977) is not in Hà Nội. Write Hưng Yên"),
        ("provincial_centre,11977,Hưng Yên,A,,,,,", "belongs to no commune"),
        ("provincial_centre,,Thái Bình,A,,,,,", "there is no province 'Thái Bình'"),
        ("commune_centre,11977,,,,,,,", "the name is empty"),
        ("commune_centre,11977,,A,,gọi sau,,2026-11-20,x", "'gọi sau' is no phone number"),
        ("commune_centre,11977,,A,,,sáng,2026-11-20,x", "monday: 'sáng' is no span of hours. Write 07:30-11:30"),
        ("commune_centre,11977,,A,Thôn B,,,,", "address is given without checked_on and source"),
        ("commune_centre,11977,,A,,,,20/11/2026,x", "'20/11/2026' is no day. Write it as 2026-11-23"),
        ("commune_centre,11977,,A,,,,2027-01-01,x", "is in the future"),
        ("commune_centre,11977,,A,,,,,,,", "more cells than there are columns"),
    ],
)
def test_a_bad_line_is_told_with_its_number_and_what_to_write(table: Path, line: str, says: str) -> None:
    told = problems(table, HEADER + "commune_centre,11980,,B,,,,,\n" + line + "\n")
    assert len(told) == 1
    assert told[0].startswith(f"{table}:3: ")
    assert says in told[0]


def test_every_bad_line_is_told(table: Path) -> None:
    told = problems(table, HEADER + "shop,,,A,,,,,\ncommune_centre,11977,,A,,,,,\ncommune_centre,11977,,A,,,,,\n")
    assert [problem.split(": ")[0] for problem in told] == [f"{table}:2", f"{table}:4"]


def test_coordinates_come_in_pairs_within_vietnam(table: Path) -> None:
    header = "kind,ward_code,name,latitude,longitude,checked_on,source\n"
    assert "only one of latitude" in problems(table, header + "commune_centre,11977,A,20.6,,2026-11-20,x\n")[0]
    assert "no latitude" in problems(table, header + "commune_centre,11977,A,106.1,106.1,2026-11-20,x\n")[0]
    assert "no longitude" in problems(table, header + "commune_centre,11977,A,20.6,abc,2026-11-20,x\n")[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [("kind,ward_code\n", "the column 'name' is missing"), ("kind,name,tel\n", "no column 'tel'"), ("", "missing")],
)
def test_a_wrong_header_is_told(table: Path, text: str, says: str) -> None:
    assert any(says in problem for problem in problems(table, text))


def test_another_encoding_is_told(table: Path) -> None:
    table.write_bytes(HEADER.encode() + "commune_centre,11977,,Trung tâm".encode("utf-16"))
    with pytest.raises(UnusableOffices, match="not UTF-8"):
        offices_csv.read(table, TODAY)


_TEXTS = st.text(st.sampled_from("abc ,;\"đ'–"), min_size=1, max_size=12).map(str.strip).filter(bool)
_OFFICES = st.builds(
    Office,
    kind=st.just("commune_centre"),
    name=_TEXTS,
    province=st.just("Hưng Yên"),
    ward_code=st.sampled_from([ward.code for ward in places.wards_of("Hưng Yên")]),
    address=st.none() | _TEXTS,
    hours=st.dictionaries(st.sampled_from(WEEKDAYS), st.just(read_hours("07:30-11:30; 13:30-17:00"))),
    checked_on=st.just(TODAY),
    source=_TEXTS,
)


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(_OFFICES, unique_by=lambda office: office.key, max_size=4))
def test_a_table_written_and_read_is_the_same(rows: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    table = tmp_path_factory.getbasetemp() / "same.csv"
    table.write_text(offices_csv.write(rows), encoding=offices_csv.ENCODING)
    assert offices_csv.read(table, TODAY) == rows
