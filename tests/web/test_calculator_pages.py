"""查政策 on pages: one question after the other for everybody, one form for those who work here, nothing kept."""

from __future__ import annotations

import html as markup
import json
import logging
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import Connection, func, insert, select, update

from outreach.models.access import AuditEntry
from outreach.models.base import Base
from outreach.models.people import Household, Person
from outreach.policies import service as policies
from segments.vocabulary import mask
from tests import town
from tests.segments.catalogue import FILLED
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office

NOT_TOLD_TO_RESIDENTS = ("不符合", "以后可能", "只在屏幕上")


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    """The town, with every shipped policy filled in and verified."""
    with open_office(installation) as opened:
        with opened.store.begin() as connection:
            for path in policies.starter_catalogue():
                policies.load(connection, policies.read_file(path), path.name)
            for ref in (one.ref for one in policies.all_policies(connection)):
                if parameters := FILLED.get(ref):
                    policies.fill_in(connection, ref, town.COUNTY, parameters=parameters, by="x")
                policies.verify(connection, ref, "核验员")
        yield opened


@pytest.fixture
def visitor(office: Office) -> Browser:
    """Nobody who works here."""
    return Browser(office.app, follow_redirects=False)


def plain(html: str) -> str:
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", html))


def field(html: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', html)
    return markup.unescape(found.group(1)) if found else ""


def send(browser: Browser, before: Response, **fields: Any) -> Response:
    """The form of a page, as it came, with what somebody fills in."""
    html = before.text
    hidden: dict[str, Any] = {
        "form_token": field(html, "form_token"),
        "state": field(html, "state"),
    }
    if 'name="question"' in html:
        hidden["question"] = field(html, "question")
        codes = re.findall(r'name="codes" value="([^"]*)"', html)
        hidden |= {"codes": codes} if codes else {}
    return browser.post("/calculator", data={**hidden, **fields})


def answer(browser: Browser, page: Response, truth: dict[str, Any]) -> Response:
    """Answer the question that a page asks; what `truth` does not say is 没有 or 不清楚."""
    key, codes = (
        field(page.text, "question"),
        re.findall(r'name="codes" value="([^"]*)"', page.text),
    )
    if codes:
        has = [code for code in codes if truth.get(code)]
        return send(browser, page, has=has, go="next")
    if key == "birth" and "birth" in truth:
        born = truth["birth"]
        return send(browser, page, year=born.year, month=born.month, day=born.day)
    if key in truth:
        return send(browser, page, value=truth[key])
    return send(browser, page, go="skip")


def to_the_end(browser: Browser, truth: dict[str, Any]) -> tuple[Response, list[str]]:
    page, asked = browser.get("/calculator"), []
    while key := field(page.text, "question"):
        asked.append(key)
        page = answer(browser, page, truth)
        assert page.status_code == 200
    return page, asked


HERE = {"hukou": "here", "residence": "here"}


def test_somebody_of_82_is_asked_step_by_step_and_told_what_there_is(visitor: Browser) -> None:
    truth = {"birth": date(1944, 3, 1), "income_month": 5000, "sex": "F", **HERE}
    page, asked = to_the_end(visitor, truth)
    assert asked[0] == "birth"
    assert len(asked) == len(set(asked)) <= 20
    said = plain(page.text)
    assert "80岁高龄津贴" in said
    assert "可能符合，请核实" in said
    assert "年满80周岁（现为82周岁）" in said
    assert "身份证、户口簿、本人银行卡" in said
    assert "以受理部门审核为准" in said
    assert "都答完了" in said
    assert "养娃补贴" in said[said.index("其他政策") :]
    assert "养娃补贴" not in said[: said.index("其他政策")]


@pytest.mark.parametrize(
    "truth",
    [
        {"birth": date(1944, 3, 1), **HERE},
        {"birth": date(1950, 3, 1), **HERE, "income.dibao": True},
        {"birth": date(1990, 3, 1), "hukou": "elsewhere", "residence": "elsewhere"},
        {"birth": date(2023, 12, 1), **HERE},
        {},
    ],
)
def test_residents_never_read_that_they_may_not(visitor: Browser, truth: dict[str, Any]) -> None:
    page, _ = to_the_end(visitor, truth)
    assert not any(words in page.text for words in NOT_TOLD_TO_RESIDENTS)
    assert "2030年" not in page.text, "a day more than ninety days ahead"


def test_a_child_gets_its_months_and_the_last_day(visitor: Browser) -> None:
    page, _ = to_the_end(visitor, {"birth": date(2023, 12, 1), **HERE})
    said = plain(page.text)
    assert "您家孩子可领7200元（按24个月折算）" in said
    assert "怎么算：2025年1月到满3周岁的当月共24个月" in said
    assert "到2026年11月30日为止" in said
    assert "退役军人" not in said[: said.index("其他政策")], "nobody of three years is asked"


def test_what_is_sensitive_says_why_it_is_asked(visitor: Browser) -> None:
    page = visitor.get("/calculator")
    assert "只用来计算，不保存" in page.text
    seen = {}
    while key := field(page.text, "question"):
        seen[key] = page.text
        page = answer(visitor, page, {"birth": date(1944, 3, 1), **HERE})
    assert "问这个，只因为有政策要看这一条" in seen["income_month"]
    assert "问这个，只因为有政策要看这一条" not in seen["hukou"]
    assert all("不清楚" in html for html in seen.values())
    assert all(
        name not in html for html in seen.values() for name in ("circumstance", "困难或身份类别")
    )


def test_not_sure_is_an_answer_and_back_takes_it_back(visitor: Browser) -> None:
    first = visitor.get("/calculator")
    second = send(visitor, first, year="1944", month="3", day="1")
    key = field(second.text, "question")
    third = send(visitor, second, go="skip")
    assert field(third.text, "question") != key
    again = send(visitor, third, go="back")
    assert field(again.text, "question") == key
    start = send(visitor, again, go="back")
    assert field(start.text, "question") == "birth"
    assert json.loads(field(start.text, "state"))["people"][0]["steps"] == []


def test_results_can_be_looked_at_before_the_end_and_gone_on_from(visitor: Browser) -> None:
    second = send(visitor, visitor.get("/calculator"), age="70")
    early = send(visitor, second, go="show")
    assert "还没答完" in early.text
    on = send(visitor, early, go="next")
    assert field(on.text, "question") == field(second.text, "question")


def test_ticking_the_graver_does_not_contradict_what_follows_from_it(visitor: Browser) -> None:
    page = visitor.get("/calculator")
    while "dis.severe" not in re.findall(r'name="codes" value="([^"]*)"', page.text):
        page = answer(visitor, page, {"birth": date(1980, 3, 1), **HERE})
    after = send(visitor, page, has=["dis.severe"], go="next")
    assert after.status_code == 200
    step = json.loads(field(after.text, "state"))["people"][0]["steps"][-1]
    assert step["dis.severe"] is True
    assert "dis.any" not in step


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "请填出生日期或者周岁"),
        ({"age": "很大"}, "请填数字"),
        ({"age": "131"}, "要填周岁"),
        ({"year": "1850", "month": "1", "day": "1"}, "出生日期"),
        ({"year": "2999", "month": "1", "day": "1"}, "出生日期"),
        ({"year": "1950", "month": "13", "day": "1"}, "不是出生日期"),
        ({"year": "1950"}, "不是出生日期"),
        ({"question": "shoe"}, "接不上"),
        ({"state": "{"}, "接不上"),
        ({"state": "x" * 50_000}, "接不上"),
        ({"state": "[" * 30_000}, "接不上"),
        ({"state": '{"people":[{"relation":"我","facts":{"age":-3},"steps":[]}],"now":0,"complete":false}'}, "接不上"),
        ({"state": '{"people":[],"now":0,"complete":false}'}, "接不上"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_asked_again(
    visitor: Browser, fields: dict[str, str], words: str
) -> None:
    page = send(visitor, visitor.get("/calculator"), **fields)
    assert page.status_code == 422
    assert words in page.text
    assert field(page.text, "question") == "birth"


def test_a_family_is_reckoned_member_by_member(visitor: Browser) -> None:
    page, _ = to_the_end(visitor, {"birth": date(1944, 3, 1), "income_month": 5000, **HERE})
    page = send(visitor, page, go="another", relation="孙辈")
    assert "孙辈" in plain(page.text)
    asked = []
    while key := field(page.text, "question"):
        asked.append(key)
        page = answer(visitor, page, {"birth": date(2023, 12, 1), "hukou": "here"})
    assert "residence" not in asked, "a household lives in one place"
    assert "income_month" not in asked
    said = plain(page.text)
    assert "本人：对上了" in said
    assert said.index("80岁高龄津贴") < said.index("孙辈：对上了") < said.index("7200元")
    whole = send(visitor, page, go="complete")
    assert json.loads(field(whole.text, "state"))["complete"] is True


# nothing is kept


def everything(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def test_nothing_is_written_logged_or_put_into_an_address(
    office: Office,
    visitor: Browser,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with office.store.read() as connection:
        before = everything(connection)
    caplog.set_level(logging.DEBUG)
    page = visitor.get("/calculator")
    cookies = set(page.headers.get_list("set-cookie"))
    truth = {"birth": date(1944, 3, 17), "income_month": 4321, "income.dibao": True, **HERE}
    facts = ("1944", "4321", "dibao")
    while field(page.text, "question"):
        page = answer(visitor, page, truth)
        assert page.status_code == 200, "answered at once, so that no address carries an answer"
        assert "location" not in page.headers
        for header in page.headers.get_list("set-cookie"):
            assert not any(fact in header for fact in facts)
        assert {header.split("=")[0] for header in page.headers.get_list("set-cookie")} <= {
            header.split("=")[0] for header in cookies
        }
        assert 'method="get"' not in page.text.lower()
    logged = caplog.text + "".join(capfd.readouterr())
    assert not any(fact in logged for fact in facts)
    with office.store.read() as connection:
        assert everything(connection) == before


def test_a_page_with_answers_is_not_kept_by_the_browser(visitor: Browser) -> None:
    page = send(visitor, visitor.get("/calculator"), age="70")
    assert "no-store" in page.headers["cache-control"]


def test_policies_that_nobody_verified_are_not_shown(office: Office, visitor: Browser) -> None:
    document = {**town.CHECK, "id": "draft", "plain_name": "没人核验的政策"}
    with office.store.begin() as connection:
        town.load(connection, document, verified=False)
    page, _ = to_the_end(visitor, {"birth": date(1944, 3, 1), **HERE})
    assert "没人核验的政策" not in page.text


# those who work here


@pytest.fixture
def family(office: Office) -> tuple[int, int, int]:
    """(household, grandmother, grandchild) of the village in the east."""
    with office.store.begin() as connection:
        vault = office.home.vault
        home = connection.execute(
            insert(Household)
            .values(
                region=town.EAST, key=b"k", address=vault.encrypt("address", "1栋"), complete=True
            )
            .returning(Household.id)
        ).scalar_one()
        old = town.add_person(
            connection, vault, birth=date(1944, 3, 1), sex="F", hukou_region=town.EAST, household_id=home, relation="户主",
        )  # fmt: skip
        young = town.add_person(
            connection, vault, birth=date(2023, 12, 1), hukou_region=town.EAST, household_id=home, relation="孙子",
        )  # fmt: skip
    return home, old, young


def test_a_worker_has_everything_on_one_form(office: Office) -> None:
    wu = office.enter("wu")
    page = wu.get("/calculator")
    assert field(page.text, "question") == ""
    found = send(wu, page, birth="1947-06-01", **HERE, **{"c.income.dibao": "yes"}, rest="no", go="calculate")  # fmt: skip
    said = plain(found.text)
    assert found.status_code == 200
    assert "2027年6月1日起" in said, "a worker sees every day ahead"
    assert "只在屏幕上看，不打印" in said
    assert re.search(r'class="card hit hit--ask noprint"><header><h3>80岁高龄津贴', found.text)
    assert '"income.dibao"' in field(found.text, "state")
    assert "再问一句最管用" in said


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"birth": "1947-13-01"}, "不是出生日期"),
        ({"age": "many"}, "请填数字"),
        ({"age": "200"}, "要填周岁"),
        ({"c.dis.severe": "yes", "c.dis.any": "no"}, "对不上"),
        ({"sex": "X"}, "请选一个答案"),
        ({"state": "?"}, "接不上"),
    ],
)
def test_a_form_that_does_not_agree_says_so(
    office: Office, fields: dict[str, str], words: str
) -> None:
    wu = office.enter("wu")
    page = send(wu, wu.get("/calculator"), **fields)
    assert page.status_code == 422
    assert words in page.text


