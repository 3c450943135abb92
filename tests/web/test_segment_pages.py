"""对象条件 and 变化建议 on pages: without a script, in plain words, and only for whom they are."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any

import pytest
from httpx2 import Response

from outreach import clock
from outreach.access.scope import Scope
from outreach.audiences import snapshot
from outreach.audiences.proposals import service as proposals
from outreach.audiences.segments import service
from outreach.audiences.segments.schemas import parse
from outreach.audiences.snapshot import keeping
from outreach.campaigns import service as campaigns
from outreach.web.presenters import segment_counts
from outreach.web.presenters.segment_form import Names, Row, data, read, rows_of
from tests import town
from tests.town import EAST
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send

NAMES = Names({"check": "免费体检"}, {EAST: "东村", "600101102": "西镇"})


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        yield opened


def rows(*listed: tuple[str, ...]) -> dict[str, Any]:
    """Columns of the form from rows (part, field, op, value, in_days)."""
    columns = zip(*((*row, "", "", "", "", "")[:5] for row in listed), strict=True)
    return dict(zip(("part", "field", "op", "value", "in_days"), map(list, columns), strict=True))


def fill(browser: Browser, *listed: tuple[str, ...], **more: Any) -> Response:
    return send(browser, "/segments/try", **{"new": "1", **rows(*listed), **more})


def words(answer: Response) -> str:
    """What the page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


# -- the form as data ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "clause"),
    [
        (Row("all", "age", ">=", "\uff18\uff10"), {"field": "age", "op": ">=", "value": 80}),
        (Row("all", "age", ">=", "80", "30"), {"field": "age", "op": ">=", "value": 80, "in_days": 30}),
        (Row("all", "age", "between", "3至6"), {"field": "age", "op": "between", "value": [3, 6]}),
        (Row("all", "age", "between", "3-6"), {"field": "age", "op": "between", "value": [3, 6]}),
        (Row("all", "birth_date", "between", "1950-01-01到1959-12-31"), {"field": "birth_date", "op": "between", "value": ["1950-01-01", "1959-12-31"]}),
        (Row("all", "birth_date", "unknown"), {"field": "birth_date", "op": "exists", "value": False}),
        (Row("all", "sex", "=", "F"), {"field": "sex", "op": "=", "value": "F"}),
        (Row("all", "region", "within", "东村"), {"field": "region", "op": "within", "value": EAST}),
        (Row("all", "region", "within", "东村、600101102"), {"field": "region", "op": "within", "value": [EAST, "600101102"]}),
        (Row("all", "circumstances", "has_any", "低保"), {"field": "circumstances", "op": "has", "value": "income.dibao"}),
        (Row("all", "circumstances", "has_all", "低保 独居"), {"field": "circumstances", "op": "has_all", "value": ["income.dibao", "elder.alone"]}),
        (Row("all", "circumstances", "known", "低保"), {"field": "circumstances", "op": "exists", "value": ["income.dibao"]}),
        (Row("all", "members", "unknown"), {"field": "members", "op": "exists", "value": False}),
        (Row("all", "phone_kind", "unknown"), {"field": "phone_kind", "op": "exists", "value": False}),
        (Row("all", "applied", "has", "check"), {"field": "applied", "op": "has", "value": "check"}),
    ],
)  # fmt: skip
def test_a_row_is_a_clause_and_back(row: Row, clause: dict[str, Any]) -> None:
    rule, problems = data([row], NAMES)
    assert (rule, problems) == ({"all": [clause]}, {})
    back = rows_of(rule, NAMES)
    assert back is not None
    assert data(back, NAMES) == (rule, {})


