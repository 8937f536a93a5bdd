from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.procedures import journey
from bot.procedures.catalogue import Snapshot
from bot.procedures.journey import Goal, Plan, impossible, plan
from bot.procedures.model import Agency, Channel, Confirmation, Deadline, Document, Fee, Procedure, Result
from bot.procedures.outline import outline
from bot.procedures.render import Renderer

CENTRE = "Trung tâm Phục vụ hành chính công"
POLICE = "Công an cấp xã"
AT_THE_DESK = (Channel("in_person"),)


def paper(key: str, *sources: str, **columns: Any) -> Document:
    return Document(key, f"Giấy {key}", "submit", 1, 0, obtained_from=sources, **columns)


def confirmed(key: str, agency: str, **columns: Any) -> Confirmation:
    return Confirmation(agency, "nội dung", "Luật", "Điều 1", document=key, **columns)


def procedure(code: str, at: str = CENTRE, days: float | None = 1, **parts: Any) -> Procedure:
    """A procedure filed at a place; further parts by name."""
    given: dict[str, Any] = {
        "agencies": (Agency("receives", at),),
        "channels": AT_THE_DESK,
        "deadlines": (Deadline("in_person", "thời hạn", days, None if days is None else "working_day"),),
        "results": (Result(f"Kết quả {code}"),),
        "fees": (Fee("Lệ phí", "free"),),
    }
    return Procedure(
        code, f"Thủ tục {code}", code, "Thử", ("commune",), ("Công dân",), "national", "https://example.org/",
        date(2026, 11, 23), "complete", "", **{**given, **parts},
    )  # fmt: skip


def catalogue(*rows: Procedure) -> dict[str, Procedure]:
    return {row.code: row for row in rows}


def visits(found: Plan) -> list[tuple[str, list[str]]]:
    return [(visit.agency, list(visit.codes)) for visit in found.visits]


# What makes an errand


def test_a_paper_that_another_procedure_gives_is_got_first() -> None:
    found = plan(catalogue(procedure("A", documents=(paper("p", "B"),)), procedure("B", POLICE, 3)), [Goal("A")])
    assert [visit.to_content() for visit in found.visits] == [
        {"agency": POLICE, "codes": ["B"], "papers": ["Giấy p"]},
        {"agency": CENTRE, "codes": ["A"], "papers": ["Giấy p", "Kết quả A"]},
    ]
    assert (found.days, found.days_to_end) == (3, 4)


@pytest.mark.parametrize(
    "document",
    [
        paper("p", "B", condition="khi cần"),
        paper("p", "B", when={"question": ("yes",)}),
        paper("p"),
    ],
)
def test_what_is_not_needed_for_sure_makes_no_visit(document: Document) -> None:
    found = plan(catalogue(procedure("A", documents=(document,)), procedure("B", POLICE)), [Goal("A")])
    assert visits(found) == [(CENTRE, ["A"])]


def test_the_case_of_a_goal_makes_it_sure() -> None:
    rows = catalogue(procedure("A", documents=(paper("p", "B", when={"question": ("yes",)}),)), procedure("B", POLICE))
    assert len(plan(rows, [Goal("A", {"question": "yes"})]).visits) == 2
    assert len(plan(rows, [Goal("A", {"question": "no"})]).visits) == 1


def test_held_papers_are_not_got_nor_confirmed() -> None:
    rows = catalogue(
        procedure("A", documents=(paper("p", "B"), paper("q")), confirmations=(confirmed("q", "Tòa án"),)),
        procedure("B", POLICE),
    )
    assert len(plan(rows, [Goal("A")]).visits) == 3
    found = plan(rows, [Goal("A")], held=[("A", "p"), ("A", "q")])
    assert visits(found) == [(CENTRE, ["A"])]
    assert found.visits[0].papers == ("Kết quả A",)
    assert found.visits[0].tasks[0].has == ("Giấy p", "Giấy q")


def test_an_office_must_be_gone_to_for_its_confirmation() -> None:
    rows = catalogue(procedure("A", documents=(paper("p"),), confirmations=(confirmed("p", "Tòa án"),)))
    assert visits(plan(rows, [Goal("A")])) == [("Tòa án", ["A"]), (CENTRE, ["A"])]