def test_somebody_of_the_register_is_filled_in(
    office: Office, family: tuple[int, int, int]
) -> None:
    wu = office.enter("wu")
    page = wu.get(f"/calculator/people/{family[1]}")
    said = plain(page.text)
    assert page.status_code == 200
    assert "查政策：张*" in said
    assert "张三" not in page.text
    assert 'value="1944-03-01"' in page.text
    assert "80岁高龄津贴" in said
    changed = send(wu, page, birth="1944-03-01", hukou="here", residence="here", go="calculate")
    facts = json.loads(field(changed.text, "state"))["people"][0]["facts"]
    assert facts["hukou_region"] == town.EAST, "the village stays known"


def test_a_household_of_the_register_is_answered_together(
    office: Office, family: tuple[int, int, int]
) -> None:
    wu = office.enter("wu")
    page = wu.get(f"/calculator/households/{family[0]}")
    said = plain(page.text)
    assert "户主：对上了" in said
    assert "孙子：对上了" in said
    assert "7200元" in said
    other = send(wu, page, go="member:1", birth="1944-03-01", relation="户主")
    assert 'value="2023-12-01"' in other.text
    added = send(wu, other, go="add", birth="2023-12-01", relation="孙子")
    assert len(json.loads(field(added.text, "state"))["people"]) == 3
    gone = send(wu, added, go="remove")
    assert len(json.loads(field(gone.text, "state"))["people"]) == 2


