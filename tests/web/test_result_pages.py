from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import func, insert, select

from outreach.models.people import Person
from outreach.models.policies import Policy, Reach
from outreach.surveys import service as surveys
from outreach.surveys.dispositions import Disposition
from outreach.surveys.schemas import Line
from tests import town
from tests.web.conftest import Installation
from tests.web.office import Office, open_office, send


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        yield opened


def told(office: Office, fact: str, count: int, policy: str = "check") -> None:
    """The first people who fit learn of a policy."""
    with office.store.begin() as connection:
        key = connection.scalar(select(Policy.id).where(Policy.ref == policy))
        ids = connection.scalars(
            select(Person.id).where(Person.birth < date(1961, 1, 1)).order_by(Person.id)
        ).all()
        for person in ids[:count]:
            row = {"policy_id": key, "person_id": person, "fact": fact, "on": town.TODAY}
            connection.execute(insert(Reach).values(**row))


def plain(html: str) -> str:
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", html))


def test_grades_of_reach_stand_side_by_side_and_are_not_added_silently(office: Office) -> None:
    told(office, "delivered", 2)
    told(office, "in_person", 1)
    told(office, "published", 3)
    page = plain(office.enter("zhou").get("/results?policy=check").text)
    assert "触达 = 当面告知 1 + 已送达 1。家人转告 0 人另记" in page
    assert "有 3 人，只算覆盖，不算告知" in page
    assert "触达率 66.7\u202f% （2 / 3 人，逐人记录，不是抽样）" in page
    assert "从没告知到的 1 人" in page
    assert "没有列入任何宣传任务" in page
    assert "还没有申请名单，数不出来" in page


def test_the_table_of_villages_has_counts_and_no_rates(office: Office) -> None:
    told(office, "delivered", 1)
    html = office.enter("zhou").get("/results?policy=check").text
    table = html[html.index("各地人数") : html.index("从没告知到的")]
    assert "城关镇东村" in table
    assert "城关镇西村" in table
    assert "%" not in plain(table)


def test_a_village_officer_sees_no_other_village(office: Office) -> None:
    dong = office.enter("dong")
    page = dong.get("/results?policy=check")
    assert page.status_code == 200
    assert "西村" not in page.text
    assert dong.get(f"/results?policy=check&region={town.WEST}").status_code == 403
    assert dong.get(f"/results?policy=check&region={town.COUNTY}").status_code == 403


def test_an_unknown_policy_is_not_found(office: Office) -> None:
    assert office.enter("he").get("/results?policy=nothing").status_code == 404


def test_a_survey_is_shown_with_everything_that_belongs_to_it(office: Office) -> None:
    with office.store.begin() as connection:
        for _ in range(40):
            town.add_person(connection, office.home.vault)
        document = {
            "id": "s1", "title": "体检知晓", "policy": "check", "mode": "入户", "size": 40, "seed": "1",
            "generated": True,
        }  # fmt: skip
        surveys.create(connection, document, "he")
        surveys.draw(connection, "s1", town.TODAY, town.COUNTY)
        instrument = surveys.instrument_of(connection, "s1")
        question = next(one for one in instrument.questions if one.code == instrument.headline)
        aware = next(option.code for option in question.options if option.counts_as_aware)
        lines = [
            Line(number, disposition=Disposition.COMPLETED, answers={question.code: aware}, asked_on=town.TODAY)
            if number <= 35
            else Line(number, disposition=Disposition.REFUSED, asked_on=town.TODAY)
            for number in range(1, 41)
        ]  # fmt: skip
        path = office.home.settings.data_dir / "filled.xlsx"
        surveys.write_answers(connection, "s1", path, lines)
    surveys.record(office.store.begin, "s1", path, "he", town.TODAY)
    html = office.enter("he").get("/results?policy=check").text
    page = plain(html)
    assert html.index("生成的演示答案") < html.index("2026-11 入户")
    assert "n = 35，2026-11 入户" in page
    assert "仅供参考" in page
    assert "抽中 40 人" in page
    assert "拒访 5 人" in page
    assert "无基线，不能说提高" in page
    assert "不得作为统计数据发布" in page
    assert "张" not in page.replace("张纸", "")  # no identities for an evaluator


@pytest.mark.parametrize("who", ["", "wu"])
def test_anybody_may_look_policies_up_and_nothing_is_kept(office: Office, who: str) -> None:
    browser = office.enter(who) if who else office.enter("wu")
    if not who:
        browser.cookies.clear()
    questions = browser.get("/calculator")
    assert questions.status_code == 200
    answer = send(browser, "/calculator", page="/calculator", age="70", sex="F", hukou="yes")
    page = plain(answer.text)
    assert "免费体检" in page
    assert "看来符合" in page
    assert "以受理部门审核为准" in page
    assert "不符合" not in page
    with office.store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Person)) == 4


@pytest.mark.parametrize(
    ("fields", "there", "missing"),
    [
        pytest.param({"age": "30"}, ["交医保"], ["免费体检"], id="too young for one of two"),
        pytest.param({"birth": "1961-12-31"}, ["免费体检", "2026年12月31日起"], [], id="sixty-five next month"),
        pytest.param({"birth": "1962-12-31"}, [], ["免费体检"], id="sixty-five in a year"),
        pytest.param({"age": "64"}, [], ["免费体检"], id="an age that is too young whatever the birthday"),
        pytest.param({"age": "30", "has": ["ins.employee"]}, ["2 项按您填的用不上"], ["交医保"], id="somebody's employee"),
    ],
)  # fmt: skip
def test_what_fits_is_shown_and_what_does_not_is_only_counted(
    office: Office, fields: dict[str, object], there: list[str], missing: list[str]
) -> None:
    browser = office.enter("wu")
    answer = send(browser, "/calculator", page="/calculator", **fields)
    page = plain(answer.text)
    page = page[page.index("查一查") :]
    assert all(words in page for words in there)
    assert not any(words in page for words in missing)


@pytest.mark.parametrize(
    "fields",
    [{}, {"age": "很大"}, {"birth": "1850-01-01"}, {"birth": "2999-01-01"}, {"age": "131"}],
)
def test_an_age_that_cannot_be_is_asked_for_again(office: Office, fields: dict[str, str]) -> None:
    answer = send(office.enter("wu"), "/calculator", page="/calculator", **fields)
    assert answer.status_code == 422
