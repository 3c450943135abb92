from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import insert, select

from outreach.models.people import Person
from outreach.models.policies import Policy, Reach
from outreach.surveys import service as surveys
from outreach.surveys.dispositions import Disposition
from outreach.surveys.fieldwork import service as fieldwork
from outreach.surveys.schemas import Line
from tests import town
from tests.web.conftest import Installation
from tests.web.office import Office, open_office


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
        fieldwork.write_answers(connection, "s1", path, lines)
    fieldwork.record(office.store.begin, "s1", path, "he", town.TODAY)
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
