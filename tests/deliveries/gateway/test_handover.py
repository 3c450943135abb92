"""Into the file: everything that is due, once, after the same looks as before any other hand-over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from channels.gateway import GatewayChannel
from outreach import clock
from outreach.deliveries import leases, service, settle, work
from outreach.deliveries.filing import Status
from outreach.deliveries.gateway import batches
from outreach.deliveries.gateway.handover import Handover
from outreach.deliveries.receipts import read_token
from outreach.errors import Conflict, Missing
from outreach.models.access import AuditEntry
from outreach.models.deliveries import Account, Counter, DeliveryAgain
from outreach.people import consent
from outreach.people.keys import phone_key
from outreach.runtime.adapters import WITHOUT_SENDER
from tests.deliveries.gateway.console import Console
from tests.factories import Office, free_pace

PHONES = [f"+86139{number:08d}" for number in range(5)]


@pytest.fixture
def console(office: Office, tmp_path: Path) -> Console:
    return Console(office, tmp_path)


def people(office: Office, count: int = 5) -> None:
    for phone in PHONES[:count]:
        office.person(phone=phone)


def summary(console: Console) -> list[batches.Batch]:
    with console.office.store.read() as connection:
        return batches.summary(connection, console.office.campaign)


def test_everything_due_is_in_the_file_and_nobody_knows_yet_what_became_of_it(
    console: Console, office: Office
) -> None:
    people(office)
    office.plan()
    handed = console.hand_over()
    rows = console.rows()
    assert sorted(row["手机号"] for row in rows) == [phone[3:] for phone in PHONES]
    assert all("65周岁" in row["内容"] for row in rows)
    assert [row["序号"] for row in rows] == ["1.0", "2.0", "3.0", "4.0", "5.0"]
    named = [read_token(office.vault, row["单号"]) for row in rows]
    assert named == [(key, 1) for key in office.deliveries()]
    assert (handed.rows, handed.more, handed.skipped) == (5, False, {})
    assert office.states() == {"unknown": 5}
    assert {office.again(key) for key in office.deliveries()} == {"ask"}
    cover = console.cover()
    assert (cover["批次"], cover["条数"]) == (str(handed.batch), "5")
    assert (cover["发送单位"], cover["校验（SHA-256）"]) == ("东城区", handed.digest)
    assert "演示数据" not in cover
    assert summary(console) == [batches.Batch(handed.batch, 5, 5)]
    assert not list(console.folder.glob(".*"))
    assert (console.folder / "1.xlsx").stat().st_mode & 0o077 == 0


def test_a_second_hand_over_has_nothing_and_writes_no_file(
    console: Console, office: Office
) -> None:
    people(office)
    office.plan()
    console.hand_over()
    handed = console.hand_over("2.xlsx")
    assert (handed.batch, handed.rows) == (0, 0)
    assert not (console.folder / "2.xlsx").exists()
    assert office.attempts() == 5


def test_a_file_that_is_there_is_not_overwritten_and_nothing_is_claimed(
    console: Console, office: Office
) -> None:
    people(office, 1)
    office.plan()
    (console.folder / "1.xlsx").write_bytes(b"mine")
    with pytest.raises(Conflict) as raised:
        console.hand_over()
    assert raised.value.code == "gateway.file_exists"
    assert (console.folder / "1.xlsx").read_bytes() == b"mine"
    assert office.attempts() == 0


def test_a_folder_that_is_not_there_is_known_before_anything_counts_as_handed_over(
    console: Console, office: Office
) -> None:
    people(office, 1)
    office.plan()
    with pytest.raises(FileNotFoundError):
        console.hand_over("nowhere/1.xlsx")
    assert office.attempts() == 0


def test_after_a_crash_before_the_file_a_named_person_has_the_same_batch_written(
    console: Console, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(office)
    office.plan()
    with monkeypatch.context() as broken:
        broken.setattr(GatewayChannel, "write", dies)
        with pytest.raises(OSError, match="power"):
            console.hand_over()
    assert office.states() == {"unknown": 5}
    assert not list(console.folder.iterdir())
    assert console.hand_over("2.xlsx").batch == 0, "never into another file by itself"
    [batch] = summary(console)
    first = console.again(batch.number, "3.xlsx")
    assert len(console.rows("3.xlsx")) == 5
    second = console.again(batch.number, "4.xlsx")
    assert console.rows("3.xlsx") == console.rows("4.xlsx")
    assert first.digest == second.digest == console.cover("4.xlsx")["校验（SHA-256）"]
    assert office.attempts() == 5
    with office.store.read() as connection:
        logged = connection.execute(
            select(AuditEntry.by, AuditEntry.detail).where(AuditEntry.thing == "campaign:冬季")
        ).all()
    assert [(row.by, row.detail["handed_over"]["again"]) for row in logged[-2:]] == [
        ("gan", True)
    ] * 2


def dies(*_: object) -> None:
    raise OSError("power")


def test_a_crash_between_two_chunks_leaves_a_batch_of_the_first_and_the_rest_for_the_next(
    console: Console, office: Office, monkeypatch: pytest.MonkeyPatch, now: clock.fixed
) -> None:
    people(office)
    office.plan()
    monkeypatch.setattr(Handover, "size", 2)
    calls = iter(range(9))
    whole = settle.record_attempts

    def dying(*given: object) -> None:
        if next(calls) == 1:
            raise OSError("power")
        whole(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(settle, "record_attempts", dying)
        with pytest.raises(OSError, match="power"):
            console.hand_over()
    with office.store.begin() as connection:  # the lease of the dead runs out
        leases.take_over(connection)
    rest = console.hand_over("2.xlsx")
    assert (rest.rows, [one.rows for one in summary(console)]) == (3, [2, 3])
    first = summary(console)[0].number
    console.again(first, "1.xlsx")
    phones = [row["手机号"] for name in ("1.xlsx", "2.xlsx") for row in console.rows(name)]
    assert sorted(phones) == [phone[3:] for phone in PHONES]


@pytest.mark.parametrize("batch", [0, 99])
def test_a_batch_that_is_not_this_campaigns_cannot_be_written_again(
    batch: int, console: Console, office: Office
) -> None:
    people(office, 1)
    office.plan()
    console.hand_over()
    with pytest.raises(Missing) as raised:
        console.again(batch, "2.xlsx")
    assert raised.value.code == "gateway.no_batch"


def test_a_batch_of_which_the_console_has_told_is_not_written_again(
    console: Console, office: Office
) -> None:
    people(office, 2)
    office.plan()
    handed = console.hand_over()
    console.settle({"单号": console.rows()[0]["单号"], "状态": "已提交"})
    with pytest.raises(Conflict) as raised:
        console.again(handed.batch, "2.xlsx")
    assert raised.value.code == "gateway.batch_settled"


def test_a_fuller_file_than_the_console_takes_is_continued_in_the_next(
    console: Console, office: Office
) -> None:
    console.set(options={"rows": 2, "filing": []})
    people(office)
    office.plan()
    names = ("1.xlsx", "2.xlsx", "3.xlsx")
    handed = [console.hand_over(name) for name in names]
    assert [(one.rows, one.more) for one in handed] == [(2, True), (2, True), (1, False)]
    phones = [row["手机号"] for name in names for row in console.rows(name)]
    assert sorted(phones) == [phone[3:] for phone in PHONES]


def test_what_a_file_holds_keeps_the_console_busy(
    console: Console, office: Office, now: clock.fixed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handover, "size", 2)
    console.set(per_second=0.5)
    people(office, 3)
    office.plan()
    assert console.hand_over().rows == 3
    office.person()
    office.plan()
    early = console.hand_over("2.xlsx", rested=False)
    assert (early.batch, early.free_at) == (0, clock.now() + timedelta(seconds=6))
    now.advance(seconds=6)
    assert console.hand_over("2.xlsx", rested=False).rows == 4


def test_at_night_nothing_is_handed_over(
    console: Console, office: Office, now: clock.fixed
) -> None:
    people(office, 1)
    office.plan()
    with clock.fixed(datetime(2026, 11, 23, 15, 0, tzinfo=UTC)):
        free_pace(office.store, office.account)
        assert console.hand_over().batch == 0
    assert office.attempts() == 0
    assert office.due_at() == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def test_a_paused_campaign_hands_nothing_over(console: Console, office: Office) -> None:
    people(office, 1)
    office.plan()
    office.set_status("paused")
    assert console.hand_over().batch == 0


def test_who_opted_out_since_is_skipped_and_the_next_file_does_not_have_them(
    console: Console, office: Office
) -> None:
    console.set(options={"rows": 1, "filing": []})
    people(office, 2)
    office.plan()
    console.hand_over()
    left = next(phone for phone in PHONES[:2] if phone[3:] != console.rows()[0]["手机号"])
    with office.store.begin() as connection:
        consent.refuse(
            connection, consent.Subject(address_key=phone_key(office.vault, left)), channel="sms",
            message_class="publicity", source="resident", at=clock.now(),
        )  # fmt: skip
    handed = console.hand_over("2.xlsx")
    assert (handed.batch, dict(handed.skipped)) == (0, {"refused_channel": 1})
    assert not (console.folder / "2.xlsx").exists()
    assert office.states() == {"unknown": 1, "skipped": 1}


def test_money_is_taken_with_the_attempts(console: Console, office: Office) -> None:
    people(office, 3)
    office.plan(budget=0.1)
    handed = console.hand_over()
    with office.store.read() as connection:
        name = Counter.name == f"cost:{office.campaign}"
        spent = connection.scalar(select(Counter.n).where(name))
    assert (handed.rows, dict(handed.skipped)) == (2, {"over_budget": 1})
    assert spent == 10


def test_an_invented_person_is_in_no_file_that_leaves_this_machine(
    console: Console, office: Office
) -> None:
    office.person(synthetic=True)
    office.person()
    office.plan()
    handed = console.hand_over()
    assert (handed.rows, dict(handed.skipped)) == (1, {"synthetic": 1})


def test_a_file_for_a_console_on_this_machine_says_that_it_is_invented(
    console: Console, office: Office
) -> None:
    office.person(synthetic=True)
    office.plan()
    assert console.hand_over(loopback=True).rows == 1
    assert "不得发送" in console.cover()["演示数据"]


def test_a_person_who_says_that_it_never_went_out_gets_it_into_the_next_file(
    console: Console, office: Office
) -> None:
    people(office, 2)
    office.plan()
    first = console.hand_over()
    with office.store.begin() as connection:
        service.confirm(connection, office.deliveries()[0], seen=False, by="gan")
    second = console.hand_over("2.xlsx")
    assert (second.rows, second.batch) == (1, first.batch + 1)
    assert read_token(office.vault, console.rows("2.xlsx")[0]["单号"]) == (
        office.deliveries()[0],
        2,
    )
    assert office.count(DeliveryAgain) == 2
    assert office.states() == {"unknown": 2}


def test_filed_templates_fill_number_and_parameters(console: Console, office: Office) -> None:
    console.file_text("sms/zh-Hans/phys-65", "SMS_2", "filed", ["policy.where", "policy.phone"])
    console.file_signature("东城区")
    people(office, 1)
    office.plan()
    handed = console.hand_over()
    row = console.rows()[0]
    assert (row["模板编号"], handed.without_template) == ("SMS_2", 0)
    assert (row["参数1"], row["参数2"]) == ("卫生院", "12345")
    assert console.cover()["签名"] == "【东城区】"
    [batch] = summary(console)
    console.again(batch.number, "2.xlsx")
    assert console.rows("2.xlsx") == console.rows(), "written again from the books alone"


@pytest.mark.parametrize("status", ["none", "pending", "rejected"])
def test_a_text_that_is_not_filed_is_counted(
    status: Status, console: Console, office: Office
) -> None:
    console.file_text("sms/zh-Hans/phys-65", "SMS_2", status)
    people(office, 1)
    office.plan()
    console.set(options={"filing": ["template"]})  # the operators ask for it from now on
    assert console.hand_over().without_template == 1
    assert console.rows()[0]["模板编号"] == ""


def test_no_sender_runs_for_such_an_account(console: Console, office: Office) -> None:
    people(office, 1)
    office.plan()
    with office.store.read() as connection:
        provider = connection.scalar(select(Account.provider).where(Account.id == office.account))
        assert work.moving_now(connection, office.campaign) == 0
        assert work.open_work(connection, office.campaign) == 1, "the campaign is not over"
    assert provider in WITHOUT_SENDER
