"""Reads one record of the portal's API: the reply to a request for a procedure's details."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from bot.records.prose import one_line, says_nothing
from bot.records.reading import UnreadableRecord, code_in, text_in
from bot.records.record import Law, Method, Paper, PaperGroup, PublishedFee, Record, Stage

_CHANNELS = {"DIRECT": "in_person", "ONLINE": "online", "POSTAL": "post"}
_UNITS = {"WORKING_DAY": "working_day", "DAY": "day", "HOUR": "hour", "MONTH": "month", "YEAR": "year"}
_SORTS = {"FEE": "fee", "SERVICE_FEE": "charge", "PRICE_LEVEL": "price"}
_ROLES = {"Executing": "performs", "Authority": "decides", "Authorized": "authorised", "Coordinating": "coordinates"}
_LEVELS = {"isWard": "commune", "isProvince": "province", "isMinistry": "ministry"}
#: The portal gives days as the instant of their midnight in Vietnam.
_VIETNAM = timezone(timedelta(hours=7))
#: A greater number of copies of a paper is none.
_MOST_COPIES = 1000


def read_reply(reply: Mapping[str, Any]) -> Record:
    """The record in an API reply {code, data, message}, or in its data alone.

    Raises:
        UnreadableRecord: It has no code, no name, or not the form of a record.
    """
    data = reply.get("data", reply)
    code = code_in(data)
    try:
        return _read(code, data)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise UnreadableRecord(code, f"it has not the form of an API record ({error!r})") from error


def _read(code: str, data: Mapping[str, Any]) -> Record:
    proposal = data.get("procedureProposal") or {}
    return Record(
        code=code,
        name=text_in(data, "name"),
        source="api",
        formality_id=text_in(data, "id"),
        kind=data.get("type"),
        fields=_names(data.get("categoriesDetails")),
        levels=tuple(level for flag, level in _LEVELS.items() if data.get(flag)),
        applicants=_names(data.get("subjectTypesDetails")),
        publisher=one_line(data.get("departmentPromulgateName")) or None,
        decision_number=one_line(data.get("decisionNo") or proposal.get("proposalNumber")) or None,
        decision_date=_day(proposal.get("decisionDate")),
        agencies=tuple(_agencies(data)),
        groups=tuple(_group(case) for case in data["executionCases"]),
        methods=tuple(_method(method) for method in data["executionMethods"]),
        handling_times=tuple(_handling_time(case) for case in data.get("cases") or () if case.get("processingDay")),
        stages=tuple(
            Stage(one_line(step.get("name")), _text(step.get("description"))) for step in data["executionSteps"]
        ),
        laws=tuple(
            Law(one_line(law.get("code")), one_line(law.get("name"))) for law in data.get("legalBasisesDetails") or ()
        ),
        results=_names(data.get("resultsDetails")),
        conditions=_text(data.get("requirementsAndConditions")),
    )


def _names(rows: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one_line(row["name"]) for row in rows or () if not says_nothing(row["name"])))


def _agencies(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    # Both parallel forms carry agencies, and neither is complete.
    found = [
        (role, name)
        for word, role in _ROLES.items()
        for form in ("departments", "unitGroups")
        for name in _names(data.get(f"{form}{word}"))
    ]
    receives = one_line(data.get("dossierReceivingAddresses"))
    if not says_nothing(receives):
        found.append(("receives", receives))
    return list(dict.fromkeys(found))


def _group(case: Mapping[str, Any]) -> PaperGroup:
    return PaperGroup(one_line(case.get("name")), tuple(_paper(row) for row in case["profileComponents"]))


def _paper(row: Mapping[str, Any]) -> Paper:
    return Paper(
        one_line(row["name"]),
        _count(row.get("originalQty")),
        _count(row.get("copyQty")),
        tuple(one_line(file.get("fileName")) for file in row.get("attachments") or ()),
    )


def _method(method: Mapping[str, Any]) -> Method:
    time, words = _time(method.get("processingTime"))
    return Method(
        _CHANNELS[method["submissionMethod"]],
        time,
        _UNITS.get(method.get("processingTimeUnit") or ""),
        " ".join(text for text in (words, one_line(method.get("description"))) if text),
        tuple(_fee(fee) for fee in method.get("fees") or ()),
    )


def _fee(fee: Mapping[str, Any]) -> PublishedFee:
    amount = _number(fee.get("value"))
    currency = one_line(fee.get("currencyName"))
    return PublishedFee(_SORTS.get(fee["type"], "fee"), amount, currency, one_line(fee.get("description")))


def _handling_time(case: Mapping[str, Any]) -> tuple[float, str | None]:
    time = case["processingDay"]
    return float(time.get("qty") or 0), _UNITS.get(time.get("type") or "")


def _time(value: Any) -> tuple[float | None, str]:
    """A processing time: its number, or the words that some records have in its place."""
    if not isinstance(value, str):
        return _number(value), ""
    try:
        return _number(value.strip().replace(",", ".")), ""
    except ValueError:
        return None, one_line(value)


def _text(value: Any) -> str:
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value or ""


def _number(value: Any) -> float | None:
    if value is None:
        return None
    number = value if isinstance(value, int) else float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value!r:.40} is no number")
    return number


def _count(value: Any) -> int | None:
    """A number of copies; None where it cannot be one."""
    count = _number(value)
    return int(count) if count is not None and 0 <= count <= _MOST_COPIES else None


def _day(milliseconds: int | None) -> date | None:
    return datetime.fromtimestamp(milliseconds / 1000, _VIETNAM).date() if milliseconds else None