@pytest.mark.parametrize(
    "row",
    [
        confirmed("p", "Tòa án", electronic_lookup=True),
        confirmed("p", "Tòa án", condition="khi cần"),
        confirmed("p", "Tòa án", status="proposed"),
        confirmed("p", "Tòa án", when={"question": ("yes",)}),
        confirmed("p", "Người làm chứng"),
        confirmed("p", CENTRE),
        replace(confirmed("p", "Tòa án"), document=None, step=1),
    ],
)
def test_other_confirmations_make_no_visit(row: Confirmation) -> None:
    found = plan(catalogue(procedure("A", documents=(paper("p"),), confirmations=(row,))), [Goal("A")])
    assert visits(found) == [(CENTRE, ["A"])]
    task = found.visits[0].tasks[0]
    assert task.signed_at_home == ((row,) if row.agency == "Người làm chứng" else ())
    assert task.between_offices == ((row,) if row.step else ())


def test_a_procedure_that_gives_the_paper_confirms_it() -> None:
    rows = catalogue(
        procedure(
            "A", documents=(paper("p", "B"),), confirmations=(confirmed("p", "Cơ quan có thẩm quyền chứng thực"),)
        ),
        procedure("B", CENTRE, 2),
    )
    assert visits(plan(rows, [Goal("A")])) == [(CENTRE, ["B"]), (CENTRE, ["A"])]


@pytest.mark.parametrize(
    ("deadline", "number"),
    [
        (Deadline("in_person", "Cấp ngay", 1, "hour"), 1),
        (Deadline("in_person", "Trong ngày làm việc nhận được hồ sơ"), 1),
        (Deadline("in_person", "1 ngày làm việc", 1, "working_day"), 2),
        (Deadline("in_person", "Trang công bố không ghi thời hạn"), 2),
    ],
)
def test_what_is_handed_over_the_same_day_serves_in_the_same_visit(deadline: Deadline, number: int) -> None:
    rows = catalogue(procedure("A", documents=(paper("p", "B"),)), procedure("B", deadlines=(deadline,)))
    assert len(plan(rows, [Goal("A")]).visits) == number


def test_a_desk_that_publishes_no_time_may_save_a_visit() -> None:
    rows = catalogue(procedure("A", documents=(paper("p", "B"),)), procedure("B", days=None))
    found = plan(rows, [Goal("A")])
    assert (len(found.visits), found.fewest_if_prompt) == (2, 1)
    assert [task.code for task in found.open_deadlines] == ["B"]


def test_papers_kept_at_home_make_a_visit_only_if_lacking_or_made_on_the_way() -> None:
    birth, card = "1.001193", "1.014061"
    rows = catalogue(
        procedure("A", documents=(paper("p", birth), paper("q", card))), procedure(birth), procedure(card, POLICE)
    )
    assert visits(plan(rows, [Goal("A")])) == [(CENTRE, ["A"])]
    assert visits(plan(rows, [Goal("A")], lacking=[("A", "q")])) == [(POLICE, [card]), (CENTRE, ["A"])]
    assert visits(plan(rows, [Goal("A"), Goal(birth)])) == [(CENTRE, [birth]), (CENTRE, ["A"])]


def test_two_goals_share_what_they_both_need() -> None:
    rows = catalogue(
        procedure("A", documents=(paper("p", "C", "B"),)),
        procedure("D", documents=(paper("p", "B"),)),
        procedure("B", POLICE),
        procedure("C", POLICE),
    )
    found = plan(rows, [Goal("A"), Goal("D")])
    assert visits(found) == [(POLICE, ["B"]), (CENTRE, ["A", "D"])]
    assert [{task.code for task in group} for group in found.parallel] == [{"A", "D"}]


# Filing without a visit


def test_filing_online_saves_the_visit() -> None:
    rows = catalogue(procedure("A", channels=(*AT_THE_DESK, Channel("online"))))
    at_the_desk, online = plan(rows, [Goal("A")]), plan(rows, [Goal("A")], online=True)
    assert at_the_desk.visits[0].tasks[0].is_online_too
    assert (online.visits, [task.mode for task in online.without_visit]) == ((), ["online"])


