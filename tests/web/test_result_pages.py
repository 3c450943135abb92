from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from outreach.models.access import AuditEntry
from outreach.models.people import Person, Region
from outreach.models.policies import Policy, PolicyList, Reach
from outreach.people.reading.spreadsheet import read_sheets
from outreach.surveys import service as surveys
from outreach.surveys.dispositions import Disposition
from outreach.surveys.fieldwork import service as fieldwork
from outreach.surveys.schemas import Line
from segments import vocabulary
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
    assert "只在群里、告示、喇叭上发布过" in page
    assert "还没有申请名单，数不出来" in page


def test_the_tables_of_places_have_counts_and_no_rates(office: Office) -> None:
    told(office, "delivered", 1)
    zhou = office.enter("zhou")
    table = ""
    for region in ("", town.TOWN):
        html = zhou.get(f"/results?policy=check&region={region}").text
        table = html[html.index("各地人数") : html.index("从没告知到")]
        assert "%" not in plain(table)
    assert table.index("城关镇东村") < table.index("城关镇西村")


def test_a_village_officer_sees_no_other_village(office: Office) -> None:
    dong = office.enter("dong")
    page = dong.get("/results?policy=check")
    assert page.status_code == 200
    assert "西村" not in page.text
    assert dong.get(f"/results?policy=check&region={town.WEST}").status_code == 403
    assert dong.get(f"/results?policy=check&region={town.COUNTY}").status_code == 403


def test_an_unknown_policy_is_not_found(office: Office) -> None:
    assert office.enter("he").get("/results?policy=nothing").status_code == 404


def test_a_survey_is_one_line_with_its_interval_and_a_way_to_the_rest(office: Office) -> None:
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
    assert "/awareness?policy=check" in html  # everything that belongs to the figure stands there
    assert "播放量和发帖数不能证明知晓" in page
    assert "张" not in page.replace("张纸", "")  # no identities for an evaluator


def grid(office: Office) -> str:
    """A grid of the eastern village, where one of its people lives."""
    code = f"{town.EAST}01"
    with office.store.begin() as connection:
        row = {"code": code, "name": "一网格", "level": "grid", "parent": town.EAST, "dialect": ""}
        connection.execute(insert(Region).values(**row))
        town.add_person(connection, office.home.vault, region=code)
    return code


def test_places_lead_down_to_the_grid_and_back_and_there_are_no_rates_below_the_village(
    office: Office,
) -> None:
    code = grid(office)
    told(office, "delivered", 1)
    zhou = office.enter("zhou")
    county = zhou.get("/results?policy=check").text
    assert f"region={town.TOWN}" in county
    village = zhou.get(f"/results?policy=check&region={town.EAST}").text
    assert "一网格" in village
    assert (
        f"region={code}" not in village[: village.index("从没告知到")]
    )  # nothing lies below a grid
    assert "城关镇</a>" in village  # the way back
    assert "触达率" in plain(village[: village.index("各地人数")])
    inside = plain(zhou.get(f"/results?policy=check&region={code}").text)
    shown = inside[: inside.index("统计口径")]
    assert "1 人里告知了 0 人" in shown
    assert "\u202f%" not in shown


def test_the_never_reached_have_a_next_way_and_a_button_that_leads_there(office: Office) -> None:
    html = office.enter("zhou").get("/results?policy=check").text
    page = plain(html)
    assert "没有列入过任何宣传任务 3 编进宣传任务，发短信 写任务" in page
    assert "/results/untold.xlsx?policy=check" in html
    for name in ("chen", "he"):  # who sees no identities has no list
        assert "untold.xlsx" not in office.enter(name).get("/results?policy=check").text


def test_the_list_of_the_never_reached_is_masked_signed_and_noted(
    office: Office, tmp_path: Path
) -> None:
    with office.store.begin() as connection:
        town.add_person(connection, office.home.vault, region=town.WEST)
    answer = office.enter("dong").get(f"/results/untold.xlsx?policy=check&region={town.EAST}")
    assert answer.status_code == 200
    path = tmp_path / "list.xlsx"
    path.write_bytes(answer.content)
    (sheet,) = read_sheets(path)
    text = "\n".join("，".join(row) for row in sheet.rows)
    assert "张*" in text
    assert "张三" not in text
    assert "dong 于 2026-11-23" in text
    assert "东村" in text
    assert "西村" not in text
    with office.store.read() as connection:
        entry = connection.execute(
            select(AuditEntry.by, AuditEntry.detail).where(AuditEntry.thing == "untold:check")
        ).one()
    assert (entry.by, entry.detail["people"], entry.detail["region"]) == ("dong", 2, town.EAST)
    for name, region in (("dong", town.WEST), ("chen", town.EAST), ("he", town.EAST)):
        refused = office.enter(name).get(f"/results/untold.xlsx?policy=check&region={region}")
        assert refused.status_code == 403


def test_a_list_about_a_sensitive_policy_does_not_say_what_it_is_about(
    office: Office, tmp_path: Path
) -> None:
    document = {
        **town.CHECK, "id": "dibao", "official_name": "最低生活保障", "plain_name": "低保",
        "rule": {"all": [{"field": "circumstances", "op": "has", "value": "income.dibao"}]},
    }  # fmt: skip
    bit = vocabulary.by_code("income.dibao").mask
    with office.store.begin() as connection:
        town.load(connection, document)
        town.add_person(connection, office.home.vault, circumstances=bit, circumstances_known=bit)
    answer = office.enter("zhou").get("/results/untold.xlsx?policy=dibao")
    path = tmp_path / "list.xlsx"
    path.write_bytes(answer.content)
    (sheet,) = read_sheets(path)
    text = "\n".join("，".join(row) for row in sheet.rows)
    assert "张*" in text
    assert "低保" not in text
    assert "最低生活" not in text
    assert "惠民政策（编号" in text


def test_the_table_that_leaves_the_office_hides_small_counts(office: Office) -> None:
    with office.store.begin() as connection:
        for _ in range(30):
            town.add_person(connection, office.home.vault)
    told(office, "delivered", 20)
    answer = office.enter("he").get(f"/results.csv?policy=check&region={town.TOWN}")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    named = {row[0]: row[1:] for row in rows if len(row) > 4}
    assert named["村（社区）"] == ["应知", "已告知", "家人转告", "还没告知"]
    assert named["城关镇西村"][0] == "<10"
    assert "1" not in {cell for cells in named.values() for cell in cells}
    assert any("不满 10 人" in row[0] for row in rows if row)


def test_coverage_lists_and_money_stand_with_their_definitions(office: Office) -> None:
    with office.store.begin() as connection:
        key = connection.scalar(select(Policy.id).where(Policy.ref == "check"))
        values = {
            "policy_id": key, "fact": "received", "region": town.COUNTY, "cut_off": date(2026, 11, 20), "rows": 100,
            "unmatched": 8, "source": "x", "at": town.MORNING,
        }  # fmt: skip
        connection.execute(insert(PolicyList).values(**values))
    told(office, "received", 1)
    page = plain(office.enter("zhou").get("/results?policy=check").text)
    assert (
        "估计名单：领取名单截至 2026-11-20，没对上 8 行（8.0\u202f%，超过 5 %），不据此给个人发信息"
        in page
    )
    assert "覆盖率 33.3\u202f%" in page
    assert "覆盖率 = 领取人数 ÷ 应知人数" in page
    assert "还没有前后或分批的比较" in page
    assert "另有 1 人已经申请或领取" in page