def test_only_people_of_ones_own_region_and_only_for_those_who_may(
    office: Office, family: tuple[int, int, int]
) -> None:
    home, old, _ = family
    for path in (f"/calculator/people/{old}", f"/calculator/households/{home}"):
        assert office.enter("xi").get(path).status_code == 404, "another village"
        assert office.enter("he").get(path).status_code == 403, "no identities for an evaluator"
        assert Browser(office.app, follow_redirects=False).get(path).status_code == 303
        assert office.enter("wu").get(path.rpartition("/")[0] + "/999999").status_code == 404


def test_what_is_sensitive_comes_along_only_for_a_reason(
    office: Office, family: tuple[int, int, int]
) -> None:
    poor = mask(["income.dibao"])
    with office.store.begin() as connection:
        changed = update(Person).where(Person.id == family[1])
        connection.execute(changed.values(circumstances=poor, circumstances_known=poor, income_month=300))  # fmt: skip
    path = f"/calculator/people/{family[1]}"
    wu = office.enter("wu")
    page = wu.get(path)
    assert "dibao" not in field(page.text, "state")
    assert "income_month" not in field(page.text, "state")
    assert "没有带进来" in page.text
    assert office.enter("zhou").get(path).text.count("没有带进来") == 0, "officers work with lists"
    short = wu.post(path, data={"form_token": field(page.text, "form_token"), "reason": "查"})
    assert short.status_code == 422
    assert "dibao" not in field(short.text, "state")
    full = wu.post(path, data={"form_token": field(page.text, "form_token"), "reason": "本人来窗口咨询"})  # fmt: skip
    assert "income.dibao" in field(full.text, "state")
    assert '"income_month":300' in field(full.text, "state")
    assert "no-store" in full.headers["cache-control"]
    with office.store.read() as connection:
        logged = connection.execute(
            select(AuditEntry.thing, AuditEntry.detail).where(AuditEntry.action == "people.reveal")
        ).all()
    assert [tuple(row) for row in logged] == [
        (f"person:{family[1]}", {"page": "calculator", "reason": "本人来窗口咨询"})
    ]


def test_a_look_into_the_register_is_logged_without_facts(
    office: Office, family: tuple[int, int, int]
) -> None:
    wu = office.enter("wu")
    wu.get(f"/calculator/people/{family[1]}")
    with office.store.read() as connection:
        rows = connection.execute(
            select(AuditEntry.by, AuditEntry.thing, AuditEntry.detail).where(
                AuditEntry.action == "people.view"
            )
        ).all()
    assert [tuple(row) for row in rows] == [("wu", f"person:{family[1]}", {"page": "calculator"})]
