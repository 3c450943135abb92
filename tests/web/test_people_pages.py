"""对象: masked everywhere, in clear only with a reason that is logged, and never outside the scope."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from outreach.models.access import AuditEntry
from outreach.models.people import Household, Person
from outreach.models.policies import Policy, Reach
from outreach.web.presenters.people import ROWS
from tests import town
from tests.people.office import id_number
from tests.people.registered import columns, household, register
from tests.web.conftest import Installation
from tests.web.office import Office, open_office, send

PHONE = "13912345678"
SECRET = ("欧阳小明", PHONE, "1栋2单元301", "5678")


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    with open_office(installation) as opened:
        yield opened


@pytest.fixture
def ming(office: Office) -> int:
    """A disabled man of 78 in the east, at home with his wife and a grandchild."""
    vault = office.home.vault
    home = household(office.store, town.EAST, address=vault.encrypt("address", "1栋2单元301"))
    person = register(
        office.store, vault, "欧阳小明", id_number(date(1948, 1, 1), 1), phone=PHONE, region=town.EAST,
        household_id=home, sex="M", circumstances=("dis.any", "mil.veteran"),
    )  # fmt: skip
    register(
        office.store,
        vault,
        "王花",
        birth=date(1950, 1, 1),
        phone="13800000077",
        region=town.EAST,
        household_id=home,
        sex="F",
    )
    register(
        office.store, vault, "小宝", birth=date(2020, 1, 1), region=town.EAST, household_id=home
    )
    with office.store.begin() as connection:
        connection.execute(update(Household).where(Household.id == home).values(head_id=person))
    return person


def id_of(office: Office, birth: date) -> int:
    with office.store.read() as connection:
        return int(connection.scalars(select(Person.id).where(Person.birth == birth)).one())


def log(office: Office, action: str) -> list[tuple[str, str, object]]:
    with office.store.read() as connection:
        rows = connection.execute(
            select(AuditEntry.by, AuditEntry.thing, AuditEntry.detail).where(
                AuditEntry.action == action
            )
        )
        return [(row.by, row.thing, row.detail) for row in rows]


def test_the_list_is_masked_and_ends_at_the_scope(office: Office, ming: int) -> None:
    east = office.enter("wu").get("/people").text
    assert "欧阳**" in east
    assert "139****5678" in east
    assert not any(words in east for words in SECRET[:3])
    assert "西村" not in east
    assert "欧阳**" not in office.enter("xi").get("/people").text
    assert office.enter("xi").get(f"/people/{ming}").status_code == 404
    assert office.enter("wu").get(f"/people?region={town.WEST}").status_code == 403


@pytest.mark.parametrize(
    ("who", "status"), [("zhou", 200), ("wu", 200), ("chen", 403), ("he", 403), ("ke", 403)]
)
def test_who_may_see_people(office: Office, ming: int, who: str, status: int) -> None:
    browser = office.enter(who)
    assert browser.get("/people").status_code == status
    assert browser.get(f"/people/{ming}").status_code == status


@pytest.mark.parametrize(
    "typed",
    ["欧阳小明", PHONE, "139 1234 5678", id_number(date(1948, 1, 1), 1), id_number(date(1948, 1, 1), 1).lower()],
    ids=["a full name", "a phone", "a phone with spaces", "an identity number", "one in lower case"],
)  # fmt: skip
def test_somebody_is_found_and_what_was_typed_stands_in_no_address(
    office: Office, ming: int, typed: str
) -> None:
    answer = send(office.enter("wu"), "/people/search", q=typed)
    assert answer.headers["location"] == f"/people/{ming}"
    nobody = send(office.enter("xi"), "/people/search", q=typed)
    assert nobody.headers["location"] == "/people?searched=1&ids="
    assert "没有这个人" in office.enter("xi").get(nobody.headers["location"]).text


def test_several_of_one_name_are_listed(office: Office, ming: int) -> None:
    zhou = office.enter("zhou")
    found = zhou.get(send(zhou, "/people/search", q="张三").headers["location"]).text
    assert "找到" in found
    vault = office.home.vault
    for number in (1, 2):
        register(
            office.store,
            vault,
            "李四",
            birth=date(1990, 1, number),
            phone=f"1390000000{number}",
            region=town.WEST,
        )
    found = zhou.get(send(zhou, "/people/search", q="李四").headers["location"]).text
    assert found.count("李*") == 2
    assert zhou.get("/people?searched=1&ids=1;2").status_code == 422


def test_a_worker_sees_no_sensitive_fact_before_giving_a_reason(office: Office, ming: int) -> None:
    wu = office.enter("wu")
    masked = wu.get(f"/people/{ming}").text
    assert "退役军人" in masked
    assert "持证残疾人" not in masked
    assert "写了理由才显示" in masked
    assert "台账（2026年1月1日，名单）" in masked
    assert "持证残疾人" in office.enter("zhou").get(f"/people/{ming}").text
    refused = send(wu, f"/people/{ming}/reveal", reason="查")
    assert refused.status_code == 422
    assert "写一句为什么" in refused.text
    assert "欧阳小明" not in refused.text
    assert log(office, "people.reveal") == []
    shown = send(wu, f"/people/{ming}/reveal", reason="上门前核对地址")
    assert shown.headers["cache-control"] == "no-store"
    assert all(words in shown.text for words in (*SECRET, "持证残疾人", "1948年1月1日"))
    assert log(office, "people.reveal") == [("wu", f"person:{ming}", {"reason": "上门前核对地址"})]
    assert "欧阳小明" not in wu.get(f"/people/{ming}").text


def test_an_officer_filters_by_circumstance_and_a_worker_cannot(office: Office, ming: int) -> None:
    zhou = office.enter("zhou").get("/people?circumstance=dis.any").text
    assert zhou.count("欧阳**") == 1
    assert "王*" not in zhou
    wu = office.enter("wu").get("/people?circumstance=dis.any").text
    assert "王*" in wu
    assert "困难/身份类别" not in wu


def test_pages_follow_each_other(office: Office) -> None:
    for number in range(ROWS + 3):
        register(
            office.store,
            office.home.vault,
            "赵六",
            birth=date(1980, 1, 1 + number),
            region=town.WEST,
        )
    xi = office.enter("xi")
    first = xi.get("/people").text
    after = re.search(r'href="(/people\?after=\d+)"', first)
    assert after is not None
    second = xi.get(after[1]).text
    assert (first.count("赵*"), second.count("赵*")) == (ROWS - 1, 4)


def test_died_and_moved_are_asked_once_more_and_taken_back(office: Office, ming: int) -> None:
    wu = office.enter("wu")
    assert "记为已故" in wu.get(f"/people/{ming}/sure?status=deceased").text
    send(wu, f"/people/{ming}/status?status=deceased")
    assert columns(office.store, ming, "status") == ("deceased",)
    assert "已故" in wu.get(f"/people/{ming}").text
    send(wu, f"/people/{ming}/status?status=active")
    assert columns(office.store, ming, "status") == ("active",)
    assert [one[2] for one in log(office, "people.edit")] == [
        {"status": "deceased"},
        {"status": "active"},
    ]
    assert send(wu, f"/people/{ming}/status?status=gone").status_code == 422
    assert send(office.enter("xi"), f"/people/{ming}/status?status=moved").status_code == 404


def test_a_household_is_stopped_at_once(office: Office, ming: int) -> None:
    wu = office.enter("wu")
    send(wu, f"/people/{ming}/household", stopped="true")
    assert "本户已停发" in wu.get("/people").text
    send(wu, f"/people/{ming}/household", stopped="false")
    assert "本户已停发" not in wu.get("/people").text
    assert [one[2] for one in log(office, "people.stop")] == [{"stopped": True}, {"stopped": False}]
    alone = register(
        office.store, office.home.vault, "单", birth=date(1970, 1, 1), region=town.EAST
    )
    assert send(wu, f"/people/{alone}/household", stopped="true").status_code == 422


def test_a_child_without_guardian_is_listed_until_one_is_set(office: Office, ming: int) -> None:
    wu, child = office.enter("wu"), id_of(office, date(2020, 1, 1))
    wife = id_of(office, date(1950, 1, 1))
    assert "小*" in wu.get("/people?only=unguarded").text
    page = wu.get(f"/people/{child}").text
    assert "没有监护人" in page
    assert f'<option value="{wife}">王*' in page
    done = send(wu, f"/people/{child}/related", kind="guardian", chosen=str(wife))
    assert "已写入" in done.text
    assert columns(office.store, child, "guardian_id") == (wife,)
    assert "小*" not in wu.get("/people?only=unguarded").text
    odd = send(wu, f"/people/{ming}/related", kind="guardian", number=str(wife))
    assert "已满 78 周岁" in odd.text
    assert send(wu, f"/people/{child}/related", kind="guardian", number="x").status_code == 422
    assert (
        send(wu, f"/people/{child}/related", kind="guardian", number=str(child)).status_code == 422
    )
    send(wu, f"/people/{child}/related", kind="guardian")
    assert columns(office.store, child, "guardian_id") == (None,)


def test_two_records_are_merged_by_an_officer_with_a_reason(office: Office, ming: int) -> None:
    other = register(
        office.store, office.home.vault, "欧阳小明", birth=date(1948, 1, 1), region=town.EAST
    )
    zhou, wu = office.enter("zhou"), office.enter("wu")
    assert "可能是同一个人" in zhou.get(f"/people/{other}").text
    assert "可能是同一个人" not in wu.get(f"/people/{other}").text
    assert (
        send(wu, f"/people/{ming}/merge", other=other, keep="this", reason="同一人").status_code
        == 403
    )
    assert send(zhou, f"/people/{other}/merge", other=ming, keep="other").status_code == 422
    done = send(zhou, f"/people/{other}/merge", other=ming, keep="other", reason="本人核对")
    assert done.headers["location"] == f"/people/{ming}"
    assert zhou.get(f"/people/{other}").headers["location"] == f"/people/{ming}"
    assert "可能是同一个人" not in zhou.get(f"/people/{ming}").text


def test_what_fits_and_what_was_told_stand_on_the_page(office: Office, ming: int) -> None:
    with office.store.begin() as connection:
        policy = connection.scalars(select(Policy.id).where(Policy.ref == "check")).one()
        connection.execute(
            insert(Reach).values(
                policy_id=policy, person_id=ming, fact="in_person", on=date(2026, 11, 2)
            )
        )
    page = office.enter("wu").get(f"/people/{ming}").text
    assert "免费体检" in page
    assert "很可能符合" in page
    assert "交医保" in page
    assert "待核实" in page
    assert "当面告知" in page
    assert "2026年11月2日" in page
