"""电话, 发群, 录纸单, 待办: what people carry, one tap at a time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select, update

from channels.manual import ManualChannel
from outreach.deliveries import carrying, orders, service, settle
from outreach.deliveries.outgoing import Line
from outreach.deliveries.send import Sender
from outreach.models.access import AuditEntry
from outreach.models.campaigns import Step
from outreach.models.deliveries import Delivery, GroupChat
from outreach.models.people import Person
from outreach.models.policies import Reach
from outreach.models.work import Task, Word
from tests import town
from tests.web.conftest import Installation
from tests.web.office import Office, open_office, send
from tests.web.test_visit_pages import ZHAO, door, move_in

NUMBERS = ("+8613800000201", "+8613800000202", "+8613800000203", "+8613800000204", "+8613800000205")


@pytest.fixture
def office(installation: Installation) -> Iterator[Office]:
    """Calls, sheets and a post in an ordinary group, all in people's hands."""
    with open_office(installation) as opened:
        move_in(opened)
        vault = opened.home.vault
        with opened.store.begin() as connection:
            people = connection.scalars(select(Person.id).where(Person.status == "active").order_by(Person.id)).all()  # fmt: skip
            for person, phone in zip(people, NUMBERS, strict=True):
                values = {
                    "phone": vault.encrypt("phone", phone), "phone_key": vault.keyed_hash("phone", phone),
                    "phone_kind": "own",
                }  # fmt: skip
                connection.execute(update(Person).where(Person.id == person).values(**values))
            town.add_account(connection, "call", provider="manual", name="call")
            wechat = town.add_account(connection, "group", provider="manual", name="wechat")
            connection.execute(update(GroupChat).values(account_id=wechat, address=""))
            for policy in ("check", "insure", "bundle"):
                town.write_text(connection, f"call/zh-Hans/{policy}", "您好，您家可以办体检。")
            steps = [{"channel": "call"}, {"channel": "flyer"}, {"channel": "group"}]
            town.released(connection, steps=steps)
        opened.fire()
        with opened.store.read() as connection:
            accounts = [one for one in orders.accounts(connection) if one.provider == "manual"]
        for account in accounts:
            asyncio.run(give_out(opened, account))
        hand_out_paper(opened)
        yield opened


async def give_out(office: Office, account: orders.AccountView) -> None:
    """Everything of an account stands on somebody's list."""
    line = Line(5.0, 2.0, town.ZONE, "http://127.0.0.1", loopback=True)
    channel = ManualChannel(account.channel)  # type: ignore[arg-type]
    sender = Sender(office.store, office.home.vault, account, channel, line)
    for _ in range(50):
        pause = await sender.step()
        if pause is None:
            return
        await asyncio.sleep(min(pause, 0.01))
    raise AssertionError("the sender never came to an end")


def hand_out_paper(office: Office) -> None:
    with office.store.begin() as connection:
        flyers = select(Delivery.id).join(Step, Step.id == Delivery.step_id)
        ids = connection.scalars(flyers.where(Step.channel == "flyer")).all()
        settle.apply(connection, [settle.Change(key, 0, "accepted") for key in ids])


def call_of(office: Office, name: str) -> int:
    with office.store.read() as connection:
        rows = connection.execute(
            select(Delivery.id, Person.name)
            .join(Step, Step.id == Delivery.step_id)
            .join(Person, Person.id == Delivery.addressee)
            .where(Step.channel == "call")
        ).all()
    vault = office.home.vault
    return next(int(row.id) for row in rows if vault.decrypt("name", row.name) == name)


def state(office: Office, delivery: int) -> str:
    with office.store.read() as connection:
        return service.state_of(connection, delivery)


def test_calls_stand_in_the_order_of_doors_and_masked(office: Office) -> None:
    page = office.enter("wu").get("/calls").text
    at = [page.index(name) for name in ("赵*", "孙*", "钱**")]
    assert at == sorted(at)
    assert ["有结果 0 / 4 人" in page, "138****0201" in page] == [True, True]
    assert not [word for word in ("13800000201", "赵甲", "可以办体检", "李*") if word in page]


