from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx2 import Response
from sqlalchemy import insert, select, update

from outreach.access.scope import Scope
from outreach.deliveries import carrying, service, settle
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Step
from outreach.models.deliveries import Delivery
from outreach.models.people import Household, Person
from outreach.models.policies import Reach
from outreach.reach.helpers import service as helpers
from outreach.web.presenters.visits import BUTTONS
from tests import town
from tests.web.conftest import Browser, Installation
from tests.web.office import Office, open_office, send

HOMES = (
    ("1栋1单元101", town.EAST + "01", "赵甲", 1),
    ("1栋2单元1001", town.EAST + "01", "钱小乙", 2),
    ("1栋2单元201", town.EAST + "01", "孙丙", 1),
    ("西组5号", town.WEST, "李丁", 1),
)
ZHAO, SUN, QIAN = "1栋1单元101", "1栋2单元201", "1栋2单元1001"


def move_in(office: Office) -> None:
    """Three homes in the east, one of them with two people, and one in the west."""
    vault = office.home.vault
    with office.store.begin() as connection:
        for number, (address, region, name, people) in enumerate(HOMES, 1):
            members = [
                town.add_person(connection, vault, region=region, name=vault.encrypt("name", name))
                for _ in range(people)
            ]
            values = {
                "key": number.to_bytes(16), "region": region, "head_id": members[0],
                "address": vault.encrypt("address", address),
            }  # fmt: skip
            home = connection.execute(insert(Household).values(**values).returning(Household.id))
            connection.execute(
                update(Person).where(Person.id.in_(members)).values(household_id=home.scalar_one())
            )
        connection.execute(
            update(Person).where(Person.household_id.is_(None)).values(status="moved")
        )


def hand_out(office: Office) -> None:
    """Everything planned is printed, or in somebody's hands."""
    with office.store.begin() as connection:
        ids = list(connection.scalars(select(Delivery.id)))
        settle.apply(connection, [settle.Change(key, 0, "accepted") for key in ids])


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    """Paper that was handed out, and loudspeakers."""
    with open_office(installation) as opened:
        move_in(opened)
        with opened.store.begin() as connection:
            town.add_account(connection, "broadcast", provider="manual")
            for policy in ("check", "insure", "bundle"):
                town.write_text(connection, f"broadcast/zh-Hans/{policy}", "乡亲们，看病有补助。")
            town.released(connection, steps=[{"channel": "flyer"}, {"channel": "broadcast"}])
        opened.fire()
        hand_out(opened)
        yield opened


def door(office: Office, address: str) -> int:
    """The delivery that goes to an address."""
    with office.store.read() as connection:
        every = carrying.carried(connection, campaign=office.campaign_id())
    vault = office.home.vault
    [found] = [one.delivery_id for one in every if vault.decrypt("address", one.address) == address]
    return found


def speaker(office: Office, village: str) -> int:
    """The loudspeaker of a village."""
    with office.store.read() as connection:
        broadcast = select(Step.id).where(Step.channel == "broadcast")
        found = select(Delivery.id).where(
            Delivery.step_id.in_(broadcast), Delivery.village == village
        )
        return connection.scalars(found).one()


def press(browser: Browser, delivery: int, outcome: str) -> Response:
    return send(browser, f"/visits/{delivery}", outcome=outcome, campaign="winter")


def facts(office: Office, delivery: int) -> set[str]:
    with office.store.read() as connection:
        return set(
            connection.scalars(select(Reach.fact).where(Reach.delivery_id == delivery).distinct())
        )


def state(office: Office, delivery: int) -> str:
    with office.store.read() as connection:
        return service.state_of(connection, delivery)


def statuses(office: Office, name: str) -> list[str]:
    with office.store.read() as connection:
        rows = connection.execute(select(Person.name, Person.status)).all()
    vault = office.home.vault
    return [row.status for row in rows if vault.decrypt("name", row.name) == name]