def test_filing_online_saves_nothing_where_one_must_appear() -> None:
    online = Channel("online", "Các bên vẫn phải ký trước mặt người chứng thực.")
    rows = catalogue(procedure("A", channels=(*AT_THE_DESK, online)))
    assert not plan(rows, [Goal("A")]).visits[0].tasks[0].is_online_too
    assert visits(plan(rows, [Goal("A")], online=True)) == [(CENTRE, ["A"])]


def test_the_answer_to_how_one_files_is_followed(procedures: dict[str, Procedure]) -> None:
    assert plan(procedures, [Goal("1.001193", {"filing": "online"})]).visits == ()
    at_the_desk = plan(procedures, [Goal("1.001193")]).visits[0]
    assert "Tờ khai đăng ký khai sinh" in at_the_desk.papers
    assert "Mẫu hộ tịch điện tử tương tác đăng ký khai sinh" not in at_the_desk.papers


# Time and money


def test_calendar_days_are_counted_as_working_days() -> None:
    rows = catalogue(procedure("A", deadlines=(Deadline("in_person", "10 ngày", 10, "day"),)))
    found = plan(rows, [Goal("A")])
    assert (found.days_to_end, found.is_rounded) == (8, True)


def test_several_deadlines_are_no_one_number() -> None:
    rows = (Deadline("in_person", "bước 1", 10, "working_day"), Deadline("in_person", "bước 2", 5, "working_day"))
    found = plan(catalogue(procedure("A", deadlines=rows)), [Goal("A")])
    assert [task.code for task in found.open_deadlines] == ["A"]


def test_only_fixed_fees_that_hold_are_added() -> None:
    fees = (
        Fee("cố định", "fixed", 20000),
        Fee("trực tuyến", "fixed", 7000, channels=("online",)),
        Fee("có điều kiện", "fixed", 5000, condition="khi cần"),
        Fee("của tỉnh", "provincial"),
        Fee("chưa công bố", "not_published"),
        Fee("miễn", "free"),
    )
    money = plan(catalogue(procedure("A", fees=fees), procedure("B", fees=())), [Goal("A"), Goal("B")]).money
    assert money.total == 20000
    assert [[fee.name for _, fee in rows] for rows in (money.counted, money.provincial, money.not_published)] == [
        ["cố định"],
        ["của tỉnh"],
        ["chưa công bố"],
    ]
    assert [fee.name for _, fee in money.by_case] == ["có điều kiện"]
    assert [task.code for task in money.unknown] == ["B"]


# What stands in the way


def test_an_unknown_goal_is_reported() -> None:
    found = plan(catalogue(procedure("A")), [Goal("A"), Goal("X")])
    assert [(problem.kind, problem.code) for problem in found.problems] == [("unknown_goal", "X")]
    assert visits(found) == [(CENTRE, ["A"])]


def test_a_paper_of_an_unknown_procedure_is_reported() -> None:
    found = plan(catalogue(procedure("A", documents=(paper("p", "X"),))), [Goal("A")])
    assert [(problem.kind, problem.code, problem.codes) for problem in found.problems] == [
        ("unknown_source", "A", ("X",))
    ]
    assert visits(found) == [(CENTRE, ["A"])]


def test_a_cycle_is_reported_and_the_rest_is_planned() -> None:
    rows = catalogue(
        procedure("A", documents=(paper("p", "B"), paper("q", "C"))),
        procedure("B", documents=(paper("r", "A"),)),
        procedure("C", POLICE),
    )
    found = plan(rows, [Goal("A")])
    assert [(problem.kind, problem.code, problem.codes) for problem in found.problems] == [("cycle", "A", ("B",))]
    assert visits(found) == [(POLICE, ["C"]), (CENTRE, ["A"])]


def test_where_nobody_says_where_to_file_is_reported() -> None:
    found = plan(catalogue(procedure("A", agencies=())), [Goal("A")])
    assert [problem.kind for problem in found.problems] == ["no_agency"]
    assert found.visits == ()


def test_papers_that_need_themselves_are_found() -> None:
    rows = catalogue(
        procedure("A", documents=(paper("p", "B"), paper("q", "B", "C"), paper("r", "B", condition="khi cần"))),
        procedure("B", documents=(paper("s", "A"),)),
        procedure("C"),
    )
    assert [(row.code, row.document) for row in impossible(rows)] == [("A", "p"), ("B", "s")]