def test_a_number_is_shown_once_it_is_asked_for_and_that_is_logged(office: Office) -> None:
    wu, delivery = office.enter("wu"), call_of(office, "赵甲")
    answer = send(wu, f"/calls/{delivery}/number", campaign="winter")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert ['href="tel:13800000201"' in answer.text, "可以办体检" in answer.text] == [True, True]
    assert answer.text.count("tel:") == 1
    with office.store.read() as connection:
        [line] = connection.execute(
            select(AuditEntry).where(AuditEntry.action == "people.reveal")
        ).all()
    assert (line.by, line.detail) == ("wu", {"reason": "call", "delivery": delivery})
    assert send(office.enter("xi"), f"/calls/{delivery}/number").status_code == 404


def test_three_calls_without_answer_become_a_visit_that_is_closed_as_told(office: Office) -> None:
    wu, delivery = office.enter("wu"), call_of(office, "赵甲")
    for n in (1, 2, 3):
        answer = send(wu, f"/calls/{delivery}", outcome="no_answer", campaign="winter")
        page = wu.get(answer.headers["location"]).text
        assert f"没接 {n} 次" in page
        assert ("开了一件上门的待办" in page) is (n == 3)
    assert state(office, delivery) == "undelivered"
    page = wu.get("/tasks").text
    assert ["上门告知" in page, ZHAO in page] == [True, True]
    [task] = set(re.findall(r"/tasks/(\d+)/close", page))
    send(wu, f"/tasks/{task}/close", result="told")
    assert state(office, delivery) == "delivered"
    with office.store.read() as connection:
        assert set(connection.scalars(select(Reach.fact))) == {"in_person"}
    send(wu, f"/tasks/{task}/reopen")
    assert state(office, delivery) == "undelivered"
    assert f"/tasks/{task}/close" in wu.get("/tasks").text


def test_a_call_is_taken_back(office: Office) -> None:
    wu, delivery = office.enter("wu"), call_of(office, "赵甲")
    answer = send(wu, f"/calls/{delivery}", outcome="wrong_number", campaign="winter")
    page = wu.get(answer.headers["location"]).text
    assert "空号，已停用" in page
    [undo] = set(re.findall(r"/calls/words/\d+/undo", page))
    answer = send(wu, undo, campaign="winter")
    page = wu.get(answer.headers["location"]).text
    assert ["撤销了。" in page, "空号，已停用" in page] == [True, False]
    assert state(office, delivery) == "accepted"


@pytest.mark.parametrize("path", ["/calls", "/posts", "/tasks", "/tally"])
@pytest.mark.parametrize(
    ("who", "status"), [("wu", 200), ("zhou", 200), ("chen", 403), ("ke", 403)]
)
def test_only_who_visits_sees_these_pages(office: Office, path: str, who: str, status: int) -> None:
    assert office.enter(who).get(path).status_code == status


def test_a_text_is_copied_into_a_group_and_ticked(office: Office) -> None:
    wu = office.enter("wu")
    page = wu.get("/posts").text
    assert ["等着发的 1 个群" in page, f"{town.EAST}群" in page, "picture.png" in page] == [
        True
    ] * 3
    [post] = set(re.findall(r'action="/posts/(\d+)"', page))
    with office.store.read() as connection:
        assert connection.scalars(select(Reach.fact)).all() == []  # handed over is not posted
    answer = send(wu, f"/posts/{post}", outcome="posted")
    with office.store.read() as connection:
        assert set(connection.scalars(select(Reach.fact))) == {"published"}
    page = wu.get(answer.headers["location"]).text
    [undo] = set(re.findall(r"/posts/words/\d+/undo", page))
    send(wu, undo)
    assert state(office, int(post)) == "accepted"
    with office.store.read() as connection:
        assert connection.scalars(select(Reach.fact)).all() == []
    assert send(office.enter("xi"), f"/posts/{post}", outcome="posted").status_code == 403


def test_a_sheet_of_paper_is_typed_in_at_once(office: Office) -> None:
    wu = office.enter("wu")
    page = wu.get("/tally").text
    ids = re.findall(r'name="delivery" value="(\d+)"', page)
    assert len(ids) == 3
    answer = send(wu, "/tally", campaign="winter", delivery=ids, word=["1", "", "不在家"])
    assert "saved=2" in answer.headers["location"]
    assert [state(office, int(one)) for one in ids] == ["delivered", "accepted", "undelivered"]
    page = wu.get(answer.headers["location"]).text
    assert ["存了 2 行" in page, "已记：已告知本人" in page] == [True, True]