def test_the_list_is_in_walking_order_with_numbers_and_says_nothing_about_anybody(
    office: Office,
) -> None:
    page = office.enter("wu").get("/visits").text
    at = [page.index(address) for address in (ZHAO, SUN, QIAN)]
    assert at == sorted(at)
    assert ["赵*家" in page, "钱**家" in page, "赵甲" in page] == [True, True, False]
    assert len(set(re.findall(r"单号 ([^，]+)，", page))) == 3
    assert "已走 0 / 3 户" in page
    assert page.count("</fieldset>") == 3
    assert all(page.count(f'value="{button.value}"') == 3 for button in BUTTONS)
    assert not [word for word in ("体检", "医保", "补助", "西组") if word in page]


@pytest.mark.parametrize(
    ("outcome", "becomes", "fact"),
    [
        ("told", "delivered", {"in_person"}),
        ("relayed", "delivered", {"relayed"}),
        ("needs_help", "delivered", {"in_person"}),
        ("not_understood", "undelivered", set()),
        ("not_home", "undelivered", set()),
        ("declined", "undelivered", set()),
    ],
)
def test_each_button_says_what_became_of_it(
    office: Office, outcome: str, becomes: str, fact: set[str]
) -> None:
    wu, delivery = office.enter("wu"), door(office, SUN)
    answer = press(wu, delivery, outcome)
    assert answer.status_code == 303
    assert urlsplit(answer.headers["location"]).fragment == f"d{delivery}"
    assert (state(office, delivery), facts(office, delivery)) == (becomes, fact)
    page = wu.get(answer.headers["location"]).text
    label = next(one.label for one in BUTTONS if one.value == outcome)
    assert ["记好了" in page, "wu某，" in page, "已走 1 / 3 户" in page] == [True, True, True]
    assert re.search(rf'<span class="tag tag--\w+">(?:(?!</span>).)*{label}</span>', page)
    assert f'id="d{delivery}"' in page


@pytest.mark.parametrize(
    ("first", "then", "stands", "changed"),
    [
        pytest.param("not_home", "told", "told", True, id="at home the second time"),
        pytest.param("not_home", "declined", "declined", True, id="at home, and says no"),
        pytest.param("relayed", "told", "told", True, id="first the family, then the person"),
        pytest.param("told", "not_home", "told", False, id="told, and nobody at home later"),
        pytest.param("told", "told", "told", False, id="twice the same"),
        pytest.param("relayed", "declined", "relayed", False, id="the family knows already"),
    ],
)
def test_a_stronger_later_word_counts_and_a_weaker_one_is_said_to_change_nothing(
    office: Office, first: str, then: str, stands: str, changed: bool
) -> None:
    delivery = door(office, SUN)
    press(office.enter("wu"), delivery, first)
    zhou = office.enter("zhou")
    answer = press(zhou, delivery, then)
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["said"] == ["saved" if changed else "same"]
    page = zhou.get(answer.headers["location"]).text
    labels = {one.value: one.label for one in BUTTONS}
    assert ("没有改动" in page) is not changed
    assert (f"已经记为“{labels[stands]}”" in page) is not changed
    tags = re.findall(r'<span class="tag[^"]*"><svg.*?</svg>(.*?)</span>', page)
    assert tags == ([labels[stands], "记好了"] if changed else [labels[stands]])
    assert ("zhou某，" in page) is changed
    assert ("in_person" in facts(office, delivery)) is (stands == "told")