# Any small graph


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, Procedure], list[Goal]]:
    """Procedures that need papers of later ones only, at shared places, with confirmations; and goals among them."""
    codes = [f"P{number}" for number in range(draw(st.integers(1, 6)))]
    rows = []
    for number, code in enumerate(codes):
        later = codes[number + 1 :]
        sources = st.lists(st.sampled_from(later), min_size=1, max_size=2, unique=True) if later else st.just([])
        documents = [paper(f"d{i}", *draw(sources)) for i in range(draw(st.integers(0, 2)))]
        confirmers = [draw(st.sampled_from([None, "Tòa án", POLICE, "Người làm chứng"])) for _ in documents]
        rows.append(
            procedure(
                code,
                draw(st.sampled_from([CENTRE, POLICE, f"{POLICE} hoặc {CENTRE}"])),
                draw(st.sampled_from([0, 1, 5, None])),
                documents=tuple(documents),
                confirmations=tuple(
                    confirmed(document.key, confirmer)
                    for document, confirmer in zip(documents, confirmers, strict=True)
                    if confirmer
                ),
            )
        )
    goals = draw(st.lists(st.sampled_from(codes), min_size=1, max_size=2, unique=True))
    return catalogue(*rows), [Goal(code) for code in goals]


@settings(max_examples=40, deadline=None)
@given(graphs(), st.data())
def test_more_papers_at_hand_never_make_more_visits(
    graph: tuple[dict[str, Procedure], list[Goal]], data: st.DataObject
) -> None:
    rows, goals = graph
    papers = [(code, document.key) for code, row in rows.items() for document in row.documents]
    more = data.draw(st.sets(st.sampled_from(papers)) if papers else st.just(set()))
    fewer = data.draw(st.sets(st.sampled_from(sorted(more))) if more else st.just(set()))
    assert len(plan(rows, goals, more).visits) <= len(plan(rows, goals, fewer).visits)


@settings(max_examples=40, deadline=None)
@given(graphs())
def test_every_task_is_done_after_what_it_needs(graph: tuple[dict[str, Procedure], list[Goal]]) -> None:
    rows, goals = graph
    found = plan(rows, goals)
    assert found.problems == ()
    number = {task.key: index for index, visit in enumerate(found.visits) for task in visit.tasks}
    prompt = {task.key for visit in found.visits for task in visit.tasks if task.is_prompt}
    assert {goal.code for goal in goals} <= set(number)
    for code in set(number) & set(rows):
        for document in rows[code].documents:
            sources = [number[source] for source in document.obtained_from if source in number]
            at_once = [number[source] for source in document.obtained_from if source in number and source in prompt]
            assert not document.obtained_from or min(sources) < number[code] or number[code] in at_once
            confirmations = [index for key, index in number.items() if key.startswith(f"{code}/{document.key}/")]
            assert all(index < number[code] for index in confirmations)


# Shipped procedures, planned as their rows read


def test_a_birth_registered_by_somebody_not_related(procedures: dict[str, Procedure]) -> None:
    """1.001193: 'authorised: other' needs the certified authorisation, which 2.000884 gives; no time is published."""
    found = plan(procedures, [Goal("1.001193", {"birth_proof": "medical", "surrogacy": "no", "authorised": "other"})])
    assert visits(found) == [(CENTRE, ["2.000884"]), (CENTRE, ["1.001193"])]
    assert found.visits[0].papers[-1] == "Văn bản uỷ quyền đăng ký khai sinh, có chứng thực"
    assert found.fewest_if_prompt == 1
    kin = plan(procedures, [Goal("1.001193", {"birth_proof": "medical", "surrogacy": "no", "authorised": "kin"})])
    assert visits(kin) == [(CENTRE, ["1.001193"])]
    assert [fee.name for _, fee in kin.money.provincial] == ["Lệ phí đăng ký khai sinh"]


def test_a_birth_with_witnesses_is_signed_at_home(procedures: dict[str, Procedure]) -> None:
    found = plan(procedures, [Goal("1.001193", {"birth_proof": "witness", "surrogacy": "no", "authorised": "no"})])
    assert visits(found) == [(CENTRE, ["1.001193"])]
    assert [row.agency for row in found.tasks[0].signed_at_home] == ["Người làm chứng"]