def test_a_long_paper_is_typed_in_one_village_at_a_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(page: str) -> set[str]:
        return set(re.findall(r'name="delivery" value="(\d+)"', page))

    zhou = office.enter("zhou")
    whole = rows(zhou.get("/tally").text)
    monkeypatch.setattr(carrying, "MANY", 0)
    first = zhou.get("/tally").text
    other = rows(zhou.get(f"/tally?grid={town.WEST}").text)
    assert f'<option value="{town.EAST}" selected' in first
    assert rows(first) | other == whole
    assert not rows(first) & other
    chosen = sorted(rows(first))[:1]
    assert (
        send(
            zhou, "/tally", campaign="winter", grid=town.EAST, delivery=chosen, word=["1"]
        ).status_code
        == 303
    )
    assert "已记：已告知本人" in zhou.get(f"/tally?grid={town.EAST}").text


def test_with_one_row_that_cannot_be_read_nothing_is_saved_and_nothing_is_lost(
    office: Office,
) -> None:
    wu = office.enter("wu")
    ids = re.findall(r'name="delivery" value="(\d+)"', wu.get("/tally").text)
    answer = send(wu, "/tally", campaign="winter", delivery=ids, word=["1", "9", ""])
    assert answer.status_code == 422
    assert ["“9”不是这张名单上的结果" in answer.text, 'value="1"' in answer.text] == [True, True]
    with office.store.read() as connection:
        assert connection.scalars(select(Word.id)).all() == []
    assert send(wu, "/tally", campaign="winter", delivery=ids, word=["", "", ""]).status_code == 422


def test_a_list_of_calls_has_its_own_words(office: Office) -> None:
    wu = office.enter("wu")
    page = wu.get("/tally?kind=calls").text
    ids = re.findall(r'name="delivery" value="(\d+)"', page)
    assert (len(ids), "空号" in page, "已搬" in page) == (4, True, False)
    send(wu, "/tally", campaign="winter", kind="calls", delivery=ids, word=["3", "4", "", "5"])
    assert [state(office, int(one)) for one in ids] == [
        "accepted", "undelivered", "accepted", "undelivered",
    ]  # fmt: skip


def test_a_task_is_taken_up_given_away_and_closed_with_a_reason(office: Office) -> None:
    wu, zhou = office.enter("wu"), office.enter("zhou")
    send(wu, f"/visits/{door(office, ZHAO)}", outcome="needs_help")
    [task] = set(re.findall(r"/tasks/(\d+)/close", wu.get("/tasks").text))
    assert send(wu, f"/tasks/{task}/give", helper="wu").status_code == 403
    send(wu, f"/tasks/{task}/begin")
    assert "在办" in wu.get("/tasks?whose=mine").text
    send(zhou, f"/tasks/{task}/give", helper="zhou", due_on="2026-12-01")
    assert send(zhou, f"/tasks/{task}/give", helper="xi").status_code == 422
    assert send(wu, f"/tasks/{task}/close", result="other").status_code == 422
    send(wu, f"/tasks/{task}/close", result="other", note="已转民政")
    with office.store.read() as connection:
        row = connection.execute(select(Task.state, Task.result, Task.note, Task.due_on)).one()
    assert (row.state, row.result, row.note, str(row.due_on)) == (
        "done", "other", "已转民政", "2026-12-01",
    )  # fmt: skip
    assert send(wu, f"/tasks/{task}/close", result="not_found").status_code == 409


def test_another_village_has_its_own_tasks(office: Office) -> None:
    with office.store.begin() as connection:
        for region in (town.EAST, town.WEST):
            values = {"kind": "assist", "region": region, "opened_by": "zhou", "opened_at": town.MORNING, "note": region}  # fmt: skip
            connection.execute(insert(Task).values(**values))
    page = office.enter("xi").get("/tasks").text
    assert [town.EAST in page, town.WEST in page] == [False, True]
    assert send(office.enter("xi"), "/tasks/1/close", result="not_found").status_code == 404