@pytest.mark.parametrize(
    ("address", "alone"), [pytest.param(SUN, True, id="alone"), pytest.param(QIAN, False, id="two")]
)
@pytest.mark.parametrize("outcome", ["moved", "deceased"])
def test_moved_and_dead_ask_once_more_and_the_register_follows_only_where_it_is_clear(
    office: Office, outcome: str, address: str, alone: bool
) -> None:
    wu, delivery = office.enter("wu"), door(office, address)
    name = "孙丙" if alone else "钱小乙"
    numbers = re.findall(r"单号 ([^，]+)，", wu.get("/visits").text)
    asked = press(wu, delivery, outcome)
    assert state(office, delivery) == "accepted"
    sure = wu.get(asked.headers["location"])
    assert (sure.status_code, "不，回去" in sure.text, name in sure.text) == (200, True, False)
    form = re.findall(r'<form class="inline" method="post" action="([^"]+)"', sure.text)
    answer = send(wu, form[0].replace("&amp;", "&"))
    assert state(office, delivery) == "undelivered"
    assert set(statuses(office, name)) == {outcome if alone else "active"}
    page = wu.get(answer.headers["location"]).text
    assert ("台账里也改了" in page) is alone
    assert ("下次导入名单时更正" in page) is not alone
    assert re.findall(r"单号 ([^，]+)，", page) == numbers  # packs in somebody's hands keep theirs


def test_the_last_survivor_of_a_home_is_not_taken_for_the_dead_one_twice(office: Office) -> None:
    wu, delivery = office.enter("wu"), door(office, SUN)
    send(wu, f"/visits/{delivery}/sure?outcome=deceased")
    answer = send(wu, f"/visits/{delivery}/sure?outcome=deceased")
    assert "没有改动" in wu.get(answer.headers["location"]).text
    assert statuses(office, "孙丙") == ["deceased"]


def test_a_loudspeaker_reaches_a_place_and_counts_nobody_as_told(office: Office) -> None:
    wu, slot = office.enter("wu"), speaker(office, town.EAST)
    page = wu.get("/visits").text
    assert [page.count("/played"), "大喇叭" in page] == [1, True]
    answer = send(wu, f"/visits/{slot}/played", campaign="winter")
    assert (state(office, slot), facts(office, slot)) == ("delivered", {"published"})
    page = wu.get(answer.headers["location"]).text
    assert ["再记一次" in page, "记好了" in page, "wu某，" in page] == [True, True, True]
    again = send(wu, f"/visits/{slot}/played")
    assert "said=same" in again.headers["location"]
    with office.store.read() as connection:
        lines = connection.execute(select(AuditEntry).where(AuditEntry.by == "wu", AuditEntry.action == "visits.record")).all()  # fmt: skip
    assert len(lines) == 2