def test_a_marriage_with_a_foreigner(procedures: dict[str, Procedure]) -> None:
    """2.000806: papers on health and on the foreigner's status come from elsewhere; a divorce abroad is noted first."""
    case = {"foreigner": "yes", "divorced_abroad": "no", "public_servant": "no", "abroad": "no"}
    found = plan(procedures, [Goal("2.000806", case)])
    assert [visit.agency for visit in found.visits] == [
        "Tổ chức y tế có thẩm quyền của Việt Nam hoặc nước ngoài",
        "Cơ quan có thẩm quyền của nước mà người nước ngoài là công dân",
        CENTRE,
    ]
    divorced = plan(procedures, [Goal("2.000806", {**case, "divorced_abroad": "yes"})])
    assert [codes for _, codes in visits(divorced)][-2:] == [["2.000554"], ["2.000806"]]
    held = [("2.000806", "health_confirmation"), ("2.000806", "foreign_status")]
    assert visits(plan(procedures, [Goal("2.000806", case)], held)) == [(CENTRE, ["2.000806"])]


def test_a_gift_of_land_with_its_tax(procedures: dict[str, Procedure]) -> None:
    """1.013831 and 1.007674 both need the certified contract of 2.001035, and are filed at the same desk."""
    case = {"transaction": "gift", "mortgage": "no", "part": "whole"}
    found = plan(procedures, [Goal("1.013831", case), Goal("1.007674", {"deal": "gift"})])
    assert visits(found) == [(CENTRE, ["2.001035"]), (CENTRE, ["1.013831", "1.007674"])]
    assert [{task.code for task in group} for group in found.parallel] == [{"1.013831", "1.007674"}]
    assert found.days_to_end == 18
    split = plan(procedures, [Goal("1.013831", {**case, "part": "split"})])
    assert visits(split) == [(CENTRE, ["2.001035", "1.012784"]), (CENTRE, ["1.013831"])]


def test_a_household_business(procedures: dict[str, Procedure]) -> None:
    """1.001612: alone there is one visit; a family's authorisation is certified before."""
    alone = plan(procedures, [Goal("1.001612", {"owner": "individual", "agent": "no"})])
    family = plan(procedures, [Goal("1.001612", {"owner": "family", "agent": "no"})])
    assert [codes for _, codes in visits(alone)] == [["1.001612"]]
    assert [visit.agency for visit in family.visits] == [CENTRE, CENTRE]
    assert family.fewest_if_prompt == 1
    assert family.days_to_end == 3


def test_a_newborn_is_registered_before_the_identity_card(procedures: dict[str, Procedure]) -> None:
    goals = [Goal("1.014062"), Goal("1.004222", {"place": "relative"}), Goal("1.001193")]
    found = plan(procedures, goals)
    assert [agency for agency, _ in visits(found)] == [CENTRE, POLICE]
    assert [set(codes) for _, codes in visits(found)] == [{"1.001193"}, {"1.014062", "1.004222"}]
    assert (found.days, found.money.total) == (1, 20000)


def test_moving_into_a_rented_home(procedures: dict[str, Procedure]) -> None:
    found = plan(procedures, [Goal("1.004222", {"place": "rent", "minor": "no"})])
    assert visits(found) == [(CENTRE, ["2.001035"]), (POLICE, ["1.004222"])]


def test_no_shipped_procedure_is_in_the_way_of_itself(procedures: dict[str, Procedure]) -> None:
    assert impossible(procedures) == []
    for code in procedures:
        found = plan(procedures, [Goal(code)])
        assert found.is_exact
        assert found.problems == (), code


def test_what_the_planner_knows_of_procedures_is_there(procedures: dict[str, Procedure]) -> None:
    known: Mapping[str, Any] = journey._known()
    assert set(known["no_detour"]["results_of"]) <= set(procedures)
    for code, keys in known["no_detour"]["documents"].items():
        assert set(keys) <= {document.key for document in procedures[code].documents}
    answers = {answer for answers in known["filing"]["answers"].values() for answer in answers}
    for row in procedures.values():
        own = {answer.key for answer in row.case_answers if answer.question == known["filing"]["question"]}
        assert own <= answers, row.code