@pytest.mark.parametrize(
    "row",
    [
        Row("all", "age", ">=", "八十"), Row("all", "age", "between", "6至3"), Row("all", "birth_date", "<", "2026-02-30"),
        Row("all", "sex", "=", ""), Row("all", "region", "within", "没有的村"), Row("all", "circumstances", "has_any", "富人"),
        Row("all", "circumstances", "has_any", ""), Row("all", "age", ">=", "80", "明天"), Row("all", "applied", "has", ""),
        Row("all", "income_month", "<", "-5"), Row("all", "region", "within", "60' OR 1=1"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_beside_its_row(row: Row) -> None:
    rule, problems = data([Row("all", "age", ">=", "60"), row], NAMES)
    assert rule == {"all": [{"field": "age", "op": ">=", "value": 60}]}
    assert set(problems) == {2}
    assert "{" not in problems[2]


def test_ways_and_exclusions_stand_where_they_were_put() -> None:
    listed = [
        Row("any:甲", "age", ">=", "80"), Row("none", "sex", "=", "M"), Row("any:乙", "age", ">=", "60"),
        Row("any:乙", "circumstances", "has_any", "独居"),
    ]  # fmt: skip
    rule, _ = data(listed, NAMES)
    assert [way["label"] for way in rule["any"]] == ["甲", "乙"]
    assert [len(way["all"]) for way in rule["any"]] == [1, 2]
    assert rule["none"] == [{"field": "sex", "op": "=", "value": "M"}]


@pytest.mark.parametrize(
    "rule",
    [
        {"all": [{"field": "today", "op": ">=", "value": "2026-01-01"}]},
        {"all": [{"field": "members", "op": ">=", "value": 2, "aged": [0, 2]}]},
        {"all": [{"field": "age", "op": ">=", "value": 80, "text": "高龄"}]},
        {"all": [{"field": "told", "op": "has", "value": ["check", "insure"]}]},
        {"check": ["确认"]},
    ],
)
def test_what_the_form_cannot_show_it_does_not_change(rule: dict[str, Any]) -> None:
    assert rows_of(rule, NAMES) is None


def test_a_field_that_was_just_chosen_gets_its_first_comparison() -> None:
    columns = [["all", "all"], ["age", ""], ["within", "x"], ["80", "y"], ["", "9"]]
    assert read(columns) == [Row("all", "age", ">=", "80"), Row("all")]


# -- the builder -----------------------------------------------------------------------------------


def test_from_nothing_to_a_saved_segment(office: Office) -> None:
    zhou = office.enter("zhou")
    assert "看什么" in zhou.get("/segments/new").text
    added = fill(zhou, ("all", "age"), do="add")
    assert added.text.count('name="part"') == 2
    counted = fill(zhou, ("all", "age", ">=", "65"), ("all", "", "", ""), do="count")
    assert "年满65周岁" in words(counted)
    assert re.search(r"符合 3 每一条", words(counted))
    nameless = fill(zhou, ("all", "age", ">=", "65"), do="save")
    assert nameless.status_code == 422
    assert "起个名称" in words(nameless)
    saved = fill(zhou, ("all", "age", ">=", "65"), do="save", name="老人")
    assert (saved.status_code, saved.headers["location"]) == (303, "/segments/s1?saved=1")
    shown = zhou.get("/segments/s1?saved=1")
    assert "保存好了" in words(shown)
    assert "segment: s1" in words(shown)
    assert "老人" in words(zhou.get("/segments"))


def test_a_row_is_taken_away_and_the_rest_stays(office: Office) -> None:
    zhou = office.enter("zhou")
    left = fill(zhou, ("all", "age", ">=", "65"), ("none", "sex", "=", "M"), do="drop-1")
    assert left.text.count('name="part"') == 1
    assert "不包括：男性" in words(left)


def test_wrong_rows_are_named_and_nothing_is_saved(office: Office) -> None:
    zhou = office.enter("zhou")
    answer = fill(
        zhou, ("all", "age", ">=", "老"), ("all", "circumstances", "has_any", "富人"), do="count"
    )
    assert answer.status_code == 422
    assert "第 1、2 条填得不对" in words(answer)
    assert 'value="富人"' in answer.text
    assert fill(zhou, ("all", "age", ">=", "老"), do="save", name="老人").status_code == 422
    assert fill(zhou, ("all",), do="save", name="老人").status_code == 422  # nothing chosen
    with office.store.read() as connection:
        assert service.everything(connection) == []


def test_a_policy_among_these_people_says_which_list_would_settle_them(office: Office) -> None:
    with office.store.begin() as connection:
        town.add_person(connection, office.home.vault, circumstances_known=0)
    answer = fill(office.enter("zhou"), ("all", "age", ">=", "65"), do="count", policy="insure")
    said = words(answer)
    assert "《交医保》里" in said
    assert "可确认 1 人" in said
    assert "在哪里 符合 待核实" in said
    assert re.findall(r"(\d+-\d+)周岁 (\d+) (\d+)", said) == [("60-79", "2", "1")]


def test_a_large_register_is_read_into_memory_beside_the_page(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    zhou = office.enter("zhou")
    for people, loaded in ((segment_counts.WORTH_A_SNAPSHOT, False), (1, True)):
        monkeypatch.setattr(segment_counts, "WORTH_A_SNAPSHOT", people)
        assert zhou.get("/segments").status_code == 200
        for thread in threading.enumerate():
            if thread.name == "snapshot":
                thread.join()
        with office.store.read() as connection:
            assert (snapshot.current(connection, load=False) is not None) is loaded
    keeping.forget()


def test_without_a_list_of_who_applied_the_page_says_so(office: Office) -> None:
    zhou = office.enter("zhou")
    shown = zhou.get("/segments/new?ready=not-applied&policy=check")
    assert "《免费体检》申请名单还没有导入过" in words(shown)
    assert "符合“免费体检”；不包括：已申请“免费体检”" in words(shown)
    assert zhou.get("/segments/new?ready=not-applied").status_code == 422
    assert zhou.get("/segments/new?ready=nothing").status_code == 404


def test_hostile_words_are_shown_as_words(office: Office) -> None:
    zhou = office.enter("zhou")
    name = "<script>alert(1)</script>'; DROP TABLE person; --"
    saved = fill(zhou, ("all", "age", ">=", "65"), do="save", name=name)
    assert saved.status_code == 303
    shown = zhou.get("/segments/s1").text
    assert "<script>alert" not in shown
    assert "DROP TABLE" in unescape(shown)
    assert fill(zhou, ("any:<b>", "age", ">=", "65"), do="count").status_code == 200
    assert fill(zhou, *[("all", "age", ">=", "65")] * 31, do="count").status_code == 422
    uneven = send(
        zhou, "/segments/try", part=["all"], field=["age", "sex"], op=[], value=[], in_days=[]
    )
    assert uneven.status_code == 422


def test_a_segment_is_changed_used_and_deleted(office: Office) -> None:
    zhou = office.enter("zhou")
    fill(zhou, ("all", "age", ">=", "65"), do="save", name="老人")
    fill(zhou, ("all", "age", ">=", "70"), do="save", name="老人", ref="s1", new="0")
    assert "年满70周岁" in words(zhou.get("/segments/s1"))
    with office.store.begin() as connection:
        campaigns.create(connection, town.order(segment="s1"), "zhou")
    assert "宣传任务 winter 在用" in words(zhou.get("/segments/s1"))
    assert send(zhou, "/segments/s1/delete").status_code == 409
    with office.store.begin() as connection:
        service.save(connection, parse({"id": "s2", "name": "另一个", "rule": {"all": [{"field": "sex", "op": "=", "value": "F"}]}}), "zhou", Scope(town.COUNTY))  # fmt: skip
    assert "删除" in words(zhou.get("/segments/s2"))
    assert send(zhou, "/segments/s2/delete").status_code == 303
    assert zhou.get("/segments/s2").status_code == 404


def test_who_stands_lower_only_looks_at_what_the_county_wrote(office: Office) -> None:
    fill(office.enter("zhou"), ("all", "age", ">=", "65"), do="save", name="老人")
    dong = office.enter("dong")
    assert "这里只能看" in words(dong.get("/segments/s1"))
    changed = fill(dong, ("all", "age", ">=", "70"), do="save", name="x", ref="s1", new="0")
    assert changed.status_code == 422
    assert send(dong, "/segments/s1/delete").status_code == 403
    inside = fill(dong, ("all", "age", ">=", "65"), do="count")
    assert re.search(r"符合 2 每一条", words(inside))  # of the village only


@pytest.mark.parametrize("name", ["chen", "wu", "he", "ke"])
@pytest.mark.parametrize("path", ["/segments", "/segments/new", "/proposals"])
def test_they_are_for_officers(office: Office, name: str, path: str) -> None:
    assert office.enter(name).get(path).status_code == 403


# -- proposals -------------------------------------------------------------------------------------


def changed(office: Office) -> int:
    """Somebody turned 65 yesterday."""
    with office.store.begin() as connection:
        for place in (EAST, town.WEST):
            town.add_person(connection, office.home.vault, birth=date(1961, 11, 23), region=place)
    terms = proposals.Terms(clock.today(town.ZONE), town.ZONE, town.COUNTY, date(2026, 11, 22))
    (number,) = proposals.find(office.store, terms, ["check"])
    return number


def test_a_proposal_becomes_a_draft(office: Office) -> None:
    number = changed(office)
    zhou = office.enter("zhou")
    assert "1 项变化等您定，共 2 人次" in words(zhou.get("/today"))
    said = words(zhou.get("/proposals"))
    assert "《免费体检》有新符合的人 2 人" in said
    assert "到了年龄或期限 2 人" in said
    answer = send(zhou, f"/proposals/{number}/accept")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/campaigns/proposal-{number}",
    )
    assert zhou.get(f"/campaigns/proposal-{number}").status_code == 200
    assert send(zhou, f"/proposals/{number}/accept").status_code == 409
    assert "zhou 已采纳" in words(zhou.get("/proposals"))
    assert "变化等您定" not in words(zhou.get("/today"))


def test_a_proposal_is_dismissed_with_a_reason(office: Office) -> None:
    number = changed(office)
    zhou = office.enter("zhou")
    empty = send(zhou, f"/proposals/{number}/dismiss", note=" ")
    assert empty.status_code == 422
    assert "要写一句为什么" in words(empty)
    assert send(zhou, f"/proposals/{number}/dismiss", note="村里已经说了").status_code == 303
    assert "zhou 不采纳：村里已经说了" in words(zhou.get("/proposals"))


def test_a_village_sees_its_part_and_decides_nothing(office: Office) -> None:
    number = changed(office)
    dong = office.enter("dong")
    said = words(dong.get("/proposals"))
    assert "有新符合的人 1 人" in said
    assert "由县里决定发不发" in said
    assert send(dong, f"/proposals/{number}/accept").status_code == 403
    assert send(dong, f"/proposals/{number}/dismiss", note="x").status_code == 403
    assert (
        office.enter("zhou").post(f"/proposals/{number}/accept").status_code == 403
    )  # no form token