def test_another_village_is_refused_everywhere_and_nothing_is_written(office: Office) -> None:
    xi, home, slot = office.enter("xi"), door(office, SUN), speaker(office, town.EAST)
    answers = [
        press(xi, home, "told"),
        press(xi, home, "moved"),
        xi.get(f"/visits/{home}/sure?outcome=moved"),
        send(xi, f"/visits/{home}/sure?outcome=moved"),
        send(xi, f"/visits/{slot}/played"),
        xi.get(f"/visits?grid={town.EAST}"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 6
    assert (state(office, home), state(office, slot)) == ("accepted", "accepted")
    page = xi.get("/visits").text
    assert ["西组5号" in page, SUN in page] == [True, False]


@pytest.mark.parametrize(
    ("who", "status"), [("zhou", 200), ("wu", 200), ("chen", 403), ("he", 403), ("ke", 403)]
)
def test_only_officers_and_workers_tick(office: Office, who: str, status: int) -> None:
    browser, delivery = office.enter(who), door(office, SUN)
    assert browser.get("/visits").status_code == status
    assert press(browser, delivery, "told").status_code == (303 if status == 200 else 403)


def test_nobody_ticks_without_logging_in_or_without_the_token_of_a_form(office: Office) -> None:
    delivery = door(office, SUN)
    stranger = Browser(office.app, follow_redirects=False)
    assert stranger.get("/visits").headers["location"] == "/login?next=/visits"
    wu = office.enter("wu")
    for path in (f"/visits/{delivery}", f"/visits/{delivery}/sure?outcome=moved", f"/visits/{delivery}/played"):  # fmt: skip
        assert stranger.post(path, data={"outcome": "told"}).headers["location"] == "/login"
        assert wu.post(path, data={"outcome": "told"}).status_code == 403
    assert state(office, delivery) == "accepted"


@pytest.mark.parametrize("outcome", ["", "下雨了", "played"])
def test_a_word_that_is_no_button_is_refused(office: Office, outcome: str) -> None:
    delivery = door(office, SUN)
    assert press(office.enter("wu"), delivery, outcome).status_code == 422
    assert state(office, delivery) == "accepted"


def test_only_what_is_in_somebodys_hands_can_be_ticked(office: Office) -> None:
    wu = office.enter("wu")
    home, slot = door(office, SUN), speaker(office, town.EAST)
    assert send(wu, f"/visits/{home}/played").status_code == 404
    assert press(wu, slot, "told").status_code == 404
    assert press(wu, 999_999, "told").status_code == 404
    assert wu.get("/visits?campaign=nothing").status_code == 404
    assert wu.get(f"/visits/{home}/sure?outcome=told").status_code == 422


def test_a_grid_shows_its_own_doors(office: Office) -> None:
    zhou = office.enter("zhou")
    assert "已走 0 / 4 户" in zhou.get("/visits").text
    west = zhou.get(f"/visits?campaign=winter&grid={town.WEST}").text
    assert ["已走 0 / 1 户" in west, SUN in west, "西组5号" in west] == [True, False, True]


def test_twenty_doors_stand_on_a_page_and_one_comes_in_where_one_stopped(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.web.presenters.visits.ROWS", 2)
    wu = office.enter("wu")
    first = wu.get("/visits").text
    assert ["第 1 页，共 2 页" in first, QIAN in first, "下一页" in first] == [True, False, True]
    for address in (ZHAO, SUN):
        press(wu, door(office, address), "told")
    assert ["第 2 页，共 2 页" in (page := wu.get("/visits").text), QIAN in page] == [True, True]
    assert SUN in wu.get("/visits?page=1").text


def test_a_visit_and_its_paper_are_one_door_with_one_tick(installation: Installation) -> None:
    with open_office(installation) as office:
        move_in(office)
        assert "还没有要走的户" in office.enter("wu").get("/visits").text
        with office.store.begin() as connection:
            town.add_account(connection, "visit", provider="manual")
            for policy in ("check", "insure", "bundle"):
                town.write_text(connection, f"visit/zh-Hans/{policy}", "您家可以办。")
            town.released(connection, steps=[{"channel": "flyer"}, {"channel": "visit"}])
        office.fire()
        wu = office.enter("wu")
        assert "这里没有要走的户" in wu.get("/visits").text
        with office.store.read() as connection:
            planned = connection.scalars(select(Delivery.id)).first()
        assert press(wu, planned or 0, "told").status_code == 404  # not printed yet
        hand_out(office)
        assert "已走 0 / 3 户" in wu.get("/visits").text
        with office.store.read() as connection:
            every = carrying.carried(connection, campaign=office.campaign_id())
        both = [one.delivery_id for one in every if one.addressee == every[0].addressee]
        assert len(both) == 2
        press(wu, both[1], "told")
        assert {state(office, one) for one in both} == {"delivered"}
        assert "已走 1 / 3 户" in wu.get("/visits").text


@pytest.mark.parametrize("outcome", ["told", "needs_help", "not_home"])
def test_a_tap_is_taken_back_with_one_more_tap(office: Office, outcome: str) -> None:
    wu, delivery = office.enter("wu"), door(office, SUN)
    page = wu.get(press(wu, delivery, outcome).headers["location"]).text
    assert ("已经开了一件待办" in page) is (outcome == "needs_help")
    label = next(one.label for one in BUTTONS if one.value == outcome)
    assert f"撤销“{label}”" in page
    [undo] = set(re.findall(r"/visits/words/\d+/undo", page))
    answer = send(wu, undo, campaign="winter")
    assert (state(office, delivery), facts(office, delivery)) == ("accepted", set())
    page = wu.get(answer.headers["location"]).text
    assert ["撤销了。" in page, "已走 0 / 3 户" in page, undo in page] == [True, True, False]
    assert send(wu, undo).status_code == 409


def test_who_has_died_by_mistake_is_alive_again(office: Office) -> None:
    wu, delivery = office.enter("wu"), door(office, SUN)
    answer = send(wu, f"/visits/{delivery}/sure?outcome=deceased")
    assert statuses(office, "孙丙") == ["deceased"]
    [undo] = set(re.findall(r"/visits/words/\d+/undo", wu.get(answer.headers["location"]).text))
    send(wu, undo)
    assert (statuses(office, "孙丙"), state(office, delivery)) == (["active"], "accepted")


def test_only_who_said_it_and_an_officer_see_the_way_back(office: Office) -> None:
    delivery = door(office, SUN)
    press(office.enter("zhou"), delivery, "told")
    assert "/undo" not in office.enter("wu").get("/visits").text
    assert "/undo" in office.enter("zhou").get("/visits").text
    press(office.enter("wu"), delivery, "needs_help")
    assert "/undo" in office.enter("wu").get("/visits").text


def test_a_broadcast_is_noted_by_the_way_it_was_played(office: Office) -> None:
    wu, slot = office.enter("wu"), speaker(office, town.EAST)
    send(wu, f"/visits/{slot}/played", slot="van")
    answer = send(wu, f"/visits/{slot}/played", slot="market")
    page = wu.get(answer.headers["location"]).text
    assert ["宣传车已播" in page, "记过：宣传车已播，赶集日已播" in page] == [True, True]
    [undo] = set(re.findall(r"/visits/words/\d+/undo", page))
    send(wu, undo)
    assert (state(office, slot), facts(office, slot)) == ("delivered", {"published"})


def test_a_helper_may_look_at_their_own_households_only(office: Office) -> None:
    wu = office.enter("wu")
    assert "我的户" not in wu.get("/visits").text
    with office.store.begin() as connection:
        desk = helpers.Desk("zhou", Scope(town.COUNTY), town.TODAY)
        lot = helpers.Lot(town.EAST, "1栋2单元")
        helpers.assign(connection, desk, "wu", lot, office.home.vault.decrypt)
    page = wu.get("/visits?whose=mine").text
    assert ["已走 0 / 2 户" in page, SUN in page, ZHAO in page] == [True, True, False]
    answer = send(wu, f"/visits/{door(office, SUN)}", outcome="told", whose="mine")
    assert "whose=mine" in answer.headers["location"]


def test_the_list_opens_where_something_waits_and_not_at_the_newest_campaign(
    office: Office,
) -> None:
    """The newest has nothing in anybody's hands yet; it is one choice away."""
    with office.store.begin() as connection:
        town.released(connection, id="newer", title="新的一个", steps=[{"channel": "flyer"}])
    page = office.enter("wu").get("/visits").text
    assert "1栋1单元101" in page
    assert re.search(r'<option value="newer">新的一个', page)
    assert "1栋1单元101" not in office.enter("wu").get("/visits?campaign=newer").text


def test_a_long_list_is_shown_one_village_at_a_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = office.enter("zhou").get("/visits").text
    monkeypatch.setattr(carrying, "MANY", 0)
    zhou = office.enter("zhou")
    first = zhou.get("/visits").text
    assert f'<option value="{town.EAST}" selected' in first
    shown = [set(re.findall(r'action="/visits/(\d+)"', page)) for page in (
        whole, first, zhou.get(f"/visits?grid={town.WEST}").text,
    )]  # fmt: skip
    assert all(shown[1:])
    assert shown[1] | shown[2] == shown[0]
    assert not shown[1] & shown[2]


@pytest.mark.parametrize("region", [town.COUNTY, town.EAST, town.WEST, f"{town.EAST}01"])
def test_what_lies_in_a_region_is_what_a_walk_over_the_campaign_finds_there(
    office: Office, region: str
) -> None:
    with office.store.read() as connection:
        every = carrying.carried(connection, campaign=office.campaign_id())
        inside = carrying.carried(connection, campaign=office.campaign_id(), scope=Scope(region))
    assert inside == [one for one in every if Scope(region).covers(one.region)]