# Telling it


def test_every_plan_is_told_whole(snapshot: Snapshot) -> None:
    renderer = Renderer(snapshot.name_of)
    for code in snapshot.procedures:
        for online in (False, True):
            found = plan(snapshot.procedures, [Goal(code)], online=online)
            blocks = outline(renderer.journey(found))
            steps = [row for block in blocks for row in block.get("blocks", ()) if row["kind"] == "step"]
            assert [step["text"] for step in steps] == [
                f"Lần {number} – {visit.agency}" for number, visit in enumerate(found.visits, start=1)
            ], code
            assert blocks[0]["kind"] == "title"
            assert blocks[-1] == {**blocks[-1], "kind": "source", "url": found.procedures[-1].url}


def test_a_plan_names_papers_places_time_and_fees(snapshot: Snapshot) -> None:
    goals = [Goal("1.001193", {"authorised": "other", "birth_proof": "witness"}), Goal("1.004222", {"place": "own"})]
    found = plan(snapshot.procedures, goals, held=[("1.001193", "identity_paper")])
    text = Renderer(snapshot.name_of).journey(found)
    assert "KẾ HOẠCH ĐI LẠI: 3 LẦN" in text
    for visit in found.visits:
        assert all(words in text for words in (visit.agency, *visit.papers))
    assert "Mang cả giấy anh/chị đã có: Giấy tờ tuỳ thân" in text
    assert "• Người làm chứng: ký xác nhận việc sinh" in text
    assert "20.000 đồng" in text
    assert "Phí do tỉnh quy định, niêm yết tại quầy: Lệ phí đăng ký khai sinh" in text
    assert "Chưa kể thời gian của: Chứng thực chữ ký" in text


def test_problems_are_told_plainly() -> None:
    rows = catalogue(procedure("A", agencies=(), documents=(paper("p", "X"), paper("q", "A"))))
    text = Renderer(lambda _code: None).journey(plan(rows, [Goal("A"), Goal("Y")]))
    assert "Em chưa có hồ sơ của thủ tục Y" in text
    assert "Giấy “Giấy p”: em chưa có hồ sơ của thủ tục cấp giấy này (X)" in text
    assert "Giấy “Giấy q”: theo hồ sơ" in text
    assert "A: hồ sơ công bố không nêu nơi nộp" in text


def test_nothing_is_promised_where_nothing_could_be_planned() -> None:
    text = Renderer(lambda _code: None).journey(plan({}, [Goal("Y")]))
    assert text.splitlines() == ["KẾ HOẠCH ĐI LẠI", "Em chưa có hồ sơ của thủ tục Y nên chưa xếp vào kế hoạch được ạ."]


def test_a_goal_comes_after_those_it_names() -> None:
    known = catalogue(procedure("a"), procedure("b"))
    together = plan(known, [Goal("a"), Goal("b")])
    assert [visit.codes for visit in together.visits] == [("a", "b")]
    in_order = plan(known, [Goal("b", after=("a", "not a goal")), Goal("a")])
    assert [visit.codes for visit in in_order.visits] == [("a",), ("b",)]


def test_goals_that_come_after_each_other_do_not_stop_the_plan() -> None:
    found = plan(catalogue(procedure("a"), procedure("b")), [Goal("a", after=("b",)), Goal("b", after=("a",))])
    assert {code for visit in found.visits for code in visit.codes} == {"a", "b"}


@pytest.mark.parametrize(("answer", "visits"), [("notice", 1), ("recent", 2)])
def test_nobody_goes_for_a_paper_that_the_citizen_says_to_have(snapshot: Snapshot, answer: str, visits: int) -> None:
    case = {"death_proof": answer, "last_residence": "known", "filing": "direct", "authorised": "self"}
    assert len(plan(snapshot.procedures, [Goal("1.000656", case)]).visits) == visits


def test_papers_said_to_be_there_are_rows_of_their_procedures(snapshot: Snapshot) -> None:
    for code, papers in journey._known()["said_to_be_there"].items():
        procedure = snapshot.procedures[code]
        for key, case in papers.items():
            assert key in {document.key for document in procedure.documents}
            answers = {(answer.question, answer.key) for answer in procedure.case_answers}
            assert case.items() <= answers
